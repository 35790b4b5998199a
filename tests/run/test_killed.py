"""Real processes, killed at random moments and started again until they are through, end as the uninterrupted one."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kerascli.record.checkpoints import load_newest

sys.path.insert(0, str(Path(__file__).parent))
from kept import RUN, differing, everything

PATIENCE = 120
# More than any file of the run but its events and what a checkpoint says of its random state, in bytes.
LIMIT = 18_000


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spec") / "run.yaml"
    path.write_text(RUN)
    return path


def start(folder: Path, *words: str, limit: int | None = None) -> subprocess.Popen[str]:
    """The command in a process of its own; `limit` is the most bytes of a file."""

    def limits() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.Popen(
        [sys.executable, "-m", "kerascli", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limits,  # noqa: PLW1509 - the limit has to hold for the child alone
    )


def record_of(runs: Path) -> dict[str, Any]:
    path = runs / "run" / "latest" / "run.json"
    return dict(json.loads(path.read_text())) if path.is_file() else {}


def beginnings(runs: Path) -> int:
    """How often the run has begun or gone on."""
    record = record_of(runs)
    return 1 + len(record["resumed"]) if record else 0


def trains(runs: Path, number: int) -> bool:
    return beginnings(runs) >= number


def wait_for(holds: Callable[[], bool], child: subprocess.Popen[str]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds() and child.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture(scope="module")
def whole(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The uninterrupted run."""
    folder = tmp_path_factory.mktemp("whole")
    with start(folder, "train", str(spec)) as child:
        _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, err
    return everything((folder / "runs" / "run" / "latest").resolve())


def through_kills(spec: Path, folder: Path, kills: int, seed: int) -> Path:
    """Trains, kills, resumes, kills …; returns the run when a process has ended well."""
    chance = random.Random(seed)
    runs = folder / "runs"
    words: tuple[str, ...] = ("train", str(spec))
    for _ in range(kills):
        with start(folder, *words) as child:
            if words[0] == "train" or chance.random() < 0.8:
                # Most of a short process is its start; most kills shall come while it trains.
                wait_for(partial(trains, runs, 1 + beginnings(runs)), child)
            time.sleep(chance.uniform(0, 2.5))
            child.send_signal(signal.SIGKILL)
            child.communicate()
        words = ("resume", "run")
        if record_of(runs).get("status") == "done":
            break
    with start(folder, *words) as child:
        out, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, err
    assert out.startswith(("RESUMED at epoch", "complete")), out
    return (runs / "run" / "latest").resolve()


def test_five_kills(spec: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    run = through_kills(spec, tmp_path, 5, seed=20)
    after = everything(run)
    assert after["history"] == whole["history"]
    assert differing(after, whole) == []
    assert not list(run.rglob(".tmp-*"))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_a_hundred_kills(spec: Path, whole: dict[str, Any], tmp_path: Path, seed: int) -> None:
    assert differing(everything(through_kills(spec, tmp_path, 5, seed)), whole) == []


def test_a_file_that_may_not_grow_ends_the_run_loudly_and_harmlessly(
    spec: Path, whole: dict[str, Any], tmp_path: Path
) -> None:
    with start(tmp_path, "train", str(spec), limit=LIMIT) as child:
        _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 5, err
    assert "can't write the checkpoint" in err and "Traceback" not in err
    run = (tmp_path / "runs" / "run" / "latest").resolve()
    assert record_of(tmp_path / "runs")["status"] == "failed"
    assert not list(run.rglob(".tmp-*"))
    with start(tmp_path, "resume", "run") as child:
        _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, err
    assert differing(everything(run), whole) in ([], ["checkpoints"])


FULL_DISK = """\
set -u
mount -t tmpfs -o size=300k tmpfs "$1"
"$2" -m kerascli train "$3" --runs "$1"; echo "status $?"
ls -A "$1/run/latest/checkpoints"
mount -o remount,size=20m "$1"
"$2" -m kerascli resume run --runs "$1" && cp -r "$1/run/latest/." "$4"
"""


def test_a_full_disk_ends_the_run_loudly_and_harmlessly(spec: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    """A file system of its own, in a namespace that only this shell sees."""
    disk, kept = tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    alone = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    done = subprocess.run(
        [*alone, "sh", "-c", FULL_DISK, "sh", str(disk), sys.executable, str(spec), str(kept)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert "status 5" in done.stdout, done.stderr
    assert "can't write the checkpoint" in done.stderr and "No space left on device" in done.stderr
    assert "the run may take" in done.stderr and "Traceback" not in done.stderr
    assert ".tmp" not in done.stdout
    assert done.returncode == 0, done.stderr
    assert differing(everything(kept), whole) in ([], ["checkpoints"])


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", [0.3, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
def test_a_signal_at_any_moment(
    spec: Path, whole: dict[str, Any], tmp_path: Path, number: signal.Signals, moment: float
) -> None:
    with start(tmp_path, "train", str(spec)) as child:
        time.sleep(moment)
        child.send_signal(number)
        _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode in (128 + number, 0), err
    assert "Traceback" not in err
    if child.returncode == 0 or not record_of(tmp_path / "runs"):
        return
    assert record_of(tmp_path / "runs")["status"] == "stopped"
    run = (tmp_path / "runs" / "run" / "latest").resolve()
    load_newest(run / "checkpoints")
    with start(tmp_path, "resume", "run") as child:
        _, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0, err
    assert differing(everything(run), whole) in ([], ["checkpoints"])
