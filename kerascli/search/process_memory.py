"""What this process, or the graphics card that it computes on, has held at most."""

from __future__ import annotations

import contextlib
from pathlib import Path

import tensorflow as tf

_PROCESS = Path("/proc/self")
_CARD = "GPU:0"


class PeakMemory:
    """The growth of the peak since this was made: of the card's memory where there is one, else of the process."""

    def __init__(self) -> None:
        """Begins to count."""
        self.on_card = bool(tf.config.list_physical_devices("GPU"))
        self._before = self._held("VmRSS", "current")

    def forget(self) -> None:
        """Lets the peak begin anew at what is held now."""
        if self.on_card:
            tf.config.experimental.reset_memory_stats(_CARD)
            return
        # Where this can't be written, the peak is that of the sizes before too, which were smaller.
        with contextlib.suppress(OSError):
            (_PROCESS / "clear_refs").write_text("5", encoding="ascii")

    def growth(self) -> int | None:
        """The peak in bytes beyond what was held at first; None where the system does not say."""
        peak = self._held("VmHWM", "peak")
        return None if peak is None or self._before is None else max(0, peak - self._before)

    def _held(self, of_process: str, of_card: str) -> int | None:
        if self.on_card:
            return int(tf.config.experimental.get_memory_info(_CARD)[of_card])
        try:
            lines = (_PROCESS / "status").read_text(encoding="ascii", errors="replace").splitlines()
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{of_process}:"))
        except (OSError, StopIteration, ValueError):
            return None
