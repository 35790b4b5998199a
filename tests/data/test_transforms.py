"""Transforms are Keras's own layers: adapted in turn, applied in batches, faults at their place."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from kerascli.data import memory, transforms
from kerascli.data.adapt import Learner, adapt
from kerascli.data.table import make_table
from kerascli.data.transforms import apply_layers, learns, make_layers
from kerascli.errors import DataError, SourceText, SpecError
from kerascli.spec.component import Argument, Component

TEXT = SourceText("spec.yaml", "transform: [{Reshape: [784]}]")
SPAN = TEXT.span(1, 14, 7)


def _component(name: str, **arguments: Any) -> Component:
    return Component(
        "layers", name, tuple(Argument(k, v, SPAN, TEXT.span(1, 23, 5)) for k, v in arguments.items()), SPAN
    )


def _adapted(array: np.ndarray, *components: Component) -> Any:
    layers = make_layers(components)
    adapt([Learner(layers, lambda table: table.fields["x"], "x", None)], make_table({"x": array}, "x"))
    return layers


def test_batches_give_what_one_call_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transforms, "BATCH", 3)
    images = np.random.default_rng(0).integers(0, 255, (10, 4, 4), dtype=np.uint8)
    layers = make_layers([_component("Reshape", target_shape=(16,)), _component("Rescaling", scale=1 / 255)])
    expected = np.asarray(keras.layers.Rescaling(1 / 255)(images.reshape(10, 16)))
    found = apply_layers(images, layers, "x", None)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == np.float32


def test_without_layers_nothing_happens() -> None:
    array = np.arange(3)
    assert apply_layers(array, [], "x", None) is array


def test_each_layer_learns_behind_those_before_it() -> None:
    array = np.array([[1.0], [3.0], [5.0]], np.float32)
    layers = _adapted(array, _component("Rescaling", scale=10.0), _component("Normalization"))
    assert np.asarray(layers[1][0].mean).tolist() == [[30.0]]
    np.testing.assert_allclose(apply_layers(array, layers, "x", None).mean(), 0, atol=1e-6)


@pytest.mark.parametrize("batch", [2, 4096])
def test_adapting_does_not_depend_on_the_batches(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transforms, "BATCH", batch)
    array = np.random.default_rng(0).normal(3, 2, (101, 2)).astype(np.float32)
    ((layer, _),) = _adapted(array, _component("Normalization"))
    np.testing.assert_allclose(np.asarray(layer.mean)[0], array.mean(0), rtol=1e-4)
    np.testing.assert_allclose(np.asarray(layer.variance)[0], array.var(0), rtol=1e-3)


def test_a_text_column_becomes_one_hot_rows() -> None:
    words = np.array(["cat", "dog", "cat", "ant"])
    layers = _adapted(words, _component("StringLookup", output_mode="one_hot"))
    assert layers[0][0].get_vocabulary() == ["[UNK]", "cat", "dog", "ant"]
    found = apply_layers(np.array(["dog", "wolf"]), layers, "x", None)
    assert found.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]


def test_integers_are_looked_up() -> None:
    layers = _adapted(np.array([[7], [9], [7]]), _component("IntegerLookup", output_mode="one_hot"))
    assert apply_layers(np.array([[9], [1]]), layers, "x", None).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_numbers_are_put_into_bins() -> None:
    array = np.linspace(0, 1, 101, dtype=np.float32)[:, None]
    layers = _adapted(array, _component("Discretization", num_bins=4))
    assert np.unique(apply_layers(array, layers, "x", None)).tolist() == [0, 1, 2, 3]


def test_texts_of_different_lengths_are_padded_to_the_longest_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transforms, "BATCH", 2)
    texts = np.array(["a", "b", "a b a", "b", "a b"])
    layers = _adapted(texts, _component("TextVectorization"))
    assert layers[0][0].get_vocabulary() == ["", "[UNK]", "b", "a"] or layers[0][0].get_vocabulary() == [
        "",
        "[UNK]",
        "a",
        "b",
    ]
    found = apply_layers(texts, layers, "x", None)
    assert found.shape == (5, 3)
    a, b = found[0, 0], found[1, 0]
    assert found.tolist() == [[a, 0, 0], [b, 0, 0], [a, b, a], [b, 0, 0], [a, b, 0]]


def test_ragged_results_are_padded() -> None:
    texts = np.array(["a b", "a"])
    layers = _adapted(texts, _component("TextVectorization", ragged=True))
    assert (apply_layers(texts, layers, "x", None) == 0).tolist() == [[False, False], [False, True]]


def test_text_that_stays_text_may_grow_longer_in_later_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transforms, "BATCH", 1)
    words = np.array([["a", "b"], ["longer", "ö"]])
    found = apply_layers(words, make_layers([_component("Flatten")]), "x", None)
    assert found.tolist() == words.tolist()


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (lambda: keras.layers.Normalization(), True),
        (lambda: keras.layers.Normalization(mean=0.0, variance=1.0), False),
        (lambda: keras.layers.StringLookup(), True),
        (lambda: keras.layers.StringLookup(vocabulary=["a"]), False),
        (lambda: keras.layers.IntegerLookup(vocabulary=[1]), False),
        (lambda: keras.layers.TextVectorization(), True),
        (lambda: keras.layers.TextVectorization(vocabulary=["a"]), False),
        (lambda: keras.layers.Discretization(num_bins=3), True),
        (lambda: keras.layers.Discretization(bin_boundaries=[0.0, 1.0]), False),
        (lambda: keras.layers.Rescaling(2.0), False),
        (lambda: keras.layers.Hashing(3), False),
    ],
)
def test_what_learns(layer: Any, wanted: bool) -> None:
    assert learns(layer()) is wanted


def test_what_was_written_is_not_learnt_again() -> None:
    layers = _adapted(
        np.array(["c", "d"]), _component("TextVectorization", vocabulary=("a", "b"), output_mode="multi_hot")
    )
    assert apply_layers(np.array(["b"]), layers, "x", None).tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("policy", ["mixed_float16", "bfloat16"])
def test_half_precision_is_for_the_model_not_for_the_data(policy: str) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        array = np.array([[1000.5], [70000.25]], np.float32)
        layers = _adapted(array, _component("Rescaling", scale=1.0), _component("Normalization"))
        assert keras.config.dtype_policy().name == policy
    finally:
        keras.config.set_dtype_policy(before)
    np.testing.assert_allclose(apply_layers(array, layers, "x", None), [[-1], [1]], rtol=1e-3)
    assert apply_layers(array, layers[:1], "x", None).tolist() == array.tolist()


def test_a_call_that_keras_refuses_stands_at_its_layer() -> None:
    with pytest.raises(SpecError) as caught:
        apply_layers(np.zeros((4, 3, 3)), make_layers([_component("Reshape", target_shape=(7,))]), "x", None)
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.code == "keras-error" and diagnostic.span in (SPAN, TEXT.span(1, 23, 5))
    assert diagnostic.message.startswith("Keras refuses calling Reshape: ")


def test_data_that_a_layer_can_not_learn_from_stands_at_it() -> None:
    with pytest.raises(SpecError, match="Keras refuses adapting") as caught:
        _adapted(np.array(["a", "b"]), _component("Normalization"))
    assert caught.value.diagnostics[0].span == SPAN


def test_an_argument_that_keras_refuses_stands_at_its_layer() -> None:
    before = keras.config.dtype_policy()
    with pytest.raises(SpecError, match="Keras refuses making Discretization"):
        make_layers([_component("Discretization", num_bins=-3)])
    assert keras.config.dtype_policy() == before


def test_a_result_that_does_not_fit_into_memory_is_refused_after_the_first_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "machine_memory", lambda: 1000)
    monkeypatch.setattr(transforms, "BATCH", 2)
    layers = make_layers([_component("Rescaling", scale=1.0)])
    assert apply_layers(np.zeros((10, 5), np.uint8), layers, "x", None).nbytes == 200
    with pytest.raises(DataError, match="'x' takes") as caught:
        apply_layers(np.zeros((200, 5), np.uint8), layers, "x", SPAN)
    assert caught.value.diagnostics[0].span == SPAN


def test_a_layer_that_takes_a_batch_for_one_sample_is_refused_at_its_place() -> None:
    layers = make_layers([_component("StringLookup", vocabulary=["a", "b", "c"], output_mode="multi_hot")])
    with pytest.raises(SpecError, match="StringLookup makes one row of 3 samples"):
        apply_layers(np.array(["a", "b", "a"], object), layers, "x", None)
