"""Labels become class indices, and transforms of a target are undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.data.label_range import LabelRange
from kerascli.data.table import Table
from kerascli.data.targets import Classes, find_classes, inverse_of
from kerascli.errors import DataError, SourceText, SpecError
from kerascli.spec.component import Component

MakeTable = Callable[..., Table]
SPAN = SourceText("spec.yaml", "y: species").span(1, 4, 7)


def _indices(classes: Classes, labels: Any, table: MakeTable, first_line: int | None = None) -> list[int]:
    rows = table({"species": labels}, first_line)
    return classes.indices(rows.fields["species"], rows, "y", SPAN).tolist()


def _fault(call: Callable[[], Any]) -> tuple[str, str, str | None]:
    with pytest.raises(DataError) as caught:
        call()
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.span == SPAN
    return diagnostic.code, diagnostic.message, diagnostic.hint


def test_texts_are_classes_in_sorted_order() -> None:
    classes = find_classes(np.array(["dog", "cat", "dog", "Ant"]), None, False)
    assert classes is not None
    assert (classes.values, classes.names) == (("Ant", "cat", "dog"), ("Ant", "cat", "dog"))


def test_numbers_are_no_classes_unless_said() -> None:
    assert find_classes(np.array([0, 1, 2]), None, False) is None
    classes = find_classes(np.array([3, 1, 3]), None, True)
    assert classes is not None and classes.values == (1, 3)


@pytest.mark.parametrize(
    ("written", "labels", "indices", "names"),
    [
        (("dog", "cat"), ["cat", "dog", "cat"], [1, 0, 1], ("dog", "cat")),
        ((3, 1), [1, 3, 1], [1, 0, 1], ("3", "1")),
        ((3, 1), [1.0, 3.0, 1.0], [1, 0, 1], ("3", "1")),
        ((3, 1), ["1", "3", "1"], [1, 0, 1], ("3", "1")),
        (("3", "1"), [1, 3, 1], [1, 0, 1], ("3", "1")),
        ((False, True), [True, False, True], [1, 0, 1], ("false", "true")),
        ((False, True), ["true", "false", "true"], [1, 0, 1], ("false", "true")),
        ((0.5, 0.25), [0.25, 0.5, 0.25], [1, 0, 1], ("0.5", "0.25")),
        # Names for labels that are indices already.
        (("dog", "cat"), [1, 0, 1], [1, 0, 1], ("dog", "cat")),
        (("dog", "cat", "ant"), [[1], [0], [1]], [1, 0, 1], ("dog", "cat", "ant")),
    ],
)
def test_written_classes(
    written: Any, labels: Any, indices: list[int], names: tuple[str, ...], table: MakeTable
) -> None:
    classes = find_classes(np.asarray(labels), written, False)
    assert classes is not None
    assert _indices(classes, labels, table) == indices
    assert classes.names == names


def test_one_hot_vectors_are_those_of_the_indices(table: MakeTable) -> None:
    classes = Classes(("a", "b", "c"), one_hot=True)
    vectors = classes.encode(np.array(_indices(classes, ["c", "a"], table)))
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, keras.utils.to_categorical([2, 0], 3))


def test_a_label_that_is_no_class_is_named_with_its_line(table: MakeTable) -> None:
    call = lambda: _indices(Classes(("cat", "dog")), ["cat", "dgo", "dgo"], table, 2)  # noqa: E731
    code, message, hint = _fault(call)
    assert (code, hint) == ("unknown-label", "did you mean 'dog'?")
    assert message == "'dgo' is no class of 'y', at row 2 (line 3) of data.csv; there are 2 such labels"


@pytest.mark.parametrize(
    ("classes", "labels"),
    [
        (Classes((0, 1)), [0, 2]),
        (Classes((0, 1)), [0.0, 0.5]),
        (Classes(("a", "b"), by_index=True), [0, 2]),
        (Classes(("a", "b"), by_index=True), [0, -1]),
        (Classes(("a", 3)), [3, 0]),
    ],
)
def test_a_number_that_is_no_class(classes: Classes, labels: list[Any], table: MakeTable) -> None:
    code, message, _ = _fault(lambda: _indices(classes, labels, table))
    assert code == "unknown-label" and "at row 2 of data.csv" in message


def test_several_labels_a_sample_are_no_classes(table: MakeTable) -> None:
    assert "more than one label" in _fault(lambda: _indices(Classes((0, 1)), [[0, 1], [1, 0]], table))[1]


@pytest.mark.parametrize(("bad", "shown"), [(10, "10"), (-1, "-1"), (1.5, "1.5")])
def test_labels_outside_the_outputs_are_named(bad: float, shown: str, table: MakeTable) -> None:
    labels = np.array([9, 0, bad])
    rows = table({"label": labels}, 2)
    code, message, _ = _fault(lambda: LabelRange(10).check(labels, rows, "digit", SPAN))
    assert code == "label-range"
    assert message == (
        f"the label {shown} at row 3 (line 4) of data.csv is no class of 'digit', whose 10 outputs stand for 0 to 9"
    )


def test_labels_inside_and_the_one_that_the_loss_ignores_pass(table: MakeTable) -> None:
    labels = np.array([[0, 2], [-1, 1]])
    LabelRange(3, ignored=-1).check(labels, table({"label": labels}), "y", SPAN)


def _layers(*layers: Any) -> list[tuple[Any, Component]]:
    return [(layer, Component("layers", type(layer).__name__, (), SPAN)) for layer in layers]


def _adapted(layer: Any, values: np.ndarray) -> Any:
    layer.adapt(values)
    return layer


VALUES = np.random.default_rng(0).normal(50, 7, (64, 4)).astype(np.float32)


@pytest.mark.parametrize(
    "make",
    [
        lambda: [_adapted(keras.layers.Normalization(), VALUES)],
        lambda: [_adapted(keras.layers.Normalization(axis=None), VALUES)],
        lambda: [keras.layers.Normalization(mean=[1.0, 2, 3, 4], variance=[4.0, 1, 1, 9])],
        lambda: [keras.layers.Normalization(mean=3.0, variance=4.0)],
        lambda: [keras.layers.Normalization(mean=3.0, variance=4.0, invert=True)],
        lambda: [keras.layers.Rescaling(1 / 255, offset=-0.5)],
        lambda: [keras.layers.Rescaling([1.0, 2, 3, 4], offset=[0.0, 1, 0, 1])],
        lambda: [keras.layers.Rescaling(0.1), _adapted(keras.layers.Normalization(), VALUES * np.float32(0.1))],
        lambda: [_adapted(keras.layers.Normalization(), VALUES), keras.layers.Rescaling(3.0, offset=7.0)],
    ],
)
def test_the_inverse_undoes_what_keras_did(make: Callable[[], list[Any]]) -> None:
    layers = make()
    value = VALUES
    for layer in layers:
        value = layer(value)
    inverse = inverse_of(_layers(*layers))
    assert inverse is not None
    np.testing.assert_allclose(inverse(np.asarray(value)), VALUES, rtol=1e-4)


def test_the_inverse_of_a_normalization_over_another_axis() -> None:
    values = VALUES.reshape(16, 4, 4) * np.array([1, 10, 100, 1000], np.float32)[:, None]
    layer = _adapted(keras.layers.Normalization(axis=1), values)
    inverse = inverse_of(_layers(layer))
    assert inverse is not None
    np.testing.assert_allclose(inverse(np.asarray(layer(values))), values, rtol=1e-4)


def test_a_constant_target_comes_back() -> None:
    layer = _adapted(keras.layers.Normalization(), np.full((8, 1), 5.0, np.float32))
    inverse = inverse_of(_layers(layer))
    assert inverse is not None
    assert inverse(np.asarray(layer(np.full((2, 1), 5.0)))).tolist() == [[5.0], [5.0]]


def test_no_layers_need_no_inverse() -> None:
    assert inverse_of([]) is None


def test_a_rescaling_by_zero_can_not_be_undone() -> None:
    with pytest.raises(SpecError, match="by 0") as caught:
        inverse_of(_layers(keras.layers.Rescaling(0.0)))
    assert caught.value.diagnostics[0].span == SPAN
