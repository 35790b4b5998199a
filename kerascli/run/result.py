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
        phase: The phase (from 0) that it is of.
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
    phase: int = 0

    def to_json(self) -> dict[str, Any]:
        """All but the model, as JSON values."""
        return {
            "folder": str(self.folder),
            "history": self.history,
            "metrics": self.metrics,
            "monitor": self.monitor,
            "best_epoch": self.best_epoch,
            "best_value": self.best_value,
            "weights": self.weights,
            "epochs": self.epochs,
            "seconds": self.seconds,
        }
