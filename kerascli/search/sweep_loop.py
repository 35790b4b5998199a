"""The loop of a sweep: hands the settings that are not done to processes, and hears how each ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kerascli.check.search_space import BESIDE
from kerascli.errors import Diagnostic, ExitCode
from kerascli.record.directions import is_smaller_better
from kerascli.record.run_list import RunRow
from kerascli.run.interrupts import Interrupts
from kerascli.search.search_progress import Event, SearchProgress
from kerascli.search.search_result import SearchState, State, TrialRow
from kerascli.search.trial_process import Job, Outcome
from kerascli.search.trial_processes import News, TrialProcesses
from kerascli.spec.spec import Spec

if TYPE_CHECKING:
    from kerascli.search.sweep import Cell

_LOOK = 0.3


class SweepLoop:
    """One sweep while it goes on."""

    def __init__(
        self,
        spec: Spec,
        cells: Sequence[Cell],
        known: Mapping[str, RunRow],
        processes: TrialProcesses,
        interrupts: Interrupts,
        progress: SearchProgress,
        command: Sequence[str] | None,
    ) -> None:
        """Takes all that it works with; `known` are the runs of before, by the keys of their settings."""
        self.cells, self.known, self.processes = cells, known, processes
        self.interrupts, self.progress = interrupts, progress
        self.command = None if command is None else tuple(command)
        self.failed: dict[str, str] = {}
        self._name, self._epochs = spec.name, spec.fit.epochs
        self._metric = spec.checkpoints.best or ("val_loss" if spec.data and spec.data.validation else "loss")
        self._rows = {number: self._known_row(number, cell) for number, cell in enumerate(cells)}
        self._died: dict[int, int] = {}
        self._fatal: Outcome | None = None
        self._warned: set[str] = set()
        self._stopping = False

    def run(self) -> None:
        """Runs what is not done, until all is, a signal comes, or the data is found wrong."""
        waiting = [number for number, row in self._rows.items() if row.state != "done"]
        self.progress.began(self.state())
        while True:
            if (self.interrupts.received is not None or self._fatal is not None) and not self._stopping:
                self._stopping = True
                self.processes.stop()
            while waiting and not self._stopping and self.processes.has_room:
                self._start(waiting.pop(0))
            if not self.processes.running:
                break
            for news in self.processes.news(_LOOK):
                self._hear(news)

    def raise_fatal(self) -> None:
        """Raises what ended the sweep.

        Raises:
            KerascliError: Something did.
        """
        if self._fatal is not None:
            raise self._fatal.raised()

    def state(self) -> SearchState:
        """All runs."""
        direction = "minimize" if is_smaller_better(self._metric, list(self.known.values())) else "maximize"
        rows = [row for row in self._rows.values() if row.state != "left" or row.run is not None]
        return SearchState(self._name, self._metric, direction, len(self.cells), self._epochs, rows, "sweep")

    def _known_row(self, number: int, cell: Cell) -> TrialRow:
        row = self.known.get(cell.key)
        if row is None:
            return TrialRow(number, "left", cell.values)
        state: State = "done" if row.record["status"] == "done" else "left"
        epochs = int(row.record.get("epochs") or 0)
        return TrialRow(number, state, cell.values, row.metrics.get(self._metric), epochs, str(row.path))

    def _start(self, number: int) -> None:
        cell, row = self.cells[number], self._rows[number]
        before = self.known.get(cell.key)
        # One that failed begins anew; one that was stopped, or whose process died, goes on.
        goes_on = row.run is not None and (before is None or before.record["status"] in ("running", "stopped"))
        run = Path(row.run) if goes_on and row.run is not None else None
        facts = {"search": {"sweep": cell.key, "values": dict(cell.values)}}
        fresh = any(path.startswith(("performance", "fit.deterministic")) for path in cell.values)
        self.processes.start(Job(number, cell.tree, facts, run, self.command, fresh))
        self._tell(
            TrialRow(number, "running", cell.values, epochs=row.epochs, run=row.run), "resumed" if run else "started"
        )

    def _hear(self, news: News) -> None:
        number = news.number
        row = self._rows[number]
        if news.kind == "started":
            self._rows[number] = TrialRow(number, "running", row.values, row.value, row.epochs, str(news.what))
        elif news.kind == "epoch":
            epoch, logs = news.what
            self.processes.answer(number, None)
            self._tell(TrialRow(number, "running", row.values, logs.get(self._metric), epoch, row.run), "epoch")
        elif news.kind == "warned":
            self._warn(news.what)
        elif news.kind == "ended":
            self._ended(number, row, news.what)
        else:
            self._again(number, row, "its process was ended, perhaps for want of memory")

    def _ended(self, number: int, row: TrialRow, outcome: Outcome) -> None:
        if outcome.status == "stopped":
            self._again(number, row, "it was stopped by a signal")
        elif outcome.status == "failed":
            self._fail(number, row, outcome)
        else:
            values = outcome.history.get(self._metric) or [None]
            value = values[-1]
            self._tell(TrialRow(number, "done", row.values, value, outcome.epochs, str(outcome.folder)), "ended")

    def _fail(self, number: int, row: TrialRow, outcome: Outcome) -> None:
        reason = outcome.reason or "it failed"
        self.failed[self.cells[number].key] = reason
        if outcome.exit_code is ExitCode.DATA and not any(path.startswith(("data", "vars")) for path in row.values):
            # All others read the same data.
            self._fatal = self._fatal or outcome
        self._tell(TrialRow(number, "failed", row.values, row.value, row.epochs, row.run, reason), "ended")

    def _again(self, number: int, row: TrialRow, reason: str) -> None:
        """Goes on with a run whose process ended, once."""
        if self._stopping:
            self._rows[number] = TrialRow(number, "left", row.values, row.value, row.epochs, row.run)
            return
        self._died[number] = self._died.get(number, 0) + 1
        if self._died[number] > 1:
            fault = Diagnostic("memory", f"{reason}, twice", status=ExitCode.ENVIRONMENT)
            self._fail(number, row, Outcome("failed", diagnostics=(fault,), exit_code=fault.status))
            return
        message = f"run {number}: {reason}; it goes on where it was saved"
        self.progress.warned(Diagnostic("trial-died", message, severity="warning"))
        self._start(number)

    def _warn(self, diagnostic: Diagnostic) -> None:
        if diagnostic.code not in self._warned and diagnostic.code not in BESIDE:
            self._warned.add(diagnostic.code)
            self.progress.warned(diagnostic)

    def _tell(self, row: TrialRow, event: Event) -> None:
        self._rows[row.number] = row
        self.progress.changed(self.state(), row, event)
