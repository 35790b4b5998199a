"""All that a run leaves behind, as values that two runs can be compared by."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.util.tensor_util import make_ndarray

from kerascli.record.checkpoints import list_checkpoints

RUN = """\
name: run
seed: 4
data:
  source:
    synthetic:
      samples: 150
      fields:
        image: {shape: [6, 6, 1], uniform: [0, 1]}
        kind: {choice: [cat, dog, eel]}
        size: {shape: [1], normal: [3, 2]}
  validation: 0.2
  test: 0.1
  inputs: {image: {field: image, augment: [{RandomBrightness: {factor: 0.2, value_range: [0, 1]}}, RandomFlip]}}
  targets: {kind: kind, size: {field: size, transform: [Normalization]}}
model:
  inputs: {image: [6, 6, 1]}
  layers:
    - GaussianNoise: 0.1
    - Reshape: [6, 6]
    - LSTM: {units: 4, dropout: 0.2, recurrent_dropout: 0.1}
    - BatchNormalization
    - {Dropout: 0.3, name: dropped}
    - Dense: {units: 3, activation: softmax}
      name: kind
    - {Dense: 1, name: size, inputs: dropped}
  outputs: [kind, size]
compile:
  optimizer: {Adam: {learning_rate: 0.02, use_ema: true, ema_overwrite_frequency: 5}}
  loss: {kind: sparse_categorical_crossentropy, size: mse}
  metrics: {kind: accuracy, size: mae}
fit: {epochs: 5, batch_size: 9, validation_batch_size: 9}
callbacks:
  - ReduceLROnPlateau: {patience: 1, min_delta: 0.05, factor: 0.5}
  - EarlyStopping: {patience: 9, restore_best_weights: true}
  - CSVLogger: own.csv
checkpoints: {every: 4 steps}
logs: {tensorboard: {update_freq: 3, histogram_freq: 2}}
"""


def events(folder: Path) -> list[tuple[str, str, int, Any]]:
    """Writer, tag, step and value of each event, in no order but that of their steps."""
    found = []
    for path in sorted(folder.rglob("events.out.tfevents.*")):
        for raw in RawEventFileLoader(str(path)).Load():
            event = Event.FromString(raw)
            for value in event.summary.value:
                array = make_ndarray(value.tensor)
                found.append((path.parent.name, value.tag, event.step, array.tolist()))
    # Speed and time are what two runs may differ in.
    found = [one for one in found if "per_second" not in one[1]]
    return sorted(found, key=lambda one: (one[0], one[1], one[2], str(one[3])))


def last_state(run: Path) -> dict[str, str]:
    """A hash of each array file of the newest checkpoint, and of its state but for what names time."""
    newest = list_checkpoints(run / "checkpoints")[0][-1].path
    found = {}
    for path in sorted(newest.glob("*.npz")):
        with np.load(path) as arrays:
            # Keras counts names through a process; the order of the arrays does not change.
            found[path.name] = hashlib.sha256(b"".join(arrays[name].tobytes() for name in sorted(arrays))).hexdigest()
    state = json.loads((newest / "state.json").read_text())
    del state["logs"]
    for callback in state["callbacks"]:
        for name in [name for name in callback["values"] if "time" in name or name == "append"]:
            del callback["values"][name]
    return {**found, "state": json.dumps(state, sort_keys=True)}


def everything(run: Path) -> dict[str, Any]:
    """What two runs of one spec must have alike."""
    record = json.loads((run / "run.json").read_text())
    model = keras.saving.load_model(run / "model.keras", compile=False)
    return {
        "state": last_state(run),
        "checkpoints": [one.path.name for one in list_checkpoints(run / "checkpoints")[0]],
        "history": (run / "history.csv").read_text(),
        "own": (run / "own.csv").read_text() if (run / "own.csv").exists() else None,
        "events": events(run / "tensorboard"),
        "weights": [array.tobytes() for array in model.get_weights()],
        "test": record["test"],
        "best": record["best"],
        "status": record["status"],
        "spec": (run / "spec.yaml").read_text(),
    }


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The names of what differs."""
    found = [name for name in one if one[name] != other[name] and name != "state"]
    return found + [f"state {name}" for name in one["state"] if one["state"][name] != other["state"].get(name)]
