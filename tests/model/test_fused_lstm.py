"""An LSTM as one kernel: outputs, gradients, states and drawn numbers are those of Keras's loop, to rounding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerascli.model.fused_lstm import OPERATION, fuse_lstms

L = keras.layers


def both(make: Callable[[], list[Any]], shape: tuple[int | None, ...] = (7, 3)) -> list[Any]:
    """The same model twice, the second one fused."""
    models = []
    for _ in range(2):
        keras.utils.set_random_seed(1)
        models.append(keras.Sequential([keras.Input(shape, batch_size=5), *make(), L.Dense(2, name="head")]))
    models[1].said = fuse_lstms(models[1], 5)
    return models


def outcome(model: Any, x: Any) -> list[Any]:
    """Outputs, gradients and states of a training call, in a graph."""

    @tf.function(autograph=False)
    def call(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            out = model(x, training=True)
            loss = tf.reduce_sum(tf.sin(out))
        return out, tape.gradient(loss, [x, *(variable.value for variable in model.trainable_variables)])

    out, gradients = call(x)
    return [out.numpy(), *(gradient.numpy() for gradient in gradients), *(one.numpy() for one in model.variables)]


CASES: dict[str, Callable[[], list[Any]]] = {
    "two": lambda: [L.LSTM(4, return_sequences=True, trainable=False), L.LSTM(3)],
    "both ways": lambda: [L.Bidirectional(L.LSTM(4, return_sequences=True))],
    "dropout": lambda: [L.LSTM(4, dropout=0.4), L.Dropout(0.3)],
    "stateful": lambda: [L.LSTM(4, stateful=True)],
}


@pytest.mark.parametrize("name", CASES)
def test_it_computes_the_same(name: str) -> None:
    plain, fused = both(CASES[name])
    assert fused.said and all(line.endswith(OPERATION) for line in fused.said)
    x = tf.random.stateless_normal((5, 7, 3), [1, 2])
    for _ in range(2):  # Twice, for states and random numbers that move on.
        for one, other in zip(outcome(plain, x), outcome(fused, x), strict=True):
            np.testing.assert_allclose(other, one, rtol=2e-5, atol=2e-6)


def test_one_operation_is_all_that_is_traced() -> None:
    _, fused = both(CASES["two"])
    call = tf.function(lambda x: fused(x, training=True)).get_concrete_function(tf.TensorSpec((5, 7, 3)))
    names = [node.op for node in call.graph.as_graph_def().node]
    assert names.count(OPERATION) == 2 and "While" not in names


def test_an_open_length_and_a_start_of_its_own() -> None:
    results = []
    for fused in (False, True):
        keras.utils.set_random_seed(1)
        x, start = keras.Input((None, 3)), [keras.Input((4,)), keras.Input((4,))]
        out, *states = L.LSTM(4, return_state=True)(x, initial_state=start)
        model = keras.Model([x, *start], [out, *states])
        if fused:
            fuse_lstms(model, 2)
        given = [tf.random.stateless_normal(shape, [1, 2]) for shape in ((2, 9, 3), (2, 4), (2, 4))]
        results.append(model(given))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(other, one, rtol=2e-5, atol=2e-6)


def test_what_is_saved_is_plain(tmp_path: Any) -> None:
    plain, fused = both(CASES["both ways"])
    fused.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = tf.random.stateless_normal((5, 7, 3), [1, 2])
    np.testing.assert_array_equal(loaded(x), plain(x))


@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        (lambda: [L.LSTM(4, recurrent_dropout=0.2)], "drops out states"),
        (lambda: [L.LSTM(4, activation="relu")], "not tanh and sigmoid"),
        (lambda: [L.LSTM(4, use_bias=False)], "no bias"),
        (lambda: [L.LSTM(4, dtype="mixed_bfloat16")], "float32"),
        (lambda: [L.LSTM(4, unroll=True)], "unrolled"),
        (lambda: [L.LSTM(700)], "its loop costs little"),
        (lambda: [L.Masking(), L.LSTM(4)], "a mask may hide steps"),
    ],
)
def test_what_it_can_not_do_is_left_to_keras(layers: Callable[[], list[Any]], reason: str) -> None:
    plain, fused = both(layers)
    (line,) = fused.said
    assert ": plain, " in line and reason in line
    x = tf.random.stateless_normal((5, 7, 3), [1, 2])
    np.testing.assert_allclose(fused(x, training=True), plain(x, training=True), rtol=1e-5)


def test_a_mask_that_is_given_all_the_same_is_heard() -> None:
    plain, fused = (model.layers[0] for model in both(CASES["two"]))
    x, mask = tf.random.stateless_normal((2, 7, 3), [1, 2]), tf.sequence_mask([7, 2], 7)
    np.testing.assert_array_equal(fused(x, mask=mask), plain(x, mask=mask))
