"""A checkpoint holds all that going on needs: a training cut in the middle of an epoch ends as the uncut one, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.errors import EnvironmentProblem
from kerascli.record.checkpoints import load_newest
from kerascli.run.callback_state import take_states
from kerascli.run.engine import Hooks, fit
from kerascli.run.position import Position
from kerascli.run.preflight import prepare_training
from kerascli.run.session import keras_session
from kerascli.run.snapshot import position_of, read_snapshot, restore, write_snapshot
from kerascli.spec.load import load_spec

SPEC = """\
seed: 4
data:
  source: {synthetic: {samples: 90, fields: {x: {shape: [6, 3], normal: [0, 1]}, y: {shape: [1]}}}}
  validation: 0.2
model:
  inputs: {x: [6, 3]}
  layers:
    - GaussianNoise: 0.1
    - LSTM: {units: 4, dropout: 0.2}
    - BatchNormalization
    - Dropout: 0.3
    - Dense: {units: 1, name: y}
compile: {optimizer: {Adam: 0.05}, loss: mse, metrics: [mae]}
fit: {epochs: 4, batch_size: 16}
callbacks:
  - ReduceLROnPlateau: {patience: 1, min_delta: 0.05, factor: 0.5}
  - EarlyStopping: {patience: 9, restore_best_weights: true}
"""


class Cut(Exception):
    """Ends a training where a test wants it."""


def callbacks() -> list[Any]:
    return [
        keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=0.05, factor=0.5),
        keras.callbacks.EarlyStopping(patience=9, restore_best_weights=True),
    ]


@pytest.mark.parametrize("cut", [3, 5, 12])
def test_cut_training_ends_as_the_uncut_one(write_spec: Callable[..., Path], tmp_path: Path, cut: int) -> None:
    spec = load_spec(write_spec(SPEC))
    with keras_session(spec):
        whole = prepare_training(spec)
        end = fit(whole.model, whole.plan, callbacks())

        first = prepare_training(spec)
        own = callbacks()

        def after_call(position: Position) -> None:
            if position.steps == cut:
                write_snapshot(
                    tmp_path / "checkpoint", first.model, take_states(own), position, {"value": None, "best": False}
                )
                raise Cut

        with pytest.raises(Cut):
            fit(first.model, replace(first.plan, steps_per_call=1), own, hooks=Hooks(after_call))

        second = prepare_training(spec)
        fresh = callbacks()
        snapshot = read_snapshot(tmp_path / "checkpoint")
        position = position_of(snapshot)
        again = fit(
            second.model,
            second.plan,
            fresh,
            position=position,
            resume=lambda: restore(second.model, fresh, snapshot),
        )
    assert again.history == end.history
    for one, other in zip(whole.model.variables, second.model.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    for one, other in zip(whole.model.optimizer.variables, second.model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_damage_is_found_and_the_one_before_taken(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    spec = load_spec(write_spec(SPEC))
    with keras_session(spec):
        ready = prepare_training(spec)
        for step in (1, 2):
            facts = {"value": None, "best": False}
            write_snapshot(tmp_path / str(step), ready.model, take_states([]), Position(0, step, steps=step), facts)
    content = bytearray((tmp_path / "2" / "model.npz").read_bytes())
    for place in range(0, len(content), len(content) // 20):
        damaged = content.copy()
        damaged[place] ^= 1
        (tmp_path / "2" / "model.npz").write_bytes(damaged)
        checkpoint, bad = load_newest(tmp_path)
        assert (checkpoint.step, [path.name for path, _ in bad]) == (1, ["2"])
    (tmp_path / "1" / "manifest.json").write_text("{}")
    with pytest.raises(EnvironmentProblem, match="no sound checkpoint"):
        load_newest(tmp_path)
