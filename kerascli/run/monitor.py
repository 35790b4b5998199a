"""Which log decides the best epoch, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kerascli.check.directions import direction
from kerascli.errors import Diagnostic
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class Monitor:
    """The log that decides the best epoch.

    Attributes:
        name: The log.
        mode: `min` or `max`.
        decides: Whether `model.keras` gets the best weights: the spec names the log, or it is a validation's.
    """

    name: str
    mode: Literal["min", "max"]
    decides: bool

    def is_better(self, value: float | None, best: float | None) -> bool:
        """Whether a value beats the best so far; one that is not finite never does."""
        if value is None or not math.isfinite(value):
            return False
        if best is None:
            return True
        return value < best if self.mode == "min" else value > best


def best_of(history: Sequence[Mapping[str, float]], monitor: Monitor) -> tuple[int, float] | None:
    """The best epoch (from 1) and its value; None where no value was finite."""
    best: tuple[int, float] | None = None
    for epoch, row in enumerate(history, 1):
        value = row.get(monitor.name)
        if value is not None and monitor.is_better(value, None if best is None else best[1]):
            best = (epoch, value)
    return best


def choose_monitor(spec: Spec, logs: Sequence[str]) -> tuple[Monitor, list[Diagnostic]]:
    """The monitor of a run.

    Args:
        spec: The spec.
        logs: The names of all logs that an epoch will have.

    Returns:
        The monitor, and what is wrong with it.
    """
    written = spec.checkpoints.best
    name = written or ("val_loss" if "val_loss" in logs else "loss")
    mode = spec.checkpoints.mode or direction(spec, name)
    found = []
    if mode is None and name in logs:
        message = f"nothing says whether a larger or a smaller '{name}' is better"
        span = spec.checkpoints.best_span
        found.append(Diagnostic("monitor-mode", message, span, "add 'mode: min' or 'mode: max' to 'checkpoints'"))
    return Monitor(name, mode or "min", decides=written is not None or name == "val_loss"), found
