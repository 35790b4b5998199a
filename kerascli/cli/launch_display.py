"""What the terminal shows of several workers: each line with the worker's number before it."""

from __future__ import annotations

import sys

from kerascli.cli.console import say, wants_color
from kerascli.errors import visible

_COLORS = ("\x1b[36m", "\x1b[35m", "\x1b[33m", "\x1b[32m", "\x1b[34m")
_RESET = "\x1b[0m"


class LaunchDisplay:
    """Standard output and standard error stay what they are in each worker."""

    def __init__(self, *, json: bool = False) -> None:
        """With `json`, standard output has what the chief prints there, and nothing else."""
        self.json = json

    def line(self, index: int, stream: str, text: str) -> None:
        """A line of a worker."""
        if self.json and stream == "out":
            if index == 0:
                print(text)
            return
        file = sys.stdout if stream == "out" else sys.stderr
        number = f"[{index}]"
        if wants_color(file):
            number = f"{_COLORS[index % len(_COLORS)]}{number}{_RESET}"
        print(f"{number} {visible(text)}", file=file, flush=True)

    def said(self, text: str) -> None:
        """A word of the supervisor's own."""
        say(f"launch: {text}")
