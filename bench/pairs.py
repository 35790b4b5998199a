"""Processes side by side: each pair one after the other, several times in turn, so that a machine's drift is the same for both."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
# Neither TensorFlow's words nor Python's warnings; a line is seen when it is printed.
ENVIRONMENT = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
KERASCLI = [sys.executable, "-m", "kerascli"]


@dataclass(frozen=True)
class Times:
    """Seconds of one process.

    Attributes:
        whole: From its start to its end.
        epoch: From the end of an epoch to that of the next, the median: with validation, logs and checkpoints.
    """

    whole: float
    epoch: float


def timed(command: Sequence[str], folder: Path) -> Times:
    """Runs a process that prints a line at the end of each epoch."""
    began, ends = time.perf_counter(), list[float]()
    process = subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    printed = []
    assert process.stdout is not None
    for line in process.stdout:
        printed.append(line)
        if re.match(r"epoch +\d+", line):
            ends.append(time.perf_counter())
    if process.wait():
        sys.exit(f"{' '.join(command)}\n{''.join(printed)}")
    whole = time.perf_counter() - began
    return Times(whole, statistics.median(after - before for before, after in pairwise(ends)))


@dataclass(frozen=True)
class Compared:
    """Two processes over several pairs: medians, and the median of the ratios pair by pair."""

    pairs: Sequence[tuple[Times, Times]]

    def ratio(self, part: str) -> float:
        """One beside the other: `whole` or `epoch`."""
        return statistics.median(getattr(one, part) / getattr(two, part) for one, two in self.pairs)

    def cells(self) -> list[str]:
        """Seconds, its, ratio: of the whole, then of a steady epoch."""
        found = []
        for part in ("whole", "epoch"):
            ours, its = (statistics.median(getattr(pair[side], part) for pair in self.pairs) for side in (0, 1))
            found += [f"{ours:.2f}", f"{its:.2f}", f"**{self.ratio(part):.2f}**"]
        return found


def compare(count: int, ours: Callable[[], Times], its: Callable[[], Times]) -> Compared:
    """So many pairs; which of the two comes first changes from pair to pair."""
    found = []
    for number in range(count):
        if number % 2:
            second = its()
            found.append((ours(), second))
        else:
            found.append((ours(), its()))
    return Compared(found)
