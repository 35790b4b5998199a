"""Trainings over several workers that are killed and started again end as the undisturbed one: real processes, real kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "run"))
from kept import differing, everything

PATIENCE = 300
SPEC = """\
name: run
seed: 4
data:
  source:
    synthetic: {samples: 90, fields: {x: {shape: [6], normal: [0, 1]}, kind: {choice: [cat, dog, eel]}}}
  validation: {count: 26}
  inputs: x
  targets: kind
model:
  inputs: {x: [6]}
  layers:
    - {Dense: {units: 8, activation: relu}}
    - {Dropout: 0.3}
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: {Adam: {learning_rate: 0.02}}, loss: sparse_categorical_crossentropy, metrics: [accuracy]}
fit: {epochs: 8, batch_size: 8, validation_batch_size: 8}
callbacks: [{ReduceLROnPlateau: {patience: 1, min_delta: 0.05, factor: 0.5}}]
checkpoints: {every: 3 steps}
"""


class Launch:
    """`kerascli launch`, with its lines as they come."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder = folder
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "3"}
        environment.pop("TF_CONFIG", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "kerascli", "launch", *words],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, holds: Callable[[], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.poll() is None, self.text
            assert time.monotonic() < until, self.text
            time.sleep(0.005)

    def said(self, words: str, times: int = 1) -> None:
        """Waits until so many lines have the words."""
        self.wait_for(lambda: sum(words in line for line in list(self.lines)) >= times)

    def workers(self) -> list[int]:
        """The processes of the workers, the chief first."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def kill(self, index: int, number: int = signal.SIGKILL) -> None:
        os.kill(self.workers()[index], number)

    def end(self) -> int:
        status = self.process.wait(PATIENCE)
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spec") / "run.yaml"
    path.write_text(SPEC)
    return path


def run_of(folder: Path) -> Path:
    return (folder / "runs" / "run" / "latest").resolve()


@pytest.fixture(scope="module")
def whole(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The undisturbed run."""
    folder = tmp_path_factory.mktemp("whole")
    launch = Launch(folder, str(spec), "--workers", "2")
    assert launch.end() == 0, launch.text
    return everything(run_of(folder))


def agrees(folder: Path, whole: dict[str, Any]) -> None:
    """The run is the undisturbed one; which checkpoints are kept depends on where it went on."""
    assert differing(everything(run_of(folder)), whole) in ([], ["checkpoints"])
    assert len(list((folder / "runs" / "run").glob("2*"))) == 1


def test_worker_and_chief_are_killed(spec: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    launch = Launch(tmp_path, str(spec), "--workers", "2", "--max-restarts", "2")
    launch.said("epoch 3/")
    launch.kill(1)
    launch.said("epoch 5/")
    launch.kill(0)
    assert launch.end() == 0, launch.text
    assert (
        "launch: worker 1 was killed by SIGKILL; starting all again from the last checkpoint (1 of at most 2)"
        in launch.text
    )
    assert (
        "launch: worker 0 was killed by SIGKILL; starting all again from the last checkpoint (2 of at most 2)"
        in launch.text
    )
    assert launch.text.count("[0] RESUMED at epoch") == 2
    assert "Traceback" not in launch.text
    agrees(tmp_path, whole)
    log = (run_of(tmp_path) / "launch.log").read_text()
    assert log.count("[launch] 2 workers at 127.0.0.1:") == 3 and log.count("[0] NEW run") == 1
