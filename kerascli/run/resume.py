"""`resume`: a run that ended, however it did, goes on from its newest sound checkpoint as if it never had."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kerascli.data.saved_preprocessing import load_preprocessing
from kerascli.data.told import listening
from kerascli.errors import Diagnostic
from kerascli.record.atomic import remove_leftovers, write_text
from kerascli.record.checkpoints import list_checkpoints, load_newest, set_aside
from kerascli.record.history import read_history
from kerascli.record.run_folder import RunFolder, find_run
from kerascli.record.run_record import RunRecord, machine, now, read_record, versions
from kerascli.run.cluster import find_cluster
from kerascli.run.distribution_doubts import doubts_of
from kerascli.run.earlier_run import other_surroundings, prior_of, require_complete
from kerascli.run.ignoring import ignoring
from kerascli.run.interrupts import watch_signals
from kerascli.run.join import distribute
from kerascli.run.position import Position
from kerascli.run.preflight import prepare_training
from kerascli.run.progress import Progress, Silence
from kerascli.run.result import RunResult
from kerascli.run.resume_changes import Change, changed_arguments, find_changes
from kerascli.run.same_start import compare_start
from kerascli.run.session import keras_session, threads
from kerascli.run.snapshot import Snapshot, position_of, read_snapshot
from kerascli.run.training import Beginning, run_training
from kerascli.run.worker_faults import worker_faults
from kerascli.run.worker_folder import existing_folder
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec


def resume(
    run: str | os.PathLike[str],
    overrides: Sequence[str] = (),
    *,
    until_epoch: int | None = None,
    runs: str | os.PathLike[str] = "runs",
    progress: Progress | None = None,
    command: Sequence[str] | None = None,
    trust: bool = False,
    max_seconds: float | None = None,
    worker: int | None = None,
) -> RunResult:
    """Goes on with a run; on the same machine with the same versions it ends bit for bit as the uninterrupted one.

    Args:
        run: A run: its folder, `name`, `name/id` or `latest`.
        overrides: `path=value` changes to its spec; those that would change the weights are refused.
        until_epoch: The epoch, counted from the run's first, after which training ends.
        runs: The folder that holds all runs.
        progress: Who is told how it goes.
        command: The command line, for the record.
        trust: Whether the run's plugins may run.
        max_seconds: After so many seconds of training the run is saved again, its result written.
        worker: Which of the spec's workers this process is, where `TF_CONFIG` does not say so. All of them read the
            run's folder, and the first, the chief, writes it.

    Returns:
        The result. Of a run that is complete nothing is changed, and the result has no model.

    Raises:
        UsageError: There is no such run, or a change would change the weights.
        DataError: The data is not what the run was trained on.
        EnvironmentProblem: No checkpoint is sound, another process writes the run, or a file can't be written.
        TrainingError: Losses or weights are not finite.
        Interrupted: SIGINT or SIGTERM came; the run is saved and marked `stopped`.
    """
    progress = progress or Silence()
    given = find_run(str(run), Path(runs))
    before, after = _specs(given, overrides, until_epoch, trust=trust)
    cluster = find_cluster(after.distribute, worker)
    with existing_folder(given, chief=cluster is None or cluster.is_chief) as folder:
        record = read_record(folder.record)
        changes = find_changes(before, after)
        progress = ignoring(progress, after)
        beginning = _beginning(folder, record, after, changes, progress)
        if _is_complete(beginning.position, after) and record["status"] == "done":
            return _finished(folder, record)
        for diagnostic in _differences(record, changes):
            progress.warned(diagnostic)
        _clean(folder)
        with keras_session(after), worker_faults():
            distribution = distribute(after.distribute, worker)
            for diagnostic in doubts_of(after, distribution):
                progress.warned(diagnostic)
            compare_start(after, distribution, {"--max-time": max_seconds, "checkpoint": beginning.position.steps})
            with listening(progress.reading):
                prior = prior_of(record, load_preprocessing(folder.preprocessing))
                ready = prepare_training(after, prior, begins=beginning.snapshot is None, distribution=distribution)
            with watch_signals() as interrupts, distribution.together():
                if changes:
                    write_text(folder.spec, dump_spec(_in_folder(ready.spec)))
                again = _record(record, beginning, changes, overrides, command).changed(
                    distribution=distribution.to_json(ready.plan.batch_size)
                )
                return run_training(folder, ready, again, interrupts, progress, beginning, seconds=max_seconds)


def _beginning(
    folder: RunFolder, record: Mapping[str, Any], spec: Spec, changes: Sequence[Change], progress: Progress
) -> Beginning:
    """Where the run goes on.

    Raises:
        EnvironmentProblem: No checkpoint is sound.
    """
    snapshot = _snapshot(folder, record, progress)
    position = Position() if snapshot is None else position_of(snapshot)
    if any(change.recorded and "callbacks" in change.path for change in changes):
        # What stopped it says otherwise now.
        position.stopped = False
    _reopen(position, spec)
    return Beginning(position, snapshot, changed_arguments(changes, position.phase, len(spec.callbacks)))


def _specs(folder: RunFolder, overrides: Sequence[str], until_epoch: int | None, *, trust: bool) -> tuple[Spec, Spec]:
    """The run's spec as it is, and with the changes.

    Raises:
        EnvironmentProblem: The process ended before the folder was complete, or a file in it was changed.
    """
    require_complete(folder)
    before = load_spec(folder.spec, trust=trust)
    if not overrides and until_epoch is None:
        return before, before
    after = load_spec(folder.spec, list(overrides), trust=trust)
    return before, after if until_epoch is None else _until(after, until_epoch)


def _until(spec: Spec, epoch: int) -> Spec:
    """The spec whose training ends after an epoch."""
    phases = spec.fit.phases
    if not phases:
        return replace(spec, fit=replace(spec.fit, epochs=epoch))
    last = replace(phases[-1], epochs=max(1, epoch - sum(phase.epochs for phase in phases[:-1])))
    return replace(spec, fit=replace(spec.fit, epochs=epoch, phases=(*phases[:-1], last)))


def _snapshot(folder: RunFolder, record: Mapping[str, Any], progress: Progress) -> Snapshot | None:
    """The newest sound checkpoint; None where the run never wrote one.

    Raises:
        EnvironmentProblem: There are some, and none is sound; or they are gone.
    """
    good, bad = list_checkpoints(folder.checkpoints)
    if not good and not bad and not record.get("epochs"):
        return None
    checkpoint, damaged = load_newest(folder.checkpoints)
    for path, reason in damaged:
        message = f"the checkpoint '{path}' is damaged and passed over: {reason}; kept as '{set_aside(path).name}'"
        progress.warned(Diagnostic("checkpoint", message, severity="warning"))
    return read_snapshot(checkpoint.path)


def _reopen(position: Position, spec: Spec) -> None:
    """Lets the last phase go on where it got more epochs, or where what stopped it has changed."""
    phase = spec.fit.all_phases[position.phase]
    position.phase_over = position.stopped or position.epoch >= position.phase_epoch + phase.epochs


def _is_complete(position: Position, spec: Spec) -> bool:
    return position.phase_over and position.phase + 1 == len(spec.fit.all_phases)


def _finished(folder: RunFolder, record: Mapping[str, Any]) -> RunResult:
    """The result of a run that has nothing left to do."""
    best = record.get("best") or {}
    return RunResult(
        folder=folder.path,
        history=read_history(folder.history) if folder.history.is_file() else {},
        metrics=record.get("test") or {},
        monitor=(record.get("monitor") or {}).get("name", "loss"),
        best_epoch=best.get("epoch"),
        best_value=best.get("value"),
        weights=record.get("weights") or "last",
        epochs=record.get("epochs", 0),
        seconds=record.get("seconds") or 0.0,
        phase=record.get("phase", 0),
    )


def _differences(record: Mapping[str, Any], changes: Sequence[Change]) -> Iterator[Diagnostic]:
    """What makes the run end otherwise than it would have."""
    yield from other_surroundings(record)
    for change in changes:
        if change.recorded:
            message = f"'{change.path}' is {change.after} now, it was {change.before}: the run may end otherwise"
            yield Diagnostic("not-exact", message, severity="note")


def _clean(folder: RunFolder) -> None:
    """Removes what a killed process left half-written, and makes the folders that it did not come to."""
    places = (folder.checkpoints, folder.plots, folder.evaluation, folder.predictions)
    for place in places:
        place.mkdir(exist_ok=True)
    for place in (folder.path, folder.source, folder.preprocessing, *places):
        remove_leftovers(place)


def _in_folder(spec: Spec) -> Spec:
    """The spec with its plugins named relative to it, as the run's own copies lie."""
    plugins = tuple(replace(one, path=None) for one in spec.plugins.plugins)
    return replace(spec, plugins=replace(spec.plugins, plugins=plugins))


def _record(
    record: Mapping[str, Any],
    beginning: Beginning,
    changes: Sequence[Change],
    overrides: Sequence[str],
    command: Sequence[str] | None,
) -> RunRecord:
    entry = {
        "at": now(),
        "epoch": beginning.position.epoch,
        "step": beginning.position.step,
        "was": record["status"],
        "command": None if command is None else list(command),
        "changes": [change.to_json() for change in changes],
        "versions": versions(),
        "machine": {**machine(), "threads": threads()},
    }
    known = RunRecord.from_json(record)
    return known.changed(
        status="running",
        reason=None,
        ended=None,
        overrides=(*known.overrides, *overrides),
        resumed=(*known.resumed, entry),
    )
