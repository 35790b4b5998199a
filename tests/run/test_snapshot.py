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
from kerascli.model.callbacks import build_callbacks
from kerascli.record.checkpoints import load_newest
from kerascli.run.engine import Hooks, Position, fit
from kerascli.run.phases import fit_phases
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
                write_snapshot(tmp_path / "checkpoint", first.model, own, position, {"value": None, "best": False})
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


PHASES = """
  phases:
    - {epochs: 2, freeze: lstm}
    - epochs: 3
      unfreeze: [lstm]
      batch_size: 12
      callbacks: {ReduceLROnPlateau: {patience: 0, min_delta: 9.0}}
    - {epochs: 1, freeze: '*norm*', optimizer: {SGD: {learning_rate: 0.01, momentum: 0.9}}}
callbacks:
  - EarlyStopping: {patience: 1, min_delta: 9.0, restore_best_weights: true}
"""


@pytest.mark.parametrize("cut", [3, 5, 10, 14, 16, 22, 24, 25, 27])
def test_cut_in_any_phase(write_spec: Callable[..., Path], tmp_path: Path, cut: int) -> None:
    """In mid-epoch of each phase; and after the last epoch of one, before its callbacks have heard of its end."""
    text = (
        SPEC.replace("epochs: 4, ", "")
        .partition("callbacks:")[0]
        .replace("fit: {batch_size: 16}", "fit:\n  batch_size: 16")
    )
    spec = load_spec(write_spec(text + PHASES.lstrip("\n")))
    with keras_session(spec):
        whole, end = prepare_training(spec), Position()
        fit_phases(whole, build_callbacks(spec, tmp_path), position=end)
        first, at = prepare_training(spec), Position()
        now: list[list[Any]] = []

        def save(position: Position) -> bool:
            if position.steps == cut and (position.step or position.phase_over):
                write_snapshot(tmp_path / "checkpoint", first.model, now[-1], position, {"value": None, "best": False})
                raise Cut
            return False

        hooks = Hooks(lambda position: save(position) and None if position.step < 5 else None, after_epoch=save)
        with pytest.raises(Cut):
            fit_phases(
                first,
                build_callbacks(spec, tmp_path),
                position=at,
                hooks=hooks,
                begins=lambda plan, callbacks: now.append(callbacks),
            )
        second, snapshot = prepare_training(spec), read_snapshot(tmp_path / "checkpoint")
        again = position_of(snapshot)
        fit_phases(second, build_callbacks(spec, tmp_path), position=again, snapshot=snapshot)
    assert again == end
    assert [layer.trainable for layer in second.model.layers] == [layer.trainable for layer in whole.model.layers]
    for kind in (lambda model: model.variables, lambda model: model.optimizer.variables):
        for one, other in zip(kind(whole.model), kind(second.model), strict=True):
            np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def test_damage_is_found_and_the_one_before_taken(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    spec = load_spec(write_spec(SPEC))
    with keras_session(spec):
        ready = prepare_training(spec)
        for step in (1, 2):
            facts = {"value": None, "best": False}
            write_snapshot(tmp_path / str(step), ready.model, [], Position(0, step, steps=step), facts)
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
