"""A training in phases, cut in the middle of an epoch of any, ends as the uncut one, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.model.callbacks import build_callbacks
from kerascli.run.callback_state import take_states
from kerascli.run.engine import Hooks
from kerascli.run.phases import fit_phases
from kerascli.run.position import Position
from kerascli.run.preflight import prepare_training
from kerascli.run.ready import Ready
from kerascli.run.session import keras_session
from kerascli.run.snapshot import position_of, read_snapshot, write_snapshot
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

SPEC = """\
seed: 4
data:
  source: {synthetic: {samples: 90, fields: {x: {shape: [6], normal: [0, 1]}, y: {shape: [1]}}}}
  validation: 0.2
model:
  inputs: {x: [6]}
  layers:
    - GaussianNoise: 0.1
    - Dense: {units: 4, activation: tanh, name: below}
    - BatchNormalization: {name: norm}
    - Dropout: 0.3
    - Dense: {units: 1, name: y}
compile: {optimizer: {Adam: 0.05}, loss: mse, steps_per_execution: 1}
fit:
  batch_size: 16
  phases:
    - {epochs: 2, freeze: below}
    - epochs: 3
      unfreeze: [below]
      batch_size: 12
      callbacks: {ReduceLROnPlateau: {patience: 0, min_delta: 9.0}}
    - {epochs: 1, freeze: 'n*', optimizer: {SGD: {learning_rate: 0.01, momentum: 0.9}}}
callbacks:
  - EarlyStopping: {patience: 1, min_delta: 9.0, restore_best_weights: true}
  - LearningRateScheduler: {schedule: {0: 0.05, 3: 0.02}}
"""


class Cut(Exception):
    """Ends a training where a test wants it."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Spec, Ready, Position]:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "spec.yaml").write_text(SPEC)
    spec, end = load_spec(folder / "spec.yaml"), Position()
    with keras_session(spec):
        ready = prepare_training(spec)
        fit_phases(ready, build_callbacks(spec, folder), position=end)
    # Two epochs of 5 steps, two of 6 (the third is stopped), one of 5.
    assert (end.steps, end.epoch, end.phase) == (27, 5, 2)
    return spec, ready, end


# The third cut is after the last epoch of the second phase, before its callbacks have heard of its end.
@pytest.mark.parametrize("cut", [3, 14, 22, 25])
def test_cut_in_any_phase(whole: tuple[Spec, Ready, Position], tmp_path: Path, cut: int) -> None:
    spec, uncut, end = whole
    now: list[list[Any]] = []
    with keras_session(spec):
        first = prepare_training(spec)

        def save(position: Position) -> bool:
            if position.steps == cut and (position.phase_over or cut != 22):
                write_snapshot(
                    tmp_path / "checkpoint", first.model, take_states(now[-1]), position, {"value": None, "best": False}
                )
                raise Cut
            return False

        with pytest.raises(Cut):
            fit_phases(
                first,
                build_callbacks(spec, tmp_path),
                position=Position(),
                hooks=Hooks(lambda position: save(position) and None, after_epoch=save),
                begins=lambda plan, callbacks: now.append(callbacks),
            )
        second, snapshot = prepare_training(spec), read_snapshot(tmp_path / "checkpoint")
        again = position_of(snapshot)
        fit_phases(second, build_callbacks(spec, tmp_path), position=again, snapshot=snapshot)
    assert again == end
    assert [layer.trainable for layer in second.model.layers] == [layer.trainable for layer in uncut.model.layers]
    variables: list[Callable[[Any], Any]] = [lambda model: model.variables, lambda model: model.optimizer.variables]
    for kind in variables:
        for one, other in zip(kind(uncut.model), kind(second.model), strict=True):
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
