"""The checkpoints of a run: a folder a step, complete or absent; their manifests say which is last and best."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path
from typing import Any

from kerascli.errors import EnvironmentProblem
from kerascli.quick_dataclass import dataclass
from kerascli.record.manifest import check_files, read_manifest

_NAME = re.compile(r"\d+(-\d+)?\Z")


@dataclass(frozen=True)
class Checkpoint:
    """One checkpoint.

    Attributes:
        path: Its folder; its name is the step, with `-2` and so on for a second one of the step.
        step: Optimizer steps before it.
        epoch: Complete epochs before it.
        best_value: The monitored value of its epoch, or None where the epoch was not complete or nothing is monitored.
        is_best: Whether it was the best when it was written.
        facts: All that its manifest says.
    """

    path: Path
    step: int
    epoch: int
    best_value: float | None
    is_best: bool
    facts: dict[str, Any]


def list_checkpoints(folder: Path) -> tuple[list[Checkpoint], list[tuple[Path, str]]]:
    """The checkpoints by step, and the damaged ones with what is wrong (their manifests are read, not their arrays)."""
    good: list[Checkpoint] = []
    damaged: list[tuple[Path, str]] = []
    paths = [path for path in folder.glob("*") if path.is_dir() and _NAME.match(path.name)]
    for path in sorted(paths, key=lambda path: [int(part) for part in path.name.split("-")]):
        try:
            good.append(_read(path))
        except ValueError as error:
            damaged.append((path, str(error)))
    return good, damaged


def _read(path: Path) -> Checkpoint:
    facts = read_manifest(path)
    try:
        return Checkpoint(path, int(facts["step"]), int(facts["epoch"]), facts["value"], bool(facts["best"]), facts)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"its manifest lacks {error}") from error


def free_path(folder: Path, step: int) -> Path:
    """Where the next checkpoint of a step goes: `<step>`, or `<step>-2` where that is taken.

    A run that was stopped between the last step of an epoch and its validation has two of one step: a checkpoint is
    never written over.
    """
    path, number = folder / str(step), 1
    while path.exists():
        number += 1
        path = folder / f"{step}-{number}"
    return path


def best_checkpoint(checkpoints: list[Checkpoint]) -> Checkpoint | None:
    """The best: the last of those that were the best when they were written."""
    return next((one for one in reversed(checkpoints) if one.is_best), None)


def load_newest(folder: Path, *, best: bool = False) -> tuple[Checkpoint, list[tuple[Path, str]]]:
    """The newest (or the best) checkpoint whose every file is sound, and the damaged ones that were passed over.

    Raises:
        EnvironmentProblem: None is.
    """
    good, damaged = list_checkpoints(folder)
    candidates = [one for one in reversed(good) if one.is_best] if best else list(reversed(good))
    for checkpoint in candidates:
        try:
            check_files(checkpoint.path, checkpoint.facts)
        except (ValueError, OSError) as error:
            damaged.append((checkpoint.path, str(error)))
        else:
            return checkpoint, damaged
    what = "; ".join(f"'{path}': {reason}" for path, reason in damaged) or "there is none"
    raise EnvironmentProblem(f"no sound checkpoint below '{folder}': {what}", code="checkpoint")


def set_aside(path: Path) -> Path:
    """Gives a damaged checkpoint a name that is never read, written over or pruned; returns its new place."""
    place, number = path.with_name(f"{path.name}.damaged"), 1
    while place.exists():
        number += 1
        place = path.with_name(f"{path.name}.damaged-{number}")
    path.rename(place)
    return place


def prune(folder: Path, keep: int) -> None:
    """Removes all but the newest `keep` and the best; damaged ones are left for the user to look at.

    Called only after a newer checkpoint is durable.
    """
    good, _ = list_checkpoints(folder)
    best = best_checkpoint(good)
    for checkpoint in good[:-keep]:
        if best is None or checkpoint.path != best.path:
            # A folder that can't be removed is no reason to stop; it is tried again after the next checkpoint.
            with contextlib.suppress(OSError):
                _remove(checkpoint.path)


def _remove(path: Path) -> None:
    """Hides the folder under a temporary name first, so that no half-removed checkpoint is ever seen."""
    hidden = path.with_name(f".tmp-removed-{path.name}")
    path.rename(hidden)
    shutil.rmtree(hidden)
