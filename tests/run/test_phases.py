"""Phases are `compile` and `fit` by hand, one after the other, bit for bit; a run cut in any of them goes on exactly."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.errors import SpecError
from kerascli.record.checkpoints import list_checkpoints
from kerascli.record.history import read_history
from kerascli.run.build import build_model
from kerascli.run.preflight import prepare_training
from kerascli.run.ready import Ready
from kerascli.run.session import keras_session
from kerascli.run.snapshot import read_snapshot
from kerascli.run.train import train
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

sys.path.insert(0, str(Path(__file__).parent))
from oracle import assert_same, by_hand  # noqa: E402

SPEC = """\
seed: 9
data:
  source: {{synthetic: {{samples: 50, fields: {{x: {{shape: [6], normal: [0, 1]}}, y: {{shape: [1]}}}}}}}}
  validation: 0.2
model:
  inputs: {{x: [6]}}
  layers:
    - Dense: {{units: 5, activation: tanh}}
      name: below
      trainable: false
    - BatchNormalization:
      name: norm
    - Dropout: 0.2
    - Dense: 1
      name: y
compile: {{optimizer: {{Adam: 0.05}}, loss: mse, metrics: [mae]}}
fit:
  batch_size: 16
  phases: {phases}
{more}
performance: false
"""


def build(keras: Any) -> Any:
    return keras.Sequential(
        [
            keras.Input((6,), name="x"),
            keras.layers.Dense(5, "tanh", name="below", trainable=False),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(1, name="y"),
        ]
    )


def spec_of(write_spec: Callable[..., Path], phases: str, more: str = "") -> Spec:
    return load_spec(write_spec(SPEC.format(phases=phases, more=more)))


def ready_of(spec: Spec) -> Ready:
    with keras_session(spec):
        return prepare_training(spec)


def passes(ready: Ready, first: int, count: int, batch_size: int) -> Any:
    """So many passes over the training data, in our order."""
    train = ready.plan.train
    parts = [train.dataset(batch_size, order=train.order(9, first + number)) for number in range(count)]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.concatenate(part)
    return whole


def hand_fit(model: Any, ready: Ready, first: int, epochs: int, batch_size: int = 16, callbacks: Any = ()) -> Any:
    steps = ready.plan.train.steps(batch_size)
    return model.fit(
        passes(ready, first, epochs, batch_size),
        initial_epoch=first,
        epochs=first + epochs,
        steps_per_epoch=steps,
        validation_data=ready.plan.validation.dataset(batch_size),
        callbacks=list(callbacks),
        shuffle=False,
        verbose=0,
    )


def last(folder: Path) -> Any:
    return read_snapshot(list_checkpoints(folder / "checkpoints")[0][-1].path)


def assert_same_run(result: Any, model: Any, histories: list[Any]) -> None:
    found = last(result.folder)
    assert_same([np.asarray(one) for one in model.variables], list(found.arrays["model"].values()))
    assert_same([np.asarray(one) for one in model.optimizer.variables], list(found.arrays["optimizer"].values()))
    for name in ("loss", "val_loss", "mae"):
        assert result.history[name] == [float(value) for history in histories for value in history.history[name]]


def test_a_new_optimizer_is_compile_and_fit_again(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    phases = "[{epochs: 2}, {epochs: 3, unfreeze: ['be*'], freeze: norm, optimizer: {SGD: 0.01}, batch_size: 10}]"
    spec = spec_of(write_spec, phases)
    result = train(spec, tmp_path / "runs")
    ready = ready_of(spec)
    model = by_hand(build, 9)
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    histories = [hand_fit(model, ready, 0, 2)]
    model.get_layer("below").trainable = True
    model.get_layer("norm").trainable = False
    model.compile(keras.optimizers.SGD(0.01), "mse", metrics=["mae"])
    histories.append(hand_fit(model, ready, 2, 3, 10))
    assert_same_run(result, model, histories)
    csv = read_history(result.folder / "history.csv")
    assert [np.float32(rate) for rate in csv["learning_rate"]] == [np.float32(0.05)] * 2 + [np.float32(0.01)] * 3
    # Keras's own file of the result says what learns.
    plain = keras.saving.load_model(result.folder / "model.keras")
    assert [layer.trainable for layer in plain.layers] == [layer.trainable for layer in result.model.layers]


def test_an_optimizer_that_goes_on_has_slots_for_all_that_will_learn(
    write_spec: Callable[..., Path], tmp_path: Path
) -> None:
    spec = spec_of(write_spec, "[{epochs: 2}, {epochs: 2, unfreeze: below}, {epochs: 1, freeze: ['norm', 'y']}]")
    result = train(spec, tmp_path / "runs")
    ready = ready_of(spec)
    model = by_hand(build, 9)
    below, norm, y = (model.get_layer(name) for name in ("below", "norm", "y"))
    optimizer = keras.optimizers.Adam(0.05)
    model.compile(optimizer, "mse", metrics=["mae"])
    optimizer.build([*below.weights, *norm.weights[:2], *y.weights])
    histories = [hand_fit(model, ready, 0, 2)]
    below.trainable = True
    model.make_train_function(force=True)
    histories.append(hand_fit(model, ready, 2, 2))
    norm.trainable = y.trainable = False
    model.make_train_function(force=True)
    histories.append(hand_fit(model, ready, 4, 1))
    assert_same_run(result, model, histories)


def test_stopping_ends_its_phase_and_starts_anew(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    phases = "[{epochs: 5}, {epochs: 4, callbacks: {ReduceLROnPlateau: {patience: 0, min_delta: 9.0}}}]"
    more = "callbacks: [{EarlyStopping: {patience: 2, min_delta: 9.0, restore_best_weights: true}}]"
    spec = spec_of(write_spec, phases, more)
    result = train(spec, tmp_path / "runs")
    ready = ready_of(spec)
    model = by_hand(build, 9)
    stopping = keras.callbacks.EarlyStopping(patience=2, min_delta=9.0, restore_best_weights=True)
    plateau = keras.callbacks.ReduceLROnPlateau(patience=0, min_delta=9.0)
    model.compile(keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    histories = [hand_fit(model, ready, 0, 5, callbacks=[stopping])]
    epochs = len(histories[0].epoch)
    histories.append(hand_fit(model, ready, epochs, 4, callbacks=[stopping, plateau]))
    assert 1 < epochs < 5
    assert result.epochs == epochs + len(histories[1].epoch)
    for name in ("loss", "val_loss", "mae"):
        assert result.history[name] == [float(value) for one in histories for value in one.history[name]]


def test_build_model_is_before_the_first_phase(write_spec: Callable[..., Path]) -> None:
    spec = spec_of(write_spec, "[{epochs: 1, unfreeze: below, freeze: y}]")
    model = build_model(spec)
    assert [layer.trainable for layer in model.layers] == [False, True, True, True]
    assert [layer.trainable for layer in ready_of(spec).model.layers] == [True, True, True, False]


@pytest.mark.parametrize(
    ("phases", "code", "place"),
    [
        ("[{epochs: 1, unfreeze: ['belo']}]", "unmatched-pattern", "19:35"),
        ("[{unfreeze: below}]", "missing-key", "19:12"),
        ("[{epochs: 1, unfreze: below}]", "unknown-key", "19:24"),
        ("[{epochs: 0}]", "out-of-range", "19:21"),
        ("[]", "wrong-type", "19:11"),
        ("{epochs: 1}", "wrong-type", "19:11"),
        ("[{epochs: 1}]\n  epochs: 4", "epochs-and-phases", "20:3"),
        ("[{epochs: 1, optimizer: Adamm}]", "unknown-class", "19:35"),
    ],
)
def test_faults_have_their_place(write_spec: Callable[..., Path], phases: str, code: str, place: str) -> None:
    with pytest.raises(SpecError) as caught:
        spec_of(write_spec, phases)
    found = [(one.code, str(one.span).rpartition("yaml:")[2]) for one in caught.value.diagnostics]
    assert found == [(code, place)]
