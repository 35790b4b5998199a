"""SIGTERM as an exception, so that what is half done is cleaned up."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

from kerascli.errors import ExitCode


@contextlib.contextmanager
def exit_on_sigterm() -> Iterator[None]:
    """Lets SIGTERM end the block with the exit status of the signal, through all `finally` and `except` on the way."""

    def end(number: int, frame: Any) -> None:
        del number, frame
        raise SystemExit(int(ExitCode.TERMINATED))

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before if before is not None else signal.SIG_DFL)
