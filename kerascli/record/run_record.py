"""`run.json`: what a run is and how it goes, complete at every moment."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from kerascli.errors import EnvironmentProblem
from kerascli.record.atomic import write_json
from kerascli.record.regular_file import read_regular
from kerascli.record.sound_record import parse_record

Status = Literal["running", "stopped", "failed", "done"]
_TUPLES = frozenset({"command", "overrides", "tags", "resumed"})
_PACKAGES = ("kerascli", "keras", "tensorflow", "numpy", "tensorboard")


@dataclass(frozen=True)
class RunRecord:
    """The record of one run.

    Attributes:
        name: The run's name.
        status: `running`, `stopped` (by a signal), `failed` or `done`.
        reason: Why it stopped or failed; None otherwise.
        started: Local time with its offset, ISO 8601.
        ended: Likewise; None while it runs.
        seconds: From the first step to the last, in seconds.
        command: The command line as typed; None from Python.
        overrides: The changes to the spec on the command line.
        seed: The seed.
        versions: Package to version, with Python's.
        machine: System, processor, usable cores, TensorFlow's threads, oneDNN setting.
        git: The commit of the spec's folder; None outside a repository.
        data: Fingerprint, fields and sizes of the splits.
        model: Class, number of parameters, inputs, outputs.
        performance: What was chosen that changes only the time.
        distribution: The strategy, the devices and processes, and how a batch is cut.
        monitor: The log that decides which checkpoint is the best, and its mode.
        best: Epoch (from 1) and value of the best.
        best_metrics: The logs of the best epoch.
        epochs: Complete epochs.
        steps: Optimizer steps.
        weights: Which weights `model.keras` has: `best` or `last`.
        phase: The phase (from 0) that `model.keras` is of.
        metrics: The logs of the last epoch.
        test: The metrics of `model.keras` on the test split.
        description: The spec's own words.
        tags: The spec's tags.
        environment: The variables of the environment that the spec read, each with a hash of its value; None where it was not set.
        reproduces: The run (`name/id`) that this one repeats; None: none.
        seeds: Of a run that is one of several with other seeds: the `first` of them and all their `seeds`; else None.
        search: Of a trial of a search: its `study` or `sweep`, its number and its values; else None.
        resumed: For each time the run went on: when, where, by which command, and what was changed.
    """

    name: str
    status: Status = "running"
    reason: str | None = None
    started: str = ""
    ended: str | None = None
    seconds: float | None = None
    command: tuple[str, ...] | None = None
    overrides: tuple[str, ...] = ()
    seed: int = 0
    versions: dict[str, str | None] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)
    git: dict[str, Any] | None = None
    data: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    performance: dict[str, Any] = field(default_factory=dict)
    distribution: dict[str, Any] = field(default_factory=dict)
    monitor: dict[str, str] | None = None
    best: dict[str, Any] | None = None
    best_metrics: dict[str, float] | None = None
    epochs: int = 0
    steps: int = 0
    weights: str | None = None
    phase: int = 0
    metrics: dict[str, float] = field(default_factory=dict)
    test: dict[str, float] | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    environment: dict[str, str | None] = field(default_factory=dict)
    reproduces: str | None = None
    seeds: dict[str, Any] | None = None
    search: dict[str, Any] | None = None
    resumed: tuple[dict[str, Any], ...] = ()

    def changed(self, **values: Any) -> RunRecord:
        """A copy with some values changed."""
        return replace(self, **values)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> RunRecord:
        """The record that `read_record` gave; what a later version added is left out."""
        known = {one.name for one in fields(cls)}
        values: dict[str, Any] = {name: value for name, value in body.items() if name in known}
        values |= {name: tuple(value) for name, value in values.items() if name in _TUPLES and value is not None}
        return cls(**values)


def now() -> str:
    """The local time with its offset, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def write_record(path: Path, record: RunRecord) -> None:
    """Writes the record atomically.

    Raises:
        OSError: It can't be written.
    """
    write_json(path, {"kerascli": 1, **asdict(record)})


def read_record(path: Path) -> dict[str, Any]:
    """The record as JSON values.

    Raises:
        EnvironmentProblem: It can't be read, or is no record.
    """
    try:
        return parse_record(read_regular(path))
    except (OSError, ValueError) as error:
        raise EnvironmentProblem(f"can't read '{path}': {error}", code="record") from error


def digest(value: str | None) -> str | None:
    """What the record holds in place of a value of the environment, which may be a secret."""
    return None if value is None else sha256(value.encode("utf-8", "surrogateescape")).hexdigest()


def changed_environment(record: Mapping[str, Any]) -> tuple[str, ...]:
    """The variables of the environment that a run's spec read and that now have another value."""
    before = record.get("environment") or {}
    return tuple(name for name, value in before.items() if value != digest(os.environ.get(name)))


def versions() -> dict[str, str | None]:
    """The versions of Python and of the packages that decide the result."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = None
    return found


def machine() -> dict[str, Any]:
    """The machine as far as it decides the result: thread counts and oneDNN change the last bits."""
    return {
        "system": platform.platform(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
        "executable": sys.executable,
    }


def _processor() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
            return next(line.partition(":")[2].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def git_facts(folder: Path) -> dict[str, Any] | None:
    """The commit of the repository that holds a folder, or None.

    Whether it had changes is not asked: `git status` runs programs that the repository's own settings name (filters,
    `core.fsmonitor`), and a folder with a spec is data. The files themselves lie in the run's `source/`.
    """
    command = ["git", "-C", str(folder), "rev-parse", "--verify", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=5, check=False)  # noqa: S603 - the words are ours
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"commit": done.stdout.strip()} if done.returncode == 0 else None
