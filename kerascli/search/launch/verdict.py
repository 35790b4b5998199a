"""What the ends of workers mean: which one is to blame, and whether starting again can help."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from kerascli.errors import ExitCode

# What TensorFlow says in a worker that has lost another.
_LOST = re.compile(
    r"UnavailableError|UNAVAILABLE|Collective ops is aborted|[Cc]oordination ?[Ss]ervice|DeadlineExceeded|AbortedError"
    r"|CancelledError|\[worker-(?:unreachable|lost)\]|Connection reset by peer|failed to connect to all addresses"
)
_SAID = frozenset({ExitCode.SPEC, ExitCode.DATA, ExitCode.TRAINING})
_BY_SIGNAL = {128 + number: number for number in (signal.SIGINT, signal.SIGTERM)}


class Kind(IntEnum):
    """How a worker ended, the likeliest cause of all that follows first."""

    REASON = 0
    """It said why, and would say so again."""
    DIED = 1
    """A signal, or it never came."""
    LOST = 2
    """It lost another one."""
    WELL = 3


@dataclass(frozen=True)
class Ending:
    """How one worker ended.

    Attributes:
        index: The worker.
        status: As `subprocess` has it, below 0 for a signal.
        late: Whether it was ended because it did not come.
        last: The last lines that it wrote to standard error.
    """

    index: int
    status: int
    late: bool = False
    last: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What the end means."""
        if self.late:
            return Kind.DIED
        if self.status == 0:
            return Kind.WELL
        if self.status in _SAID:
            return Kind.REASON
        has_lost = any(_LOST.search(line) for line in self.last)
        if self.status in _BY_SIGNAL or self.status < 0:
            # TensorFlow aborts a process whose coordinator is gone.
            return Kind.LOST if has_lost and self.status == -signal.SIGABRT else Kind.DIED
        return Kind.LOST if has_lost else Kind.REASON

    @property
    def text(self) -> str:
        """`worker 1 was killed by SIGKILL`."""
        who = f"worker {self.index}"
        if self.late:
            return f"{who} did not come in time"
        if self.kind is Kind.LOST:
            return f"{who} lost the connection to the others"
        if self.status < 0:
            return f"{who} was killed by {_name(-self.status)}"
        if self.status in _BY_SIGNAL:
            return f"{who} was ended by {_name(_BY_SIGNAL[self.status])}"
        return f"{who} ended with status {self.status}"

    @property
    def exit_code(self) -> ExitCode:
        """The exit status of a launch that ends for this."""
        if self.kind is not Kind.REASON:
            return ExitCode.ENVIRONMENT
        known = {int(code): code for code in ExitCode}
        return known.get(self.status, ExitCode.BUG)


def blame(endings: Sequence[Ending]) -> Ending:
    """The one whose end explains the others'.

    Args:
        endings: In the order of their ends; those that were told to end left out.
    """
    return min(endings, key=lambda ending: ending.kind)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
