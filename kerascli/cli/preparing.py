"""What the terminal shows before the first step: nothing for two seconds, then what is read and how long it still takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from kerascli.cli.sample_bar import DELAY
from kerascli.record.byte_sizes import size_text

if TYPE_CHECKING:
    from rich.console import RenderableType

# What is done where it is not reading.
_DOING = {"steps": "training", "sizes": "trying"}


class Preparing:
    """A line that Rich's live display draws anew several times a second."""

    def __init__(self) -> None:
        """Begins now."""
        self.began = self.pass_began = time.monotonic()
        self.what, self.done, self.total = "", 0, 0

    def reading(self, what: str, done: int, total: int) -> None:
        """So much of a pass over the data is done."""
        if what != self.what or done < self.done:
            self.pass_began = time.monotonic()
        self.what, self.done, self.total = what, done, total

    def __rich__(self) -> RenderableType:
        """The line."""
        from rich.progress_bar import ProgressBar
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        seconds = time.monotonic() - self.began
        if seconds < DELAY:
            return Text("")
        grid = Table.grid(padding=(0, 1))
        if not self.done or self.done >= self.total:
            spinner = Spinner("dots")
            # A spinner made anew would stand still.
            spinner.start_time = 0.0
            grid.add_row(spinner, Text("preparing"), Text(f"{seconds:.0f} s", style="dim"))
            return grid
        left = (self.total - self.done) * (time.monotonic() - self.pass_began) / self.done
        note = Text(
            f"{amount(self.what, self.done)} of {amount(self.what, self.total)}  {left:.0f} s left", style="dim"
        )
        grid.add_row(
            Text(_DOING.get(self.what, "reading")),
            ProgressBar(total=self.total, completed=self.done, width=24),
            note,
        )
        return grid


def amount(what: str, number: int) -> str:
    """`12,000 samples`, `1.20 GB`."""
    if what != "bytes":
        return f"{number:,} {what}"
    return size_text(number)
