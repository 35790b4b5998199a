"""The compile section becomes Keras's arguments; the names of the logs are the same in every process and at every call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.errors import SpecError
from kerascli.model.compile import compile_model
from kerascli.model.make import make_model
from kerascli.spec.load import load_spec

MODEL = """\
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 1, activation: sigmoid}
      name: up
    - Dense: {units: 3, activation: softmax}
      name: kind
      inputs: x
"""
TWO = MODEL + "  outputs: [up, kind]\n"


@pytest.fixture
def compiled(write_spec: Callable[..., Path]) -> Callable[[str], Any]:
    """The compiled model of a spec without data."""

    def make(text: str) -> Any:
        spec = load_spec(write_spec(text))
        model = make_model(spec.model)
        assert spec.compile is not None
        compile_model(model, spec.compile)
        return model

    return make


def logs(model: Any, heads: int) -> set[str]:
    x = np.ones((6, 4), np.float32)
    y = [np.ones((6, 1), np.float32), np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 2]]]
    return set(model.train_on_batch(x, y if heads == 2 else y[1], return_dict=True))


def test_names_of_logs_do_not_count_through_the_process(compiled: Callable[[str], Any]) -> None:
    text = (
        TWO
        + "compile: {loss: {up: mse, kind: categorical_crossentropy}, metrics: {up: [AUC, AUC, mae], kind: accuracy}}\n"
    )
    wanted = {"loss", "up_loss", "kind_loss", "up_auc", "up_auc_1", "up_mae", "kind_accuracy"}
    assert logs(compiled(text), 2) == wanted
    assert logs(compiled(text), 2) == wanted


def test_one_head_has_bare_names(compiled: Callable[[str], Any]) -> None:
    text = MODEL + "  outputs: [kind]\ncompile: {loss: categorical_crossentropy, metrics: [acc, Precision]}\n"
    assert logs(compiled(text), 1) == {"loss", "acc", "precision"}


def test_a_head_without_a_loss(compiled: Callable[[str], Any]) -> None:
    text = TWO + "compile: {loss: {up: mse, kind: null}, loss_weights: {up: 0.5}}\n"
    model = compiled(text)
    x, y = np.ones((6, 4), np.float32), [np.ones((6, 1), np.float32), np.ones((6, 3), np.float32)]
    before = model.get_layer("kind").get_weights()
    mean_squared_error = np.mean((np.asarray(model(x)[0]) - y[0]) ** 2)
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        found = model.train_on_batch(x, y, return_dict=True)
    assert found["loss"] == pytest.approx(0.5 * mean_squared_error, rel=1e-6)
    for one, other in zip(before, model.get_layer("kind").get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_written_reaches_keras(compiled: Callable[[str], Any]) -> None:
    model = compiled(
        MODEL
        + "  outputs: [kind]\ncompile: {optimizer: {SGD: 0.25}, loss: categorical_crossentropy, run_eagerly: true,\n"
        "  jit_compile: false, steps_per_execution: 3}\n"
    )
    assert float(np.asarray(model.optimizer.learning_rate)) == 0.25
    assert (model.run_eagerly, model.jit_compile, model.steps_per_execution) == (True, False, 3)


def test_what_keras_refuses_stands_at_its_argument(compiled: Callable[[str], Any]) -> None:
    with pytest.raises(SpecError) as caught:
        compiled(MODEL + "  outputs: [kind]\ncompile:\n  optimizer: {SGD: {momentum: 4}}\n  loss: mse\n")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "keras-error"
    assert diagnostic.span is not None
    assert diagnostic.span.excerpt.strip() == "optimizer: {SGD: {momentum: 4}}"
