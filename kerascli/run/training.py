"""One training from its first step, or from a checkpoint, to its end: what `train` and `resume` share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import keras

from kerascli.errors import Diagnostic, EnvironmentProblem, Interrupted, KerascliError
from kerascli.model.callbacks import build_callbacks
from kerascli.record.run_folder import RunFolder
from kerascli.record.run_record import RunRecord, now
from kerascli.run.callback_state import lost_attributes
from kerascli.run.ending import end_training
from kerascli.run.engine import Hooks
from kerascli.run.expectations import FellShort, shortfalls
from kerascli.run.interrupts import Interrupts
from kerascli.run.log_files import cut_logs
from kerascli.run.phases import fit_phases
from kerascli.run.position import Position
from kerascli.run.progress import Progress, RunStart
from kerascli.run.ready import Ready
from kerascli.run.recorder import GivenUp, Recorder, TimeIsOver
from kerascli.run.result import RunResult
from kerascli.run.snapshot import Snapshot
from kerascli.run.step_faults import step_faults
from kerascli.run.tensorboard import WRITE_ERRORS, make_callback, write_graph
from kerascli.run.timeline import timed


@dataclass(frozen=True)
class Beginning:
    """Where a training begins that goes on.

    Attributes:
        position: Where it is.
        snapshot: The checkpoint; None where nothing was saved before it ended, so that it begins at its first step.
        changed: The attributes of callbacks that keep their new values, by the callback's place.
    """

    position: Position
    snapshot: Snapshot | None
    changed: Mapping[int, Collection[str]]

    def __str__(self) -> str:
        """Where it goes on, with epochs from 1."""
        return f"at epoch {self.position.epoch + 1}, step {self.position.step}"


def run_training(
    folder: RunFolder,
    ready: Ready,
    record: RunRecord,
    interrupts: Interrupts,
    progress: Progress,
    beginning: Beginning | None = None,
    *,
    seconds: float | None = None,
    stops: Callable[[], str | None] = lambda: None,
) -> RunResult:
    """Trains, and writes down whatever ends it.

    Args:
        folder: The run's folder, which this process has locked.
        ready: What was found sound.
        record: The record so far.
        interrupts: The signals that came.
        progress: Who is told.
        beginning: Where to go on; None: a new run.
        seconds: After so many seconds the training ends as if it had no more epochs; it can be resumed.
        stops: Asked after each epoch but the last why the training is to be given up; None: it is not.

    Raises:
        TrainingError: Losses or weights are not finite, and the run is marked `failed`; or it is done, and falls short
            of what its spec expects.
        EnvironmentProblem: A file can't be written; the run is marked `failed`.
        Interrupted: A signal came; the run is saved and marked `stopped`.
        GivenUp: It was; likewise.
    """
    distribution = ready.plan.distribution
    recorder = Recorder(
        ready.spec, folder, ready.model, ready.monitor, record, interrupts, progress, seconds, stops, distribution
    )
    position = beginning.position if beginning is not None else Position()
    recorder.goes_on(position)
    progress.started(_start(folder, ready, record, beginning))
    over = False
    try:
        with distribution.scope():
            try:
                _fit(folder, ready, recorder, progress, position, beginning)
            except TimeIsOver:
                over = True
            result = end_training(folder, ready, recorder, position)
    except (Interrupted, GivenUp):
        raise
    except BaseException as error:  # Whatever ends a run is written into its record.
        recorder.write(position, status="failed", reason=_reason(error), ended=now())
        if isinstance(error, OSError):
            message = f"can't write into '{folder.path}': {error.strerror or error}"
            raise EnvironmentProblem(message, code="run-folder") from error
        raise
    return _close(folder, ready, recorder, progress, position, result, over=over)


def _close(
    folder: RunFolder,
    ready: Ready,
    recorder: Recorder,
    progress: Progress,
    position: Position,
    result: RunResult,
    *,
    over: bool,
) -> RunResult:
    """Writes the end into the record and tells it.

    Raises:
        FellShort: The result falls short of what the spec expects.
    """
    short = [] if over else shortfalls(ready.spec.expect, result)
    recorder.write(
        position,
        status="stopped" if over else "done",
        reason="its time was over" if over else "; ".join(one.message for one in short) or None,
        ended=now(),
        weights=result.weights,
        phase=result.phase,
        test=result.metrics or None,
    )
    if over and ready.plan.distribution.is_chief:
        message = f"its time was over {position.words}; the result is what it has learnt so far"
        hint = f"'kerascli resume {folder.typed}' goes on"
        progress.warned(Diagnostic("time-over", message, hint=hint, severity="note"))
    progress.ended(result)
    if short:
        raise FellShort(short, result)
    return result


@timed("loop")
def _fit(
    folder: RunFolder,
    ready: Ready,
    recorder: Recorder,
    progress: Progress,
    position: Position,
    beginning: Beginning | None,
) -> None:
    own_callbacks = build_callbacks(ready.spec, folder.path)
    for diagnostic in _forgetful(own_callbacks):
        progress.warned(diagnostic)
    if beginning is not None:
        ends = {} if beginning.snapshot is None else beginning.snapshot.state["logs"]
        for name in cut_logs(folder.path, own_callbacks[position.phase], ends):
            message = f"'{name}' is shorter than it was at the checkpoint: some of its entries are lost"
            progress.warned(Diagnostic("log", message, severity="warning"))
    logs = _log_callbacks(ready, folder, recorder, begins=beginning is None or beginning.snapshot is None)
    callbacks = [[*own, *logs] for own in own_callbacks]
    hooks = Hooks(
        recorder.after_call,
        recorder.leaves,
        recorder.after_epoch,
        recorder.before_validation,
        recorder.between_epochs,
    )
    with step_faults("training"):
        fit_phases(
            ready,
            callbacks,
            position=position,
            hooks=hooks,
            progress=progress,
            begins=recorder.phase_begins,
            snapshot=beginning.snapshot if beginning is not None else None,
            changed=beginning.changed if beginning is not None else None,
        )


def _forgetful(callbacks: list[list[Any]]) -> list[Diagnostic]:
    """The callbacks of plugins that hold what no checkpoint can keep."""
    found, seen = [], set()
    for callback in (one for phase in callbacks for one in phase):
        if id(callback) in seen or type(callback).__module__.split(".")[0] == keras.__name__:
            continue
        seen.add(id(callback))
        lost = lost_attributes(callback)
        if lost:
            names = ", ".join(f"'{name}'" for name in lost)
            message = f"{type(callback).__name__} holds {names}, which no checkpoint can keep: a resumed run may end otherwise"
            hint = "give it 'get_state()' and 'set_state(state)', with numbers, texts, arrays, lists and mappings"
            found.append(Diagnostic("callback-state", message, hint=hint, severity="warning"))
    return found


def _start(folder: RunFolder, ready: Ready, record: RunRecord, beginning: Beginning | None) -> RunStart:
    plan, spec = ready.plan, ready.spec
    return RunStart(
        folder.path,
        spec.name,
        dict(ready.data.facts()["samples"]),
        plan.steps_per_epoch,
        plan.epochs,
        plan.batch_size,
        int(ready.model.count_params()),
        ready.monitor.name,
        len(spec.fit.all_phases),
        resumed=None if beginning is None else str(beginning),
        cache=ready.data.storage.words(),
        seeds=_seeds(record),
        distribution=plan.distribution.words(plan.batch_size),
    )


def _seeds(record: RunRecord) -> str:
    """Which of several seeds a run has, in words; empty where it is alone."""
    if record.seeds is None:
        return ""
    seeds = record.seeds["all"]
    return f"seed {record.seed}, {seeds.index(record.seed) + 1} of {len(seeds)}"


@timed("logs")
def _log_callbacks(ready: Ready, folder: RunFolder, recorder: Recorder, *, begins: bool) -> list[Any]:
    if ready.spec.logs.tensorboard is None or not ready.plan.distribution.is_chief:
        return []

    def failed(error: Exception) -> None:
        recorder.log_failed("tensorboard", error)

    if begins:
        try:
            write_graph(recorder.model, folder.tensorboard)
        except WRITE_ERRORS as error:
            failed(error)
            return []
    return [make_callback(folder.tensorboard, ready.spec.logs.tensorboard, failed)]


def _reason(error: BaseException) -> str:
    if isinstance(error, KerascliError):
        return error.diagnostics[0].message
    return f"{type(error).__name__}: {error}".splitlines()[0]
