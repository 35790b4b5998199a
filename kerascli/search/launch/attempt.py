"""One start of all workers, watched until the last has ended: what they write, who falls, who never comes."""

from __future__ import annotations

import selectors
import signal
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kerascli.run.interrupts import Interrupts
from kerascli.search.launch.addresses import Address, listens
from kerascli.search.launch.verdict import Ending, Kind, blame
from kerascli.search.launch.worker_process import WorkerProcess

# Seconds between two looks at the processes.
_LOOK = 0.1
# Seconds in which a worker that fell first may still say why another one lost it.
_SETTLE = 2.0
# Seconds for a worker that has nothing to save.
SHORT = 5.0
_LAST = 12


class Listener(Protocol):
    """Who is told."""

    def line(self, index: int, stream: str, text: str, *, aside: bool) -> None:
        """A worker wrote a line to `out` or `err`; `aside`: after another one fell, so that it may only tell of that."""

    def folder(self, path: str) -> None:
        """The chief says where its run lies."""


@dataclass(frozen=True)
class Patience:
    """How long is waited.

    Attributes:
        start: Seconds until all workers have to listen.
        stop: Seconds for a worker to save and end when it is told to.
    """

    start: float = 120.0
    stop: float = 30.0


class Attempt:
    """The workers of one start."""

    def __init__(
        self,
        workers: Sequence[WorkerProcess],
        addresses: Sequence[Address],
        patience: Patience,
        interrupts: Interrupts,
        listener: Listener,
    ) -> None:
        """Takes workers that run.

        Args:
            workers: The workers.
            addresses: Where each will listen; empty: they do not.
            patience: How long is waited.
            interrupts: The signals that came to this process.
            listener: Who is told.
        """
        self.workers, self.patience, self.interrupts, self.listener = workers, patience, interrupts, listener
        self.began = time.monotonic()
        self.awaited = dict(zip(range(len(workers)), addresses, strict=False))
        self.late: set[int] = set()
        self.endings: list[Ending] = []
        self._last: list[deque[str]] = [deque(maxlen=_LAST) for _ in workers]
        self._first: float | None = None
        self._kill_at: float | None = None
        self._selector = selectors.DefaultSelector()
        for worker in workers:
            for stream, pipe in worker.pipes.items():
                self._selector.register(pipe, selectors.EVENT_READ, (worker, stream))

    def run(self) -> list[Ending]:
        """Watches until all have ended.

        Returns:
            How those ended that were not told to, in the order of their ends.
        """
        try:
            while any(worker.status is None for worker in self.workers):
                self._read(_LOOK)
                self._reap()
                self._act(time.monotonic())
        finally:
            # Whatever goes wrong here, no worker is left behind.
            for worker in self.workers:
                worker.kill()
            self._selector.close()
            for worker in self.workers:
                worker.close()
        return self.endings

    def _read(self, seconds: float) -> None:
        """Passes on what has come in."""
        for key, _ in self._selector.select(seconds):
            self._read_pipe(*key.data)

    def _read_pipe(self, worker: WorkerProcess, stream: str) -> bool:
        """Passes on what one pipe has; returns whether there may be more now."""
        data = worker.read(stream)
        for line in data.lines:
            self._pass_on(worker.index, stream, line)
        if data.is_over:
            self._selector.unregister(worker.pipes[stream])
        return not data.is_over and not data.is_empty

    def _pass_on(self, index: int, stream: str, line: str) -> None:
        if stream == "run":
            # The others have folders too, that are thrown away.
            if index == 0:
                self.listener.folder(line)
            return
        if stream == "err":
            self._last[index].append(line)
        self.listener.line(index, stream, line, aside=self._told_of_another(index))

    def _told_of_another(self, index: int) -> bool:
        """Whether a worker fell before this one."""
        return any(ending.kind is not Kind.WELL for ending in self.endings) and all(
            ending.index != index for ending in self.endings
        )

    def _reap(self) -> None:
        """Notes who has ended, after all that it wrote was passed on."""
        ended = [worker for worker in self.workers if worker.status is None and worker.has_ended()]
        if not ended:
            return
        for worker in ended:
            for stream in worker.pipes:
                while worker.pipes[stream] in self._selector.get_map() and self._read_pipe(worker, stream):
                    pass
            self.awaited.pop(worker.index, None)
            late = worker.index in self.late
            assert worker.status is not None
            if late or not worker.forced:
                last = tuple(self._last[worker.index])
                self.endings.append(Ending(worker.index, worker.status, late, last))

    def _act(self, now: float) -> None:
        """Ends the rest where one fell, where a signal came, or where time is up."""
        if self._kill_at is not None:
            if now > self._kill_at:
                self._kill()
        elif self.interrupts.received is not None:
            # One that has not come has nothing to save, and TensorFlow lets it ignore the signal.
            self._stop(self.interrupts.received, SHORT if self.awaited else self.patience.stop, now)
        elif self._have_fallen(now):
            self._stop(signal.SIGTERM, min(SHORT, self.patience.stop), now)
        elif self._is_over(now):
            self._stop(signal.SIGTERM, self.patience.stop, now)
        else:
            self._await(now)

    def _have_fallen(self, now: float) -> bool:
        fallen = [ending for ending in self.endings if ending.kind is not Kind.WELL]
        if not fallen:
            return False
        if self._first is None:
            self._first = now
        return blame(fallen).kind is not Kind.LOST or now > self._first + _SETTLE

    def _is_over(self, now: float) -> bool:
        """Whether the chief ended well so long ago that the others will not."""
        if not any(ending.index == 0 and ending.kind is Kind.WELL for ending in self.endings):
            return False
        if self._first is None:
            self._first = now
        return now > self._first + self.patience.stop

    def _await(self, now: float) -> None:
        """Looks who listens by now."""
        if not self.awaited:
            return
        for index, address in list(self.awaited.items()):
            if listens(address):
                del self.awaited[index]
        if self.awaited and now > self.began + self.patience.start:
            self.late |= set(self.awaited)
            self._kill()

    def _stop(self, number: int, seconds: float, now: float) -> None:
        self._kill_at = now + seconds
        for worker in self.workers:
            worker.tell(number)

    def _kill(self) -> None:
        self._kill_at = float("inf")
        for worker in self.workers:
            worker.kill()
