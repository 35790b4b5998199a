"""`RunResult`: what a training returns."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerascli.record.run_folder import RunFolder

if TYPE_CHECKING:
    from kerascli.run.load_run import LoadedRun
    from kerascli.run.profile import Profile


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
        trusted: Whether the run's plugins may run.
        profile: Where the time went, where that was asked for.
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
    trusted: bool = False
    profile: Profile | None = field(repr=False, compare=False, default=None)

    @cached_property
    def loaded(self) -> LoadedRun:
        """Model and preprocessing together, read back from the folder."""
        from kerascli.run.load_run import load_run

        return load_run(RunFolder(self.folder), trust=self.trusted)

    def __call__(self, data: Mapping[str, Any] | str | os.PathLike[str]) -> dict[str, Any]:
        """Raw data → class names, probabilities, values in the units of the data; as `kerascli.load(run)(data)`."""
        return self.loaded(data)

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
            **({} if self.profile is None else {"profile": self.profile.to_json()}),
        }
