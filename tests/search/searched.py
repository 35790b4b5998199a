"""A small spec with a search, the command in a process of its own, and what lies on disk afterwards."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 240

MODEL = """\
name: small
seed: 6
data:
  source:
    synthetic:
      samples: 60
      fields: {x: {shape: [4], normal: [0, 1]}, kind: {choice: [cat, dog, eel]}}
  validation: 0.2
  inputs: x
  targets: kind
model:
  inputs: {x: [4]}
  layers:
    - Dense: {units: 8, activation: relu}
      name: hidden
    - {Dropout: 0.2, name: drop}
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: {SGD: 0.1}, loss: sparse_categorical_crossentropy, metrics: [accuracy]}
fit: {epochs: 3, batch_size: 12, deterministic: true}
logs: {tensorboard: false}
"""
SEARCH = """\
tune:
  trials: 3
  seed: 3
  pruner: none
  space:
    compile.optimizer.learning_rate: {log: [1e-3, 0.5]}
    model.layers.hidden.units: {choice: [4, 8]}
    model.layers.drop.rate: {uniform: [0, 0.5]}
"""


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """The command in a process of its own, with a group of its own."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        [sys.executable, "-m", "kerascli", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder: Path, *words: str) -> tuple[int, str, str]:
    """The command, to its end: status and what it printed."""
    with start(folder, *words) as child:
        out, err = child.communicate(timeout=PATIENCE)
    return child.returncode, out, err


def records(runs: Path, name: str = "small") -> dict[str, dict[str, Any]]:
    """The records of all runs of a name, by their folders, in the order of their trials."""
    found = {str(path.parent): json.loads(path.read_text()) for path in (runs / name).glob("2*/run.json")}
    return dict(sorted(found.items(), key=lambda item: item[1]["search"].get("trial", 0)))


def wait_for(holds: Callable[[], bool], child: subprocess.Popen[str] | None = None) -> None:
    """Waits until something holds."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert child is None or child.poll() is None, "the command ended before that"
        assert time.monotonic() < until
        time.sleep(0.02)
