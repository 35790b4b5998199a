"""What a run tells while it goes on: a protocol that a terminal (or a notebook) implements, silent by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kerascli.errors import Diagnostic


@dataclass(frozen=True)
class RunStart:
    """What is known before the first step.

    Attributes:
        folder: The run's folder.
        name: The run's name.
        samples: Split to its number of samples.
        steps: Steps an epoch.
        epochs: Epochs.
        batch_size: Samples a step.
        parameters: The model's parameters.
        monitor: The log that decides the best epoch.
        phases: How many phases there are.
        resumed: None for a new run; else what it goes on from.
        cache: Where the prepared samples are kept, in words.
        seeds: Which of several seeds it has, in words; empty where it is alone.
        distribution: The devices that share each batch, in words; empty for one.
    """

    folder: Path
    name: str
    samples: Mapping[str, int]
    steps: int
    epochs: int
    batch_size: int
    parameters: int
    monitor: str
    phases: int = 1
    resumed: str | None = None
    cache: str = ""
    seeds: str = ""
    distribution: str = ""


@dataclass(frozen=True)
class PhaseStart:
    """What is known before the first step of a phase.

    Attributes:
        number: The phase, from 1.
        phases: How many there are.
        epochs: Its epochs, at most.
        steps: Steps an epoch.
        batch_size: Samples a step.
        parameters: The parameters that learn.
        optimizer: The optimizer's class.
    """

    number: int
    phases: int
    epochs: int
    steps: int
    batch_size: int
    parameters: int
    optimizer: str


class Progress(Protocol):
    """Told in this order: `reading` while the data is read; `started`, then for each epoch `epoch_started`, `stepped` …, `epoch_ended`; `ended` last.

    Of a training with several phases, `phase_started` comes before the epochs of each.
    """

    def reading(self, what: str, done: int, total: int) -> None:
        """So many `samples` or `bytes` of the data are read, in one of the passes before the first step; or `steps` of a trial are made, `sizes` tried."""

    def started(self, start: RunStart) -> None:
        """The run's folder is there, training begins."""

    def phase_started(self, phase: PhaseStart) -> None:
        """A phase begins."""

    def epoch_started(self, epoch: int) -> None:
        """An epoch begins; epochs count from 1, over all phases."""

    def stepped(self, step: int, logs: Mapping[str, float], *, validating: bool = False) -> None:
        """So many steps of the epoch (or of its validation) are done."""

    def epoch_ended(self, epoch: int, logs: Mapping[str, float], *, seconds: float, best: bool) -> None:
        """An epoch is complete, its checkpoint written."""

    def warned(self, diagnostic: Diagnostic) -> None:
        """Something is doubtful."""

    def ended(self, result: Any) -> None:
        """The run is done; `result` is its `RunResult`."""


class Silence:
    """Tells nothing."""

    def reading(self, what: str, done: int, total: int) -> None:
        """Ignored."""

    def started(self, start: RunStart) -> None:
        """Ignored."""

    def phase_started(self, phase: PhaseStart) -> None:
        """Ignored."""

    def epoch_started(self, epoch: int) -> None:
        """Ignored."""

    def stepped(self, step: int, logs: Mapping[str, float], *, validating: bool = False) -> None:
        """Ignored."""

    def epoch_ended(self, epoch: int, logs: Mapping[str, float], *, seconds: float, best: bool) -> None:
        """Ignored."""

    def warned(self, diagnostic: Diagnostic) -> None:
        """Ignored."""

    def ended(self, result: Any) -> None:
        """Ignored."""
