"""`launch.log`: every line of every worker with its time, from the first one on, in the run's folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kerascli.errors import visible

LOG = "launch.log"
# Lines that are kept until there is a folder.
_MOST = 20_000


class LaunchLog:
    """A file that is appended to once its folder is known."""

    def __init__(self, warn: Callable[[str], None]) -> None:
        """Takes who is told when it can't be written."""
        self._warn = warn
        self._kept: list[str] = []
        self.path: Path | None = None
        self._broken = False

    def begin(self, folder: Path) -> None:
        """The folder is known: what was kept is written."""
        if self.path is None:
            self.path = folder / LOG
            kept, self._kept = self._kept, []
            self._append("".join(kept))

    def write(self, who: str, text: str) -> None:
        """One line.

        Args:
            who: The worker's number, or a word.
            text: What it wrote.
        """
        stamp = datetime.now().astimezone().isoformat(sep=" ", timespec="milliseconds")
        line = f"{stamp} [{who}] {visible(text)}\n"
        if self.path is not None:
            self._append(line)
        elif len(self._kept) < _MOST:
            self._kept.append(line)

    def _append(self, text: str) -> None:
        if self._broken or self.path is None:
            return
        try:
            # Opened anew each time: whatever ends this process, the line is in the file.
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError as error:
            # A log that can't be written is no reason to end a training.
            self._broken = True
            self._warn(f"can't write '{self.path}': {error.strerror}")
