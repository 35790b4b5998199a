"""The logs that the spec tells are those that Keras has, name by name, and `auto` is right about what it knows."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.check.directions import direction, keras_knows
from kerascli.check.epoch_logs import epoch_logs
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

ONE = """\
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 3, activation: softmax}
      name: kind
compile:
  optimizer: sgd
  run_eagerly: true
  loss: categorical_crossentropy
"""
TWO = """\
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 3, activation: softmax}
      name: first
    - Dense: {units: 3, activation: softmax}
      name: other
      inputs: x
  outputs: [first, other]
compile:
  optimizer: sgd
  run_eagerly: true
  loss: {first: categorical_crossentropy, other: LOSS}
"""

CASES = [
    ONE,
    ONE + "  metrics: [accuracy]\n",
    ONE + "  metrics: [acc, mse, MeanSquaredError, accuracy, accuracy]\n",
    ONE + "  metrics: [AUC, AUC, {AUC: {name: area}}, Precision, {Recall: {thresholds: [0.2, 0.7]}}]\n",
    ONE + "  metrics: [F1Score, {F1Score: {average: macro, name: f1}}, {FBetaScore: {beta: 0.5, average: micro}}]\n",
    ONE + "  metrics: [accuracy, {R2Score: {class_aggregation: null}}, {FalsePositives: {thresholds: [0.5]}}]\n",
    ONE + "  metrics: [accuracy, mae]\n  weighted_metrics: [accuracy, mse, accuracy]\n",
    ONE + "  metrics: [{MeanIoU: 3}, CosineSimilarity, KLDivergence, TopKCategoricalAccuracy]\n",
    TWO.replace("LOSS", "mean_squared_error"),
    TWO.replace("LOSS", "null"),
    TWO.replace("LOSS", "mean_squared_error")
    + "  metrics: {first: [accuracy, mae, mae], other: [F1Score, AUC]}\n  weighted_metrics: {first: [mae], other: [mse]}\n",
    TWO.replace("LOSS", "mean_squared_error") + "  metrics: [[accuracy], [accuracy]]\n",
]


def _trained(spec: Spec, callbacks: list[Any]) -> list[str]:
    """The names of Keras's own history, and whether its callbacks went through."""
    from kerascli.model.compile import compile_model
    from kerascli.model.make import make_model
    from kerascli.run.steps import as_numbers

    model = make_model(spec.model)
    assert spec.compile is not None
    compile_model(model, spec.compile)
    x, y = np.zeros((6, 4), "float32"), np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2]]
    model.fit(x, [y] * len(spec.model.outputs), epochs=1, verbose=0, callbacks=callbacks)
    return list(as_numbers(model.get_metrics_result()))


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
@pytest.mark.parametrize("text", CASES, ids=[str(number) for number in range(len(CASES))])
def test_the_same_names_in_the_same_order(write_spec: Callable[..., Path], text: str) -> None:
    spec = load_spec(write_spec(text))
    logs = epoch_logs(spec)
    assert logs is not None
    assert logs.numbered == ()
    assert list(logs.names) == _trained(spec, [])


@pytest.mark.parametrize("text", [CASES[2], CASES[3], CASES[10]], ids=["one", "unnamed", "two"])
def test_auto_knows_what_keras_knows(write_spec: Callable[..., Path], text: str) -> None:
    """A log that `keras_knows` goes through `mode: auto`; the others raise; where both know, they mean the same."""
    import keras

    spec = load_spec(write_spec(text))
    logs = epoch_logs(spec)
    assert logs is not None
    # The callbacks are asked one by one: the first that raises would hide the others.
    probes = [keras.callbacks.EarlyStopping(name) for name in logs.names]
    seen: dict[str, str] = {}

    class Ask(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            for probe in probes:
                probe.set_model(self.model)
                with contextlib.suppress(ValueError):
                    probe._set_monitor_op()
                    seen[probe.monitor] = "min" if probe.monitor_op is keras.ops.less else "max"

    _trained(spec, [Ask()])
    assert set(seen) == {name for name in logs.names if keras_knows(spec, name)}
    assert seen == {name: direction(spec, name) for name in seen}


def test_a_class_count_that_only_the_data_knows(write_spec: Callable[..., Path]) -> None:
    text = ONE.replace("Dense: {units: 3, activation: softmax}", "Flatten:").replace("{x: [4]}", "{x: [null]}")
    logs = epoch_logs(load_spec(write_spec(text + "  metrics: [F1Score]\n")))
    assert logs is not None
    assert logs.has("f1_score_7")
    assert not logs.has("f1_score")


def test_a_model_class_logs_what_it_likes(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "import keras\nclass Noisy(keras.callbacks.Callback):\n"
        "    def on_epoch_end(self, epoch, logs=None):\n        logs['noise'] = 1.0\n"
    )
    text = "plugins: [own.py]\n" + ONE + "callbacks: [Noisy]\n"
    assert epoch_logs(load_spec(write_spec(text), trust=True)) is None
