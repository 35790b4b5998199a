"""What a training leaves on disk while it goes on: history, record, checkpoints; each in its own way when disks fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from kerascli.errors import Diagnostic, EnvironmentProblem, Interrupted
from kerascli.record.checkpoints import free_path, prune
from kerascli.record.history import write_history
from kerascli.record.run_folder import RunFolder
from kerascli.record.run_record import RunRecord, now, write_record
from kerascli.run.callback_state import CallbackStates, take_states
from kerascli.run.distribution import ALONE, Distribution
from kerascli.run.finite import check_weights
from kerascli.run.interrupts import Interrupts
from kerascli.run.log_files import log_ends
from kerascli.run.monitor import Monitor, best_of
from kerascli.run.plan import Plan
from kerascli.run.position import Position
from kerascli.run.progress import Progress
from kerascli.run.snapshot import write_snapshot
from kerascli.run.timeline import timed
from kerascli.spec.spec import Spec


class TimeIsOver(Exception):
    """The training has had the time that it was given; all is saved."""


class GivenUp(Exception):
    """A search has no hope for the training: it is saved, marked `stopped`, and has no result."""


class Recorder:
    """The hooks of one training: it remembers the best so far, and what it has warned of."""

    def __init__(
        self,
        spec: Spec,
        folder: RunFolder,
        model: Any,
        monitor: Monitor,
        record: RunRecord,
        interrupts: Interrupts,
        progress: Progress,
        limit: float | None = None,
        stops: Callable[[], str | None] = lambda: None,
        distribution: Distribution = ALONE,
    ) -> None:
        """Takes all that a checkpoint and a record are made of, the seconds that the training may take, who gives it up, and what computes it.

        All processes of a training stop together, and save at the same steps: what clocks and signals say is agreed on.
        """
        self.spec, self.folder, self.model = spec, folder, model
        self.monitor, self.record, self.interrupts, self.progress = monitor, record, interrupts, progress
        self.callbacks: list[Any] = []
        self.steps_per_epoch = 0
        self.best: tuple[int, float] | None = None
        self.saved: tuple[int, int] | None = None
        self.saved_time = self._began = time.monotonic()
        self._before = record.seconds or 0.0
        self._limit, self._stops, self._distribution = limit, stops, distribution
        self.warned: set[str] = set()
        self._before_validation: tuple[CallbackStates, dict[str, int]] | None = None

    @property
    def seconds(self) -> float:
        """The training's time so far, with that of earlier processes, in seconds."""
        return self._before + time.monotonic() - self._began

    def _time_is_over(self) -> bool:
        if self._limit is None:
            return False
        return self._distribution.of_chief(time.monotonic() - self._began > self._limit) > 0

    def _is_told(self) -> bool:
        """Whether a signal came, to any of the processes."""
        received = self._distribution.largest(self.interrupts.received or 0)
        self.interrupts.received = received or None
        return received > 0

    def leaves(self) -> bool:
        """Whether a validation is to be left; a limit of time waits for its end, so that each resumed run gets further."""
        return self._is_told()

    def goes_on(self, position: Position) -> None:
        """Takes up what a position says of the epochs before it."""
        self.best = best_of(position.history, self.monitor)
        if position.steps:
            self.saved = (position.epoch, position.step)
            if self.spec.logs.csv:
                # What a killed process wrote after its last checkpoint comes again.
                self.try_log("history.csv", lambda: write_history(self.folder.history, position.history))
        self.write(position)

    def phase_begins(self, plan: Plan, callbacks: list[Any]) -> None:
        """From now on, these callbacks are kept, and epochs are that long."""
        self.callbacks, self.steps_per_epoch = callbacks, plan.steps_per_epoch

    def after_call(self, position: Position) -> None:
        """A checkpoint by step or time, and the end when a signal came.

        Raises:
            Interrupted: A signal came; the checkpoint is written.
            EnvironmentProblem: A checkpoint can't be written.
        """
        if self._is_told():
            self._stop(position)
        if self._time_is_over():
            self._save(position, value=None, best=False)
            raise TimeIsOver
        # At the end of an epoch validation and callbacks come first; its own hook saves after them.
        if position.step < self.steps_per_epoch and self._due(position):
            self._save(position, value=None, best=False)

    def before_validation(self, position: Position) -> None:
        """Remembers what callbacks and logs are like: one that is left in its middle begins anew."""
        del position
        self._before_validation = (take_states(self.callbacks), log_ends(self.folder.path, self.callbacks))

    def after_epoch(self, position: Position) -> bool:
        """History, checkpoint and record after an epoch; returns whether it is the best so far.

        Raises:
            TrainingError: A callback left a weight that is not finite.
            EnvironmentProblem: A checkpoint can't be written.
        """
        self._before_validation = None
        row = position.history[-1]
        self._warn_of_metrics(row)
        value = row.get(self.monitor.name)
        best = self.monitor.is_better(value, self.best[1] if self.best is not None else None)
        if best and value is not None:
            self.best = (position.epoch, value)
        if self.spec.logs.csv:
            self.try_log("history.csv", lambda: write_history(self.folder.history, position.history))
        if best or position.phase_over or self._due(position):
            self._save(position, value=value, best=best)
        self.write(position)
        return best

    def between_epochs(self, position: Position) -> None:
        """The end after an epoch that is not the last, when a signal came, the time is over, or a search gives it up.

        Raises:
            Interrupted: A signal came.
            TimeIsOver: It is.
            GivenUp: The search does.
        """
        last = position.phase + 1 == len(self.spec.fit.all_phases)
        if last and position.phase_over:
            return
        if self._is_told():
            self._stop(position)
        if self._time_is_over():
            self._save(position, value=position.history[-1].get(self.monitor.name), best=False)
            raise TimeIsOver
        reason = self._stops()
        if reason is not None:
            self._save(position, value=position.history[-1].get(self.monitor.name), best=False)
            self.write(position, status="stopped", reason=reason, ended=now())
            raise GivenUp(reason)

    @timed("logs")
    def write(self, position: Position, **changes: Any) -> None:
        """Writes `run.json`; a disk that refuses it warns once."""
        best = None if self.best is None else {"epoch": self.best[0], "value": self.best[1]}
        self.record = self.record.changed(
            epochs=position.epoch,
            steps=position.steps,
            best=best,
            best_metrics=None if self.best is None else position.history[self.best[0] - 1],
            metrics=position.history[-1] if position.history else {},
            seconds=self.seconds,
            **changes,
        )
        self.try_log("run.json", lambda: write_record(self.folder.record, self.record))

    def leave_if_told(self, position: Position) -> None:
        """Ends a run that has had its last step, when a signal came.

        Raises:
            Interrupted: One did; a resumed run finds its last checkpoint and writes the result.
        """
        if self._is_told():
            self._stop(position)

    def _stop(self, position: Position) -> None:
        self._save(position, value=None, best=False)
        name = self.interrupts.name
        self.write(position, status="stopped", reason=name, ended=now())
        message, hint = f"stopped by {name} {position.words}; the chief has saved all of it", None
        if self._distribution.is_chief:
            message = f"stopped by {name} {position.words}; all of it is saved in '{self.folder.path}'"
            hint = f"'kerascli resume {self.folder.typed}' goes on"
        raise Interrupted(message, exit_code=self.interrupts.exit_code, hint=hint)

    def _due(self, position: Position) -> bool:
        """Whether the spec wants a checkpoint here."""
        every, interval = self.spec.checkpoints.every, self.spec.checkpoints.interval
        if every == "steps":
            return position.steps % int(interval) == 0
        if every == "minutes":
            return self._distribution.of_chief(time.monotonic() - self.saved_time >= 60 * interval) > 0
        return position.step == 0

    @timed("checkpoints")
    def _save(self, position: Position, *, value: float | None, best: bool) -> None:
        place = (position.epoch, position.step)
        if place == self.saved:
            return
        check_weights(self.model, epoch=position.epoch + 1, step=position.step)
        path = free_path(self.folder.checkpoints, position.steps)
        try:
            self.folder.checkpoints.mkdir(exist_ok=True)
            facts = {"value": value, "best": best, "monitor": self.monitor.name}
            states, ends = self._before_validation or (
                take_states(self.callbacks),
                log_ends(self.folder.path, self.callbacks),
            )
            write_snapshot(path, self.model, states, position, facts, ends)
            prune(self.folder.checkpoints, self.spec.checkpoints.keep)
        except OSError as error:
            message = f"can't write the checkpoint '{path}': {error.strerror or error}"
            raise EnvironmentProblem(
                message, code="checkpoint", hint="free some space; what was saved before is whole"
            ) from error
        self.saved, self.saved_time = place, time.monotonic()

    def _warn_of_metrics(self, row: dict[str, float]) -> None:
        for name, value in row.items():
            if value != value or value in (float("inf"), float("-inf")):
                self._warn(name, "metric-not-finite", f"the metric '{name}' is {value}; it is never the best")

    @timed("logs")
    def try_log(self, name: str, write: Callable[[], None]) -> None:
        """A log that can't be written warns once and never ends the training."""
        try:
            write()
        except OSError as error:
            self.log_failed(name, error)

    def log_failed(self, name: str, error: Exception) -> None:
        """Warns, once, of a log that can't be written."""
        reason = str(getattr(error, "strerror", None) or error).splitlines()[0]
        self._warn(name, "log", f"can't write '{name}': {reason}; the run goes on without it")

    def _warn(self, key: str, code: str, message: str) -> None:
        if key not in self.warned:
            self.warned.add(key)
            self.progress.warned(Diagnostic(code, message, severity="warning"))
