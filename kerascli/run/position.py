"""`Position`: where a training is."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Position:
    """Where a training is; with a snapshot of the variables, all that going on needs.

    Attributes:
        epoch: Complete epochs.
        step: Steps of the current epoch that are done.
        history: One row a complete epoch.
        steps: Optimizer steps in all.
        phase: The phase, from 0.
        phase_epoch: Complete epochs before the phase.
        passes: Passes over the data that were begun before the phase; it begins with a new one.
        phase_over: Whether the phase has had its last epoch.
        stopped: Whether a callback ended the phase.
    """

    epoch: int = 0
    step: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    steps: int = 0
    phase: int = 0
    phase_epoch: int = 0
    passes: int = 0
    phase_over: bool = False
    stopped: bool = False

    @property
    def words(self) -> str:
        """Where it is, with epochs from 1."""
        return f"at epoch {self.epoch + 1}, step {self.step}" if self.step else f"at the end of epoch {self.epoch}"
