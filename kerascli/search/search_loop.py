"""The loop of a search: hands trials to processes, hears of their epochs, and keeps in the study how each ended."""

from __future__ import annotations

import json
import math
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial, TrialState

from kerascli.check.search_space import BESIDE
from kerascli.errors import Diagnostic, ExitCode, Note, TrainingError
from kerascli.record.run_list import list_runs
from kerascli.run.interrupts import Interrupts
from kerascli.search.optuna_parts import shown_value
from kerascli.search.presence import Presence, is_alive, present
from kerascli.search.search_progress import Event, SearchProgress
from kerascli.search.search_result import SearchState, State, TrialRow
from kerascli.search.study import Next, Study, best_value
from kerascli.search.trial_process import Job, Outcome
from kerascli.search.trial_processes import News, TrialProcesses
from kerascli.spec.nodes import plain
from kerascli.spec.problems import COMMAND_LINE
from kerascli.spec.variants import variant

# Seconds between two looks at signals.
_LOOK = 0.3
# So many trials that all fail for the same reason are enough to know that the rest will.
_ALIKE = 3
# What TensorFlow can't take back in the same process.
_FOR_GOOD = ("performance", "fit.deterministic")


class SearchLoop:
    """One process's part of a search."""

    def __init__(
        self,
        study: Study,
        processes: TrialProcesses,
        interrupts: Interrupts,
        progress: SearchProgress,
        runs: Path,
        most: int,
        command: Sequence[str] | None,
    ) -> None:
        """Takes all that it works with."""
        self.study, self.processes, self.interrupts, self.progress = study, processes, interrupts, progress
        self.runs, self.most, self.command = runs, most, command
        self._running: dict[int, Next] = {}
        self._epochs: dict[int, tuple[int, float | None]] = {}
        self._died: dict[int, int] = {}
        self._warned: set[tuple[str, object]] = set()
        self._failures: list[Outcome] = []
        self._fatal: Outcome | None = None
        self._stopping = False
        self._presence: Presence | None = None

    def run(self) -> SearchState:
        """Runs trials until there are enough, a signal comes, or a failure ends it."""
        with present(self.study.optuna_study, self.study.folder) as presence:
            self._presence = presence
            self.progress.began(self.state())
            while True:
                presence.beat()
                if (self.interrupts.received is not None or self._fatal is not None) and not self._stopping:
                    self._stopping = True
                    self.processes.stop()
                while not self._stopping and self.processes.has_room:
                    following = self.study.next(presence, self.most)
                    if following is None:
                        break
                    self._start(following)
                if not self._running:
                    break
                for news in self.processes.news(_LOOK):
                    self._hear(news)
        return self.state()

    def raise_failures(self) -> None:
        """Raises what ended the search, or what all of its trials failed of.

        Raises:
            KerascliError: Something did.
        """
        if self._fatal is not None:
            raise self._fatal.raised()
        state = self.state()
        failed = [row for row in state.rows if row.state == "failed"]
        if failed and not self._stopping and len(failed) == len(state.rows):
            reasons = list(dict.fromkeys(row.reason or "" for row in failed))
            notes = tuple(Note(f"trial {_first(failed, reason)}: {reason}") for reason in reasons[:5])
            message = f"all {len(failed)} trials failed"
            raise TrainingError([Diagnostic("all-failed", message, None, None, notes, status=ExitCode.TRAINING)])

    def state(self) -> SearchState:
        """All trials of the study, as this process knows them."""
        study = self.study
        attributes = study.optuna_study.user_attrs
        rows = [self._row(trial, attributes) for trial in study.trials]
        return SearchState(study.name, study.metric, study.direction, self.most, study.spec.fit.epochs, rows)

    def _row(self, trial: FrozenTrial, attributes: dict[str, Any]) -> TrialRow:
        facts = trial.user_attrs
        epochs = trial.last_step or 0
        value = trial.value if trial.state is TrialState.COMPLETE else trial.intermediate_values.get(epochs)
        values = {
            one.path: shown_value(one, trial.params[one.path])
            for one in self.study.tune.space
            if one.path in trial.params
        }
        return TrialRow(
            trial.number,
            self._state_of(trial, attributes),
            values,
            None if value is None or math.isnan(value) else value,
            epochs,
            facts.get("run"),
            facts.get("reason"),
        )

    def _state_of(self, trial: FrozenTrial, attributes: dict[str, Any]) -> State:
        if trial.state is TrialState.COMPLETE:
            return "done"
        if trial.state is TrialState.PRUNED:
            return "pruned"
        if trial.state is TrialState.FAIL:
            return "failed"
        owner = trial.user_attrs.get("process")
        ours = self._presence is not None and owner == self._presence.token
        return "running" if trial.number in self._running or (not ours and is_alive(owner, attributes)) else "left"

    def _start(self, following: Next) -> None:
        if following.left and following.run is None:
            following = replace(following, run=self._untold_run(following.number))
        self._running[following.number] = following
        changes = self.study.changes(following.values)
        spec = self.study.spec
        typed = next((source.lines for source in spec.sources if source.name == COMMAND_LINE), [])
        values = {str(key.value): plain(node) for key, node in changes}
        facts = {
            "search": {"study": self.study.name, "trial": following.number, "values": values},
            "overrides": (*typed, *(f"{path}={json.dumps(value)}" for path, value in values.items())),
        }
        fresh = any(one.path.startswith(_FOR_GOOD) for one in self.study.tune.space)
        command = None if self.command is None else tuple(self.command)
        self.processes.start(
            Job(following.number, variant(spec, changes, self.runs), facts, following.run, command, fresh)
        )
        self._tell(following.number, "started" if following.run is None else "resumed")

    def _untold_run(self, number: int) -> Path | None:
        """The run of a trial whose process died before it could tell of it."""
        for row in reversed(list_runs(self.runs, self.study.spec.name).rows):
            search = row.record.get("search") or {}
            if (search.get("study"), search.get("trial")) == (self.study.name, number):
                return row.path
        return None

    def _hear(self, news: News) -> None:
        number = news.number
        if news.kind == "started":
            self.study.note(number, run=str(news.what))
        elif news.kind == "epoch":
            self.processes.answer(number, self._epoch(number, *news.what))
        elif news.kind == "warned":
            self._warn(news.what)
        elif news.kind == "ended":
            self._ended(number, news.what)
        else:
            self._died_of(number, news.what)

    def _epoch(self, number: int, epoch: int, logs: dict[str, float]) -> str | None:
        """Keeps an epoch; why the trial is given up after it, or None."""
        value = logs.get(self.study.metric)
        if value is None:
            return None
        hopeless = self.study.report(number, epoch, value)
        self._tell(number, "epoch")
        if not hopeless:
            return None
        return f"pruned after epoch {epoch}: {self.study.metric} {value:.4g} is hopeless beside the other trials'"

    def _ended(self, number: int, outcome: Outcome) -> None:
        if outcome.status == "stopped":
            if not self._stopping:
                self._again(number, "it was stopped by a signal")
                return
            del self._running[number]
            return
        if outcome.folder is not None:
            self.study.note(number, run=str(outcome.folder))
        if outcome.status == "pruned":
            self.study.prune(number)
        elif outcome.status == "failed":
            self._fail(number, outcome)
        else:
            self._done(number, outcome)
        self._running.pop(number, None)
        self._tell(number, "ended")

    def _done(self, number: int, outcome: Outcome) -> None:
        metric = self.study.metric
        best = best_value(outcome.history, metric, self.study.direction)
        if best is not None:
            self.study.note(number, best_epoch=best[0], epochs=outcome.epochs)
            self.study.complete(number, best[1])
            return
        logged = metric in outcome.history
        names = ", ".join(name for name in outcome.history if name != "learning_rate")
        message = f"'{metric}' was never finite" if logged else f"no epoch logged '{metric}'; there was {names}"
        code = "metric-not-finite" if logged else "unknown-monitor"
        fault = Diagnostic(
            code, message, self.study.tune.metric_span, status=ExitCode.TRAINING if logged else ExitCode.SPEC
        )
        self._fail(number, Outcome("failed", outcome.folder, diagnostics=(fault,), exit_code=fault.status))

    def _fail(self, number: int, outcome: Outcome) -> None:
        self.study.fail(number, outcome.reason or "it failed")
        self._failures.append(outcome)
        if self.study.tune.on_error == "stop" or self._is_hopeless(outcome):
            self._fatal = self._fatal or outcome

    def _is_hopeless(self, outcome: Outcome) -> bool:
        """Whether what a trial failed of is none of its values' doing, so that all others will."""
        code = outcome.diagnostics[0].code if outcome.diagnostics else ""
        reads_data = any(one.path.startswith(("data", "vars")) for one in self.study.tune.space)
        if code == "unknown-monitor" or (outcome.exit_code is ExitCode.DATA and not reads_data):
            return True
        if any(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in self.study.trials):
            return False
        reasons = {one.reason for one in self._failures}
        return len(self._failures) >= _ALIKE and len(reasons) == 1

    def _died_of(self, number: int, code: int | None) -> None:
        if self._stopping:
            self._running.pop(number, None)
            return
        self._again(number, f"its process was ended{_signal(code)}")

    def _again(self, number: int, reason: str) -> None:
        """Goes on with a trial whose process ended, once."""
        self._died[number] = self._died.get(number, 0) + 1
        left = self._running.pop(number)
        if self._died[number] > 1:
            fault = Diagnostic(
                "memory", f"{reason}, twice", hint="look at the memory that it takes", status=ExitCode.ENVIRONMENT
            )
            self._fail(number, Outcome("failed", diagnostics=(fault,), exit_code=fault.status))
            self._tell(number, "ended")
            return
        message = f"trial {number}: {reason}; it goes on where it was saved"
        self.progress.warned(Diagnostic("trial-died", message, severity="warning"))
        trial = next(one for one in self.study.trials if one.number == number)
        run = trial.user_attrs.get("run")
        self._start(Next(number, left.values, Path(run) if run else None, left=True))

    def _warn(self, diagnostic: Diagnostic) -> None:
        """What trials have in common is said once."""
        key = (diagnostic.code, diagnostic.span or diagnostic.message)
        if key not in self._warned and diagnostic.code not in BESIDE:
            self._warned.add(key)
            self.progress.warned(diagnostic)

    def _tell(self, number: int, event: Event) -> None:
        state = self.state()
        self.progress.changed(state, next(row for row in state.rows if row.number == number), event)


def _first(rows: Sequence[TrialRow], reason: str) -> int:
    return next(row.number for row in rows if (row.reason or "") == reason)


def _signal(code: int | None) -> str:
    if code is None or code >= 0:
        return f" with status {code}" if code else ""
    return f" by {signal.Signals(-code).name}"
