"""`fit.reset_states`: stateful layers start each epoch and each validation anew, as by hand."""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from kerascli.data.prepare import prepare_data
from kerascli.run.resume import resume
from kerascli.run.train import train
from kerascli.spec.load import load_spec

SPEC = """
name: stateful
seed: 4
data:
  source: {synthetic: {samples: 24, fields: {x: {shape: [3, 2], normal: [0, 1]}, y: {shape: [1], uniform: [0, 1]}}}}
  validation: {count: 8, shuffle: false}
model:
  inputs: {x: {shape: [3, 2], batch_size: 4}}
  layers:
    - LSTM: {units: 3, stateful: true}
    - Dense: 1
      name: y
compile: {optimizer: {SGD: 0.1}, loss: mse}
fit: {epochs: 3, batch_size: 4, shuffle: false, reset_states: RESET}
logs: {tensorboard: false}
performance: false
"""


def by_hand(spec_path: Path, *, reset: bool) -> list[float]:
    """The losses of a loop that a user would write."""
    spec = load_spec(spec_path)
    data = prepare_data(spec)
    train_split, held_out = data.train(), data.validation()
    assert held_out is not None
    keras.utils.clear_session()
    keras.utils.set_random_seed(4)
    model = keras.Sequential(
        [keras.Input((3, 2), batch_size=4), keras.layers.LSTM(3, stateful=True), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    model.optimizer.learning_rate = 0.1
    losses = []
    for _ in range(3):
        if reset:
            model.layers[0].reset_state()
        found = model.fit(train_split.x["x"], train_split.y["y"][:, None] if train_split.y["y"].ndim == 1 else
                          train_split.y["y"], batch_size=4, shuffle=False, verbose=0)  # fmt: skip
        losses.append(found.history["loss"][0])
        if reset:
            model.layers[0].reset_state()
        model.evaluate(held_out.x["x"], held_out.y["y"], batch_size=4, verbose=0)
    return losses


def test_as_by_hand(tmp_path: Path) -> None:
    losses = {}
    for reset in (True, False):
        path = tmp_path / f"{reset}.yaml"
        path.write_text(SPEC.replace("RESET", str(reset).lower()))
        losses[reset] = train(load_spec(path), tmp_path / "runs").history["loss"]
        np.testing.assert_allclose(losses[reset], by_hand(path, reset=reset), rtol=1e-5)
    assert losses[True] != losses[False]


@pytest.mark.parametrize("reset", [pytest.param("true", marks=pytest.mark.long), "false"])
def test_a_stateful_model_goes_on_in_the_middle_of_an_epoch(tmp_path: Path, reset: str) -> None:
    """Keras does not count the states of a recurrent layer among the model's variables."""
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.replace("RESET", reset))
    spec = load_spec(path, ["fit.epochs=2"])
    whole = train(spec, tmp_path / "whole")
    run = train(spec, tmp_path / "runs", max_seconds=1e-9).folder
    for _ in range(20):
        again = resume(run, max_seconds=1e-9)
        if json.loads((run / "run.json").read_text())["status"] == "done":
            break
    assert again.history == whole.history
    for weight, other in zip(again.model.get_weights(), whole.model.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, other)
