"""SIGINT and SIGTERM set a flag that the loop reads between graph calls; a second one ends the process at once."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType

from kerascli.errors import ExitCode

_STATUS = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}


@dataclass
class Interrupts:
    """The signal that came, if one did."""

    received: int | None = None

    @property
    def exit_code(self) -> ExitCode:
        """The exit status of the signal: 128 and its number."""
        return _STATUS[signal.Signals(self.received)] if self.received is not None else ExitCode.OK

    @property
    def name(self) -> str:
        """What people call the signal."""
        return "Ctrl-C" if self.received == signal.SIGINT else "SIGTERM"


@contextlib.contextmanager
def watch_signals(at_second: Callable[[], None] = lambda: None) -> Iterator[Interrupts]:
    """Catches both signals while the block runs; the handlers before it are put back after.

    Only the main thread can set handlers; in another one the signals go where they always went.

    Args:
        at_second: Called before a second signal ends the process.
    """
    interrupts = Interrupts()
    if threading.current_thread() is not threading.main_thread():
        yield interrupts
        return

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        if interrupts.received is not None:
            at_second()
            # The user has waited long enough; nothing on disk is half-written.
            os._exit(int(_STATUS[signal.Signals(number)]))
        interrupts.received = number

    before = {number: signal.signal(number, handle) for number in _STATUS}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            # None: a handler that was not set from Python, which Python can't put back.
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)
