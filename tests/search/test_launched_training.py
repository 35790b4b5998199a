"""Trainings over several workers that are killed and started again end as the undisturbed one: real processes, real kills."""

from __future__ import annotations

import json
import os
import random
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
# Of an epoch.
STEPS = 8
SPEC = """\
name: run
seed: 4
data:
  source:
    synthetic: {samples: 664, fields: {x: {shape: [6], normal: [0, 1]}, kind: {choice: [cat, dog, eel]}}}
  validation: {count: 600}
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
fit: {epochs: 5, batch_size: 8, validation_batch_size: 8}
callbacks: [{ReduceLROnPlateau: {patience: 1, min_delta: 0.05, factor: 0.5}}]
checkpoints: {every: 1 steps}
logs: {tensorboard: false}
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

    def are_started(self) -> bool:
        """Whether both are programs of their own, and no longer copies of the supervisor."""
        words = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in self.workers()]
        return len(words) == 2 and all(b"\0-P\0" in one for one in words)

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


def step(folder: Path) -> int:
    """The newest checkpoint's step."""
    names = [path.name.split("-")[0] for path in run_of(folder).glob("checkpoints/[0-9]*")]
    return max((int(name) for name in names), default=0)


def is_saving(folder: Path) -> bool:
    return any(run_of(folder).glob("checkpoints/.tmp-*"))


def wait_in_validation(launch: Launch) -> None:
    """The last step of an epoch is saved after its validation, which takes most of the time."""
    launch.wait_for(lambda: step(launch.folder) >= 3 * STEPS - 1)
    time.sleep(0.4)


def wait_while_saving(launch: Launch) -> None:
    launch.wait_for(lambda: step(launch.folder) >= 2 * STEPS + 2)
    launch.wait_for(lambda: is_saving(launch.folder))


MOMENTS: dict[str, Callable[[Launch], None]] = {
    "at its first steps": lambda launch: launch.wait_for(lambda: step(launch.folder) >= 1),
    "in training": lambda launch: launch.wait_for(lambda: step(launch.folder) >= 2 * STEPS + 3),
    "in validation": wait_in_validation,
    "while saving": wait_while_saving,
    "at the end": lambda launch: launch.wait_for(lambda: (run_of(launch.folder) / "model.keras").exists()),
}


def killed(spec: Path, whole: dict[str, Any], folder: Path, index: int, moment: str) -> None:
    launch = Launch(folder, str(spec), "--workers", "2", "--max-restarts", "1")
    MOMENTS[moment](launch)
    launch.kill(index)
    assert launch.end() == 0, launch.text
    again = (
        f"launch: worker {index} was killed by SIGKILL; starting all again from the last checkpoint (1 of at most 1)"
    )
    assert again in launch.text
    assert "Traceback" not in launch.text
    agrees(folder, whole)
    log = (run_of(folder) / "launch.log").read_text()
    assert log.count("[launch] 2 workers at 127.0.0.1:") == 2 and log.count("[0] NEW run") == 1


def test_the_chief_is_killed(spec: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    killed(spec, whole, tmp_path, 0, "in training")


@pytest.mark.long
@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("moment", MOMENTS)
def test_one_is_killed(spec: Path, whole: dict[str, Any], tmp_path: Path, index: int, moment: str) -> None:
    killed(spec, whole, tmp_path, index, moment)


@pytest.mark.long
def test_many_kills(spec: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    chance = random.Random(3)
    launch = Launch(tmp_path, str(spec), "--workers", "2", "--max-restarts", "100")
    for number in range(4):
        launch.wait_for(lambda number=number: step(tmp_path) > number * STEPS)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 2))
        launch.kill(chance.randrange(2))
        # A start may be killed too, before there are both again.
        launch.wait_for(lambda: len(launch.workers()) == 2)
    assert launch.end() == 0, launch.text
    agrees(tmp_path, whole)


@pytest.mark.long
def test_one_that_stands_still(spec: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    launch = Launch(tmp_path, str(spec), "--workers", "2", "--max-restarts", "1")
    MOMENTS["in training"](launch)
    launch.kill(1, signal.SIGSTOP)
    assert launch.end() == 0, launch.text
    assert "starting all again from the last checkpoint" in launch.text
    agrees(tmp_path, whole)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["in training", "in validation"])
def test_a_stopped_launch_goes_on(
    spec: Path, whole: dict[str, Any], tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    launch = Launch(tmp_path, str(spec), "--workers", "2")
    MOMENTS[moment](launch)
    launch.process.send_signal(number)
    assert launch.end() == 128 + number, launch.text
    assert json.loads((run_of(tmp_path) / "run.json").read_text())["status"] == "stopped"
    assert "kerascli launch --workers 2 resume" in launch.text and "Traceback" not in launch.text
    launch = Launch(tmp_path, "--workers", "2", "resume", "run")
    assert launch.end() == 0, launch.text
    agrees(tmp_path, whole)


@pytest.mark.long
def test_one_that_never_comes(spec: Path, tmp_path: Path) -> None:
    launch = Launch(tmp_path, str(spec), "--workers", "2", "--max-restarts", "0", "--start-deadline", "100")
    launch.wait_for(launch.are_started)
    launch.kill(1, signal.SIGSTOP)
    began = time.monotonic()
    assert launch.end() == 5, launch.text
    assert time.monotonic() - began < 160
    assert "worker 1 did not come in time" in launch.text or "worker-unreachable" in launch.text


@pytest.mark.long
def test_a_run_is_evaluated_over_workers(spec: Path, tmp_path: Path) -> None:
    assert Launch(tmp_path, str(spec), "--workers", "2", "fit.epochs=1").end() == 0
    launch = Launch(
        tmp_path,
        "--workers",
        "2",
        "evaluate",
        "run",
        "--data",
        "{synthetic: {samples: 50, fields: {x: {shape: [6]}, kind: {choice: [cat, dog, eel]}}}}",
    )
    assert launch.end() == 0, launch.text
    assert "[0] " in launch.text and "accuracy" in launch.text
