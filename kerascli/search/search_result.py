"""What a search knows of its trials, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from kerascli.errors import ExitCode

State = Literal["running", "done", "pruned", "failed", "left"]


@dataclass(frozen=True)
class TrialRow:
    """One trial.

    Attributes:
        number: Its number, from 0.
        state: `running`, `done`, `pruned`, `failed`, or `left` by a process that ended.
        values: Path to its value.
        value: The metric at its best epoch; of one that is not done: at its last epoch so far; None: none yet.
        epochs: Complete epochs.
        run: Its run's folder.
        reason: Why it failed.
    """

    number: int
    state: State
    values: Mapping[str, Any]
    value: float | None = None
    epochs: int = 0
    run: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class SearchState:
    """A search, at one moment.

    Attributes:
        study: The study's name.
        metric: The log that trials are judged by.
        direction: `minimize` or `maximize`.
        trials: How many there are to be.
        epochs: The epochs of a trial that is not pruned.
        rows: The trials.
        kind: `study`, or `sweep` of a plain grid.
    """

    study: str
    metric: str
    direction: str
    trials: int
    epochs: int
    rows: Sequence[TrialRow] = ()
    kind: Literal["study", "sweep"] = "study"

    @property
    def best(self) -> TrialRow | None:
        """The best of those that are done."""
        done = [row for row in self.rows if row.state == "done" and row.value is not None]
        if not done:
            return None
        sign = 1 if self.direction == "minimize" else -1
        return min(done, key=lambda row: sign * (row.value or 0.0))

    def count(self, state: State) -> int:
        """How many trials are in a state."""
        return sum(row.state == state for row in self.rows)


@dataclass(frozen=True)
class SearchResult:
    """What came out.

    Attributes:
        state: The trials.
        folder: The study's folder.
        storage: Where the study is kept.
        best_spec: A spec with the best values, ready to train; None where no trial is done.
        pictures: The pictures of the search.
        importances: Path to how much it matters; they add up to 1.
        status: The exit status of the signal that ended it, or 0.
        runs_code: Whether the spec has plugins, so that training it needs `--trust`.
    """

    state: SearchState
    folder: Path
    storage: str
    best_spec: Path | None = None
    pictures: tuple[Path, ...] = ()
    importances: Mapping[str, float] = field(default_factory=dict)
    status: ExitCode = ExitCode.OK
    runs_code: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        best = self.state.best
        return {
            "study": self.state.study,
            "folder": str(self.folder),
            "storage": self.storage,
            "metric": self.state.metric,
            "direction": self.state.direction,
            "best": None if best is None else asdict(best),
            "best_spec": None if self.best_spec is None else str(self.best_spec),
            "importances": dict(self.importances),
            "pictures": [str(path) for path in self.pictures],
            "trials": [asdict(row) for row in self.state.rows],
        }
