"""`RunResult`: what a training returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RunResult:
    """What a training returns.

    Attributes:
        folder: The run's folder.
        history: Log to its values, one an epoch, as in `history.csv`.
        metrics: The metrics of `model.keras` on the test split; empty without one.
        monitor: The log that decides the best epoch.
        best_epoch: The best epoch, from 1; None when none was finite.
        best_value: Its value.
        weights: Which weights the model has, `best` or `last`.
        epochs: Complete epochs.
        seconds: From the first step to the last, in seconds.
        model: The trained model, as `model.keras` holds it.
    """

    folder: Path
    history: Mapping[str, Sequence[float]]
    metrics: Mapping[str, float]
    monitor: str
    best_epoch: int | None
    best_value: float | None
    weights: str
    epochs: int
    seconds: float
    model: Any = field(repr=False, compare=False, default=None)
