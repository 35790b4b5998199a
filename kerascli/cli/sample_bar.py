"""A bar over samples, for what takes longer than two seconds."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from threading import Timer
from typing import Any

# Work of fewer seconds shows no bar.
DELAY = 2.0


@contextlib.contextmanager
def sample_bar(doing: str, *, quiet: bool) -> Iterator[Callable[[int, int | None], None] | None]:
    """A bar on standard error, where that is a terminal: samples done, how many a second, how long it still takes.

    It comes after two seconds, whether a sample is done by then or a large file is still being looked at.

    Args:
        doing: What is done with the samples (`predicting`).
        quiet: Whether there is no bar at all.

    Yields:
        To be told how many samples of how many (None: not known) are done; None without a bar.
    """
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from kerascli.cli.safe_console import SafeConsole

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[facts]}"), TimeRemainingColumn())
    with Progress(*columns, console=SafeConsole(sys.stderr), transient=True) as progress:
        task = progress.add_task("reading", total=None, visible=False, facts="")
        timer = Timer(DELAY, lambda: progress.update(task, visible=True))
        timer.daemon = True
        timer.start()

        def stepped(done: int, total: int | None) -> None:
            progress.update(task, description=doing, completed=done, total=total)
            progress.update(task, facts=facts(done, total, _speed(progress, task)))

        try:
            yield stepped
        finally:
            timer.cancel()


@contextlib.contextmanager
def reading_bar(*, quiet: bool) -> Iterator[None]:
    """A bar over what is read inside the block."""
    from kerascli.data.told import listening

    with sample_bar("reading", quiet=quiet) as stepped:
        if stepped is None:
            yield
            return

        def listen(what: str, done: int, total: int) -> None:
            # A scan counts bytes, which say nothing of samples; its bar only moves.
            if what == "samples":
                stepped(done, total)

        with listening(listen):
            yield


def _speed(progress: Any, task: Any) -> float | None:
    found = next((one.speed for one in progress.tasks if one.id == task), None)
    return None if found is None else float(found)


def facts(done: int, total: int | None, speed: float | None) -> str:
    """`4,096 of 10,000 samples, 52,000/s`, as far as it is known."""
    known = f"{done:,} samples" if total is None else f"{done:,} of {total:,} samples"
    return known if not speed else f"{known}, {speed:,.0f}/s"
