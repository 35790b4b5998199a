"""How many steps fit into one graph call, so that signals and the progress line are served in time."""

from __future__ import annotations

# A graph call is bounded to about this many seconds.
CALL_SECONDS = 0.25
# A call has at most so many times the steps of the one before it, so that one lucky measure can't bind the loop.
_GROWTH = 8


class Pace:
    """What the calls so far tell of the next one."""

    def __init__(self) -> None:
        """Knows nothing yet: the first two calls are one step each."""
        self.steps = 1
        self._calls = 0
        self._seconds = 0.0

    def took(self, count: int, seconds: float) -> None:
        """Learns from a call.

        Args:
            count: Its steps.
            seconds: Its time in seconds.
        """
        self._calls += 1
        # The first call traces, so it says nothing about the speed.
        if self._calls == 1:
            return
        each = max(seconds / count, 1e-6)
        self._seconds = each if self._calls == 2 else 0.5 * self._seconds + 0.5 * each
        self.steps = max(1, min(int(CALL_SECONDS / self._seconds), _GROWTH * max(count, 1)))
