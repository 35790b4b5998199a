"""Starts all workers, and starts them again from the last checkpoint when one dies."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kerascli.errors import Diagnostic, Interrupted, KerascliError, Note
from kerascli.record.run_folder import RunFolder
from kerascli.run.interrupts import Interrupts
from kerascli.search.launch.addresses import Address, free_addresses, require_free, tf_config
from kerascli.search.launch.attempt import Attempt, Patience
from kerascli.search.launch.launch_log import LaunchLog
from kerascli.search.launch.shares import share
from kerascli.search.launch.verdict import Ending, Kind, blame
from kerascli.search.launch.worker_process import WorkerProcess

_PACKAGE = Path(__file__).parents[2]
# This program once more, without the working folder among the places that modules come from.
PROGRAM = (sys.executable, "-P", "-m", "kerascli")


@dataclass(frozen=True)
class Job:
    """What is to run.

    Attributes:
        words: The command of each worker, from its first word on.
        workers: How many.
        again: The command that goes on with a run in a folder; None: the same command once more.
        folder: The run's folder, where it is known before.
        addresses: Where the workers shall listen; empty: on free ports, found anew at each start.
        max_restarts: How often they are started again.
        patience: How long is waited.
        program: What takes the words.
    """

    words: Sequence[str]
    workers: int
    again: Callable[[Path], Sequence[str]] | None = None
    folder: Path | None = None
    addresses: Sequence[Address] = ()
    max_restarts: int = 3
    patience: Patience = field(default_factory=Patience)
    program: Sequence[str] = PROGRAM


class Told(Protocol):
    """Who is told what the workers write."""

    def line(self, index: int, stream: str, text: str) -> None:
        """A worker wrote a line to `out` or `err`."""

    def said(self, text: str) -> None:
        """The supervisor has a word to say."""


class Supervisor:
    """One launch."""

    def __init__(self, job: Job, told: Told) -> None:
        """Takes what is to run, and who is told."""
        self.job, self.told = job, told
        self.log = LaunchLog(told.said)
        self.run_folder: Path | None = None
        self.restarts = 0
        self.running: list[WorkerProcess] = []
        if job.folder is not None:
            self.folder(str(job.folder))

    def run(self, interrupts: Interrupts) -> None:
        """Runs to the end.

        Args:
            interrupts: The signals that come to this process.

        Raises:
            EnvironmentProblem: A port is in use.
            KerascliError: A worker ended for a reason of its own (with its status), or died once too often (status 5).
            Interrupted: A signal came.
        """
        try:
            while not self._runs_to_the_end(interrupts):
                self.restarts += 1
        finally:
            self.kill()

    def _runs_to_the_end(self, interrupts: Interrupts) -> bool:
        """Starts all workers; returns False where they are to be started again."""
        fallen = [ending for ending in self._start(interrupts) if ending.kind is not Kind.WELL]
        if self.running[0].status == 0:
            # The chief writes the result: what befalls the others after that changes nothing.
            for ending in fallen:
                self._say(f"{ending.text}; the chief ended well all the same")
            return True
        if interrupts.received is not None:
            raise self._interrupted(interrupts)
        first = blame(fallen)
        if first.kind is Kind.REASON or self.restarts == self.job.max_restarts:
            raise self._failed(first)
        how = "starting again" if self.run_folder is None else "starting all again from the last checkpoint"
        self._say(f"{first.text}; {how} ({self.restarts + 1} of at most {self.job.max_restarts})")
        return False

    def _start(self, interrupts: Interrupts) -> list[Ending]:
        """All workers, once."""
        if self.job.addresses:
            require_free(self.job.addresses)
        addresses = self.job.addresses or free_addresses(self.job.workers)
        words = self._words()
        where = ", ".join(f"{host}:{port}" for host, port in addresses)
        self.log.write("launch", f"{self.job.workers} workers at {where}: {shlex.join(words)}")
        # A worker that isn't the chief keeps a copy of the run there, which it can't remove when it is killed.
        with tempfile.TemporaryDirectory(prefix="kerascli-launch-", ignore_cleanup_errors=True) as scratch:
            return self._watched(words, addresses, scratch, interrupts)

    def _watched(
        self, words: Sequence[str], addresses: Sequence[Address], scratch: str, interrupts: Interrupts
    ) -> list[Ending]:
        self.running = []
        for index in range(self.job.workers):
            environment = {**self._environment(index, addresses), "TMPDIR": scratch}
            self.running.append(WorkerProcess(index, [*self.job.program, *words], environment))
        # A worker that is alone needs no server.
        awaited = addresses if self.job.workers > 1 else ()
        return Attempt(self.running, awaited, self.job.patience, interrupts, self).run()

    def _words(self) -> Sequence[str]:
        if self.job.again is None or self.run_folder is None or not self.restarts:
            return self.job.words
        return self.job.again(self.run_folder)

    def _environment(self, index: int, addresses: Sequence[Address]) -> Mapping[str, str]:
        paths = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
        if _PACKAGE.parent.name not in ("site-packages", "dist-packages"):
            # A checkout that is not installed; the working folder is never searched.
            paths.append(str(_PACKAGE.parent))
        return {
            **os.environ,
            **share(index, self.job.workers, os.environ),
            **({"PYTHONPATH": os.pathsep.join(paths)} if paths else {}),
            "PYTHONUNBUFFERED": "1",
            "TF_CONFIG": tf_config(addresses, index),
        }

    def line(self, index: int, stream: str, text: str, *, aside: bool) -> None:
        """A line of a worker: into the log, and on, unless it may only tell that another one fell."""
        self.log.write(str(index), text)
        if not aside:
            self.told.line(index, stream, text)

    def folder(self, path: str) -> None:
        """The run's folder is known."""
        self.run_folder = Path(path)
        self.log.begin(self.run_folder)

    def kill(self) -> None:
        """Ends all workers at once."""
        for worker in self.running:
            worker.kill()

    def _say(self, text: str) -> None:
        self.log.write("launch", text)
        self.told.said(text)

    def _interrupted(self, interrupts: Interrupts) -> Interrupted:
        text = f"stopped by {interrupts.name}"
        self.log.write("launch", text)
        return Interrupted(text, exit_code=interrupts.exit_code, hint=self._how_to_go_on())

    def _failed(self, ending: Ending) -> KerascliError:
        """What is said in the end: the first that fell, its last words, where all of it stands."""
        notes = [Note(f"[{ending.index}] {line}") for line in ending.last]
        if self.log.path is not None:
            notes.append(Note(f"all that the workers wrote stands in '{self.log.path}'"))
        text, status = ending.text, ending.exit_code
        if ending.kind is Kind.REASON:
            fault = Diagnostic("worker-failed", text, notes=tuple(notes), status=status)
        else:
            often = f", and all were started again {self.restarts} times before" if self.restarts else ""
            hint = self._how_to_go_on()
            fault = Diagnostic("worker-died", f"{text}{often}", hint=hint, notes=tuple(notes), status=status)
        self.log.write("launch", fault.message)
        return KerascliError([fault])

    def _how_to_go_on(self) -> str | None:
        if self.run_folder is None or self.job.again is None:
            return None
        return f"'kerascli launch --workers {self.job.workers} resume {RunFolder(self.run_folder).typed}' goes on"
