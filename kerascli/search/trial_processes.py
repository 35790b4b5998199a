"""The processes that train the trials of a search: one for each that runs at once, started anew where one dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Literal, Self

from kerascli.search.trial_process import Job, serve

Kind = Literal["started", "epoch", "warned", "ended", "died"]


@dataclass(frozen=True)
class News:
    """What a process says: of which trial, what kind of news, and what it is.

    Attributes:
        number: The trial.
        kind: `started` (its folder), `epoch` (its number and logs; wants an answer), `warned` (a diagnostic), `ended`
            (the outcome), or `died` (the exit status of the process, negative for a signal).
        what: As the kind says.
    """

    number: int
    kind: Kind
    what: Any


@dataclass
class _Slot:
    process: BaseProcess
    connection: Connection[Any, Any]
    number: int | None = None
    used: bool = False


class TrialProcesses:
    """Up to so many processes; each trains one trial after the other, so that TensorFlow is imported once."""

    def __init__(self, count: int) -> None:
        """Starts none yet."""
        self.count = count
        self._slots: list[_Slot] = []
        # A copy of this process would hold its threads in the middle of their work.
        self._context = multiprocessing.get_context("spawn")

    @property
    def running(self) -> list[int]:
        """The trials that run."""
        return [slot.number for slot in self._slots if slot.number is not None]

    @property
    def has_room(self) -> bool:
        """Whether another may be started."""
        return len(self.running) < self.count

    def start(self, job: Job) -> None:
        """Hands a trial to a process that has none."""
        slot = next((one for one in self._slots if one.number is None), None)
        if slot is not None and ((job.fresh and slot.used) or not slot.process.is_alive()):
            self._remove(slot)
            slot = None
        slot = slot or self._begin()
        slot.number, slot.used = job.number, True
        try:
            slot.connection.send(job)
        except OSError:
            # It died while it had nothing to do: the news of that come when they are asked for.
            return

    def answer(self, number: int, reason: str | None) -> None:
        """Tells a trial why it is given up after its epoch; None: it goes on."""
        slot = self._slot(number)
        if slot is not None:
            try:
                slot.connection.send(reason)
            except OSError:
                return

    def news(self, seconds: float) -> Iterator[News]:
        """What has happened, waiting for it so long at most."""
        busy = {slot.connection: slot for slot in self._slots if slot.number is not None}
        for connection in wait(list(busy), seconds) if busy else ():
            slot = busy[connection]  # type: ignore[index]
            assert slot.number is not None
            number = slot.number
            try:
                kind, what = slot.connection.recv()
            except (EOFError, OSError):
                slot.process.join()
                code = slot.process.exitcode
                self._remove(slot)
                yield News(number, "died", code)
                continue
            if kind == "ended":
                slot.number = None
            yield News(number, kind, what)

    def stop(self) -> None:
        """Lets each trial save and stop."""
        for slot in self._slots:
            if slot.process.pid is not None and slot.process.is_alive():
                os.kill(slot.process.pid, signal.SIGTERM)

    def process_id(self, number: int) -> int | None:
        """The process that a trial runs in."""
        slot = self._slot(number)
        return None if slot is None else slot.process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends all processes, whatever they do."""
        for slot in list(self._slots):
            self._remove(slot)

    def _slot(self, number: int) -> _Slot | None:
        return next((slot for slot in self._slots if slot.number == number), None)

    def _begin(self) -> _Slot:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, os.getpid()), daemon=True)
        process.start()
        theirs.close()
        slot = _Slot(process, ours)
        self._slots.append(slot)
        return slot

    def _remove(self, slot: _Slot) -> None:
        slot.connection.close()
        slot.process.kill()
        slot.process.join()
        self._slots.remove(slot)
