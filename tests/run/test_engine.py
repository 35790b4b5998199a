"""Our loop is `model.fit`: the same calls of the same callbacks with the same logs, and the same weights, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.errors import TrainingError
from kerascli.run.engine import fit
from kerascli.run.pace import CALL_SECONDS, Pace
from kerascli.run.preflight import prepare_training
from kerascli.run.ready import Ready
from kerascli.run.session import keras_session
from kerascli.spec.load import load_spec

SPEC = """\
seed: 4
data:
  source:
    synthetic:
      samples: 50
      fields: {{x: {{shape: [4], normal: [0, 1]}}, kind: {{integers: [0, 3]}}, weight: {{uniform: [0.5, 2]}}}}
  validation: 0.2
  inputs: x
  targets: kind
  {data}
model:
  inputs: {{x: [4]}}
  layers:
    - Dense: {{units: 6, activation: tanh}}
    - Dropout: 0.4
    - Dense: {{units: 3, activation: softmax}}
      name: kind
compile:
  optimizer: {optimizer}
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  {compile}
fit: {{epochs: 4, batch_size: 8, {fit}}}
"""


class Recorder(keras.callbacks.Callback):
    """Writes down every call that it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []


for _hook in [name for name in dir(keras.callbacks.Callback) if name.startswith("on_")]:

    def _recorded(self: Recorder, *arguments: Any, hook: str = _hook, **keywords: Any) -> None:
        values = (*arguments, *keywords.values())
        logs = [{name: float(value) for name, value in item.items()} for item in values if isinstance(item, dict)]
        self.calls.append((hook, *[item for item in values if isinstance(item, int)], *logs))

    setattr(Recorder, _hook, _recorded)


def ready_with(write_spec: Callable[..., Path], **parts: str) -> Ready:
    text = SPEC.format(**{"optimizer": "adam", "fit": "", "compile": "", "data": "", **parts})
    spec = load_spec(write_spec(text))
    with keras_session(spec):
        return prepare_training(spec)


def keras_fit(ready: Ready, callbacks: list[Any], **more: Any) -> Any:
    """`model.fit` on the same order of samples."""
    plan = ready.plan
    passes = -(-plan.epochs * plan.steps_per_epoch // plan.train.steps(plan.batch_size))
    parts = [
        plan.train.dataset(plan.batch_size, order=plan.train.order(plan.seed, number) if plan.shuffle else None)
        for number in range(passes)
    ]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.concatenate(part)
    assert plan.validation is not None
    return ready.model.fit(
        whole,
        epochs=plan.epochs,
        steps_per_epoch=plan.steps_per_epoch,
        validation_data=plan.validation.dataset(plan.validation_batch_size),
        validation_steps=plan.validation_steps,
        validation_freq=plan.validation_freq,
        callbacks=callbacks,
        shuffle=False,
        verbose=0,
        **more,
    )


def assert_same_state(one: Any, other: Any) -> None:
    for mine, theirs in ((one.variables, other.variables), (one.optimizer.variables, other.optimizer.variables)):
        assert len(mine) == len(theirs)
        for first, second in zip(mine, theirs, strict=True):
            np.testing.assert_array_equal(np.asarray(first), np.asarray(second), err_msg=first.path)


def halves(epoch: int, rate: float) -> float:
    return rate * 0.5 if epoch else rate


CASES: dict[str, tuple[Callable[[Path], list[Any]], dict[str, str]]] = {
    "stopping": (
        lambda folder: [
            keras.callbacks.EarlyStopping(patience=1, min_delta=0.2, restore_best_weights=True),
            keras.callbacks.ReduceLROnPlateau(patience=0, factor=0.3, min_delta=0.2),
        ],
        {"optimizer": "{SGD: 0.3}"},
    ),
    "files": (
        lambda folder: [
            keras.callbacks.ModelCheckpoint(
                str(folder / "{epoch}-{batch}.weights.h5"), save_weights_only=True, save_freq=3
            ),
            keras.callbacks.CSVLogger(str(folder / "log.csv")),
            keras.callbacks.TerminateOnNaN(),
            keras.callbacks.LearningRateScheduler(halves),
        ],
        {"fit": "validation_freq: 2, validation_batch_size: 3, validation_steps: 2"},
    ),
    "averages": (
        lambda folder: [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)],
        {"optimizer": "{Adam: {learning_rate: 0.1, use_ema: true, ema_overwrite_frequency: 3}}"},
    ),
    "weights": (
        lambda folder: [],
        {"data": "sample_weight: weight", "fit": "class_weight: {0: 3.0, 2: 0.25}, steps_per_epoch: 7"},
    ),
    "eager": (lambda folder: [], {"compile": "run_eagerly: true", "fit": "shuffle: false"}),
}


@pytest.mark.parametrize("name", CASES)
def test_same_calls_logs_and_weights(write_spec: Callable[..., Path], tmp_path: Path, name: str) -> None:
    make, parts = CASES[name]
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    ours, mine = ready_with(write_spec, **parts), Recorder()
    fit(ours.model, ours.plan, [*make(tmp_path / "ours"), mine])
    theirs, other = ready_with(write_spec, **parts), Recorder()
    history = keras_fit(theirs, [*make(tmp_path / "theirs"), other])
    assert mine.calls == other.calls
    assert ours.model.history.history == history.history
    assert_same_state(ours.model, theirs.model)
    for path in (tmp_path / "theirs").glob("*.csv"):
        assert (tmp_path / "ours" / path.name).read_text() == path.read_text()
    assert {path.name for path in (tmp_path / "ours").iterdir()} == {
        path.name for path in (tmp_path / "theirs").iterdir()
    }


@pytest.mark.parametrize("execution", [2, 3])
def test_steps_in_one_graph_call_stay_close(write_spec: Callable[..., Path], execution: int) -> None:
    """A loop in the graph is optimized otherwise than single steps, so the last bits are free; the calls are not."""
    parts = {"compile": f"steps_per_execution: {execution}", "fit": "shuffle: false"}
    ours, mine = ready_with(write_spec, **parts), Recorder()
    fit(ours.model, ours.plan, [mine])
    theirs, other = ready_with(write_spec, **parts), Recorder()
    plan = theirs.plan
    batches = plan.train.dataset(plan.batch_size)
    theirs.model.fit(batches, epochs=plan.epochs, callbacks=[other], shuffle=False, verbose=0)
    begins = [call[1] for call in mine.calls if call[0] == "on_train_batch_begin"]
    assert begins == [call[1] for call in other.calls if call[0] == "on_train_batch_begin"]
    # Keras counts a last call that is cut short as if it were whole; ours ends at the epoch's last step.
    ends = [min(begin + execution, plan.steps_per_epoch) - 1 for begin in begins]
    assert [call[1] for call in mine.calls if call[0] == "on_train_batch_end"] == ends
    for first, second in zip(ours.model.variables, theirs.model.variables, strict=True):
        np.testing.assert_allclose(np.asarray(first), np.asarray(second), rtol=1e-5, atol=1e-6)


def test_the_rate_of_a_row_is_the_one_that_the_epoch_trained_with(write_spec: Callable[..., Path]) -> None:
    ready = ready_with(write_spec, optimizer="{SGD: 0.5}")
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=0, factor=0.5, min_delta=100.0)
    rows = fit(ready.model, ready.plan, [plateau]).history
    assert [row["learning_rate"] for row in rows] == [0.5, 0.5, 0.25, 0.125]


def test_no_callback_saves_a_spoiled_model(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    """The last step of an epoch spoils a weight after the epoch's losses were all finite."""

    class Spoil(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if self.model.optimizer.iterations == 10:
                self.model.layers[0].kernel.assign(self.model.layers[0].kernel * np.nan)

    ready = ready_with(write_spec, fit="validation_freq: 9")
    saves = keras.callbacks.ModelCheckpoint(str(tmp_path / "{epoch}.weights.h5"), save_weights_only=True)
    with pytest.raises(TrainingError, match="the weight 'dense/kernel' is not finite in epoch 2, by step 5"):
        fit(ready.model, ready.plan, [Spoil(), saves])
    assert [path.name for path in tmp_path.glob("*.h5")] == ["1.weights.h5"]


def test_a_metric_with_a_value_for_each_class_is_a_log_for_each(write_spec: Callable[..., Path]) -> None:
    text = SPEC.format(optimizer="adam", fit="", compile="", data="")
    text = text.replace("kind: {integers: [0, 3]}", "kind: {one_hot: 3}").replace("[accuracy]", "[F1Score]")
    spec = load_spec(write_spec(text.replace("sparse_categorical", "categorical")))
    with keras_session(spec):
        ready = prepare_training(spec)
        row = fit(ready.model, ready.plan, []).history[-1]
    scores = [f"{split}f1_score_{index}" for split in ("", "val_") for index in range(3)]
    assert set(scores) <= set(row)
    assert set(scores) <= set(ready.logs)


def test_calls_are_short() -> None:
    pace = Pace()
    assert pace.steps == 1
    pace.took(1, 9.0)  # Tracing says nothing about the speed.
    assert pace.steps == 1
    pace.took(1, 10.0)
    assert pace.steps == 1
    quick = Pace()
    counts = []
    for _ in range(8):
        counts.append(quick.steps)
        quick.took(quick.steps, quick.steps * 0.001)
    assert counts[:3] == [1, 1, 8]
    assert counts[-1] * 0.001 == pytest.approx(CALL_SECONDS, rel=0.1)
    quick.took(counts[-1], 100 * CALL_SECONDS)
    assert quick.steps < counts[-1] / 10


def test_a_stop_in_mid_epoch_counts_the_steps_that_were_done(write_spec: Callable[..., Path]) -> None:
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_training = self.model.optimizer.iterations == 7

    ready = ready_with(write_spec)
    position = fit(ready.model, ready.plan, [Stop()])
    assert (position.epoch, position.steps) == (2, 7)
    assert len(position.history) == 2
