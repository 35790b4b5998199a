"""What two runs of one spec ended with, side by side: each number of their histories and tests, each variable."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kerascli.errors import EnvironmentProblem
from kerascli.record.checkpoints import Checkpoint, load_newest
from kerascli.record.history import read_history
from kerascli.record.reproduction import NumberPair, WeightDifference
from kerascli.record.run_folder import RunFolder
from kerascli.run.snapshot import comparable_keys, read_snapshot


def metric_pairs(
    before: RunFolder, after: RunFolder, tests: tuple[Mapping[str, float], Mapping[str, float]]
) -> dict[str, NumberPair]:
    """The logs of the last epoch that both have, `test_` metrics, and `history`: how many numbers of all epochs differ.

    Args:
        before: The one run.
        after: The other.
        tests: Their metrics on the test split.
    """
    histories = [read_history(one.history) if one.history.is_file() else {} for one in (before, after)]
    found = {}
    for name in dict.fromkeys([*histories[0], *histories[1]]):
        values = [history.get(name, [])[-1:] for history in histories]
        found[name] = NumberPair(*(value[0] if value else None for value in values))
    for name in dict.fromkeys([*tests[0], *tests[1]]):
        found[f"test_{name}"] = NumberPair(tests[0].get(name), tests[1].get(name))
    return found


def same_history(before: RunFolder, after: RunFolder) -> bool | None:
    """Whether each number of each epoch is the same; None where one of them has no history."""
    if not before.history.is_file() or not after.history.is_file():
        return None
    return before.history.read_bytes() == after.history.read_bytes()


def last_weights(before: RunFolder, after: RunFolder) -> WeightDifference | None:
    """How the last checkpoints differ; None where they are not of the same step, or one has none.

    Raises:
        EnvironmentProblem: A checkpoint can't be read.
    """
    found = [_newest(one.checkpoints) for one in (before, after)]
    if found[0] is None or found[1] is None or found[0].step != found[1].step:
        return None
    return weight_difference(found[0].path, found[1].path)


def _newest(folder: Path) -> Checkpoint | None:
    try:
        return load_newest(folder)[0]
    except EnvironmentProblem:
        return None


def weight_difference(before: Path, after: Path) -> WeightDifference:
    """How the variables of two checkpoints of one model differ.

    Raises:
        EnvironmentProblem: One can't be read.
    """
    one, other = read_snapshot(before), read_snapshot(after)
    count = differing = 0
    largest, where = 0.0, None
    for kind in ("model", "optimizer"):
        for name, array, twin in _pairs(one.arrays[kind], other.arrays[kind]):
            count += 1
            found = _distance(array, twin)
            if found is None:
                continue
            differing += 1
            if where is None or found > largest:
                largest, where = found, name
    return WeightDifference(count, differing, largest, where)


def _pairs(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The arrays of both by their order; a path without its number, since a process counts names through."""
    names = comparable_keys(one)
    for name, key, twin in zip(names, sorted(one), sorted(other), strict=False):
        yield name.partition(" ")[2], one[key], other[twin]
    for _ in range(abs(len(one) - len(other))):
        yield "the number of variables", np.zeros(0), np.zeros(1)


def _distance(array: Any, twin: Any) -> float | None:
    """The largest difference of two arrays; None where all bits are the same."""
    if array.shape != twin.shape or array.dtype != twin.dtype:
        return math.inf
    if array.tobytes() == twin.tobytes():
        return None
    one, other = _numbers(array), _numbers(twin)
    found = float(np.max(np.abs(one - other)))
    return found if math.isfinite(found) else math.inf


def _numbers(array: Any) -> Any:
    """The values as float64; 16-bit integers are bfloat16, as a checkpoint keeps it."""
    if array.dtype == np.uint16:
        import ml_dtypes

        array = array.view(ml_dtypes.bfloat16)
    return array.astype(np.float64)
