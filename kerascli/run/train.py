"""`train`: a spec → a run folder with everything in it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kerascli.check import require_sound
from kerascli.components.faults import first_line
from kerascli.data.equal_samples import equal_samples, sample_hashes
from kerascli.data.saved_preprocessing import save_preprocessing
from kerascli.data.split import ArraySplit
from kerascli.data.told import listening
from kerascli.errors import Diagnostic, EnvironmentProblem, Interrupted, KerascliError, TrainingError
from kerascli.model.callbacks import build_callbacks
from kerascli.record.atomic import replace_file, write_json, write_text
from kerascli.record.checkpoints import load_newest
from kerascli.record.lock import lock_folder
from kerascli.record.run_folder import RunFolder, create_run_folder
from kerascli.record.run_record import RunRecord, digest, git_facts, machine, now, versions, write_record
from kerascli.record.sources import write_sources
from kerascli.run.engine import Hooks, Position
from kerascli.run.evaluate import evaluate_split
from kerascli.run.interrupts import watch_signals
from kerascli.run.phases import enter_phase, fit_phases
from kerascli.run.pictures import draw_run
from kerascli.run.preflight import Ready, prepare_training
from kerascli.run.progress import Progress, RunStart, Silence
from kerascli.run.recorder import Recorder
from kerascli.run.result import RunResult
from kerascli.run.session import keras_session, threads
from kerascli.run.snapshot import position_of, read_snapshot, restore_weights
from kerascli.run.step_faults import step_faults
from kerascli.run.tensorboard import WRITE_ERRORS, make_callback, write_graph
from kerascli.spec.dump import dump_spec
from kerascli.spec.plugins import own_line
from kerascli.spec.problems import COMMAND_LINE
from kerascli.spec.spec import Spec


def train(
    spec: Spec,
    runs: str | os.PathLike[str] = "runs",
    *,
    progress: Progress | None = None,
    command: Sequence[str] | None = None,
) -> RunResult:
    """Trains the model of a spec and leaves a run folder.

    Spec, data, model and a first batch are checked before anything is written.

    Args:
        spec: The spec.
        runs: The folder that holds all runs.
        progress: Who is told how it goes.
        command: The command line, for the record.

    Returns:
        The result; its `folder` holds everything.

    Raises:
        SpecError: The spec is wrong.
        DataError: The data is wrong.
        TrainingError: Losses or weights are not finite; the run is marked `failed`.
        EnvironmentProblem: A file can't be written; the run is marked `failed`.
        Interrupted: SIGINT or SIGTERM came; the run is saved and marked `stopped`.
    """
    progress = progress or Silence()
    for diagnostic in require_sound(spec):
        progress.warned(diagnostic)
    with keras_session(spec):
        with listening(progress.reading):
            ready = prepare_training(spec)
        for diagnostic in _doubts(ready):
            progress.warned(diagnostic)
        folder = create_run_folder(Path(runs), spec.name)
        with lock_folder(folder.path):
            record = _first_record(ready, command)
            _write_inputs(folder, ready, record)
            return _train(folder, ready, record, progress)


def _doubts(ready: Ready) -> Iterator[Diagnostic]:
    """What should be known of data and starting weights, though nothing is wrong with them."""
    span, skipped = ready.data.data.span, ready.data.skipped
    if skipped.count:
        yield Diagnostic("skipped", str(skipped), span, severity="warning")
    # Samples that are not kept in memory would have to be read again for it; `kerascli data` looks at those.
    splits = {"train": ready.plan.train, "validation": ready.plan.validation, "test": ready.test}
    hashes = {name: sample_hashes(split.x) for name, split in splits.items() if isinstance(split, ArraySplit)}
    for sentence in equal_samples(hashes):
        hint = "'kerascli data' shows the splits; 'group' keeps what belongs together in one"
        yield Diagnostic("equal-samples", sentence, span, hint, severity="warning")
    for report in ready.start:
        yield Diagnostic("start-weights", str(report), report.span, severity="note")


def _first_record(ready: Ready, command: Sequence[str] | None) -> RunRecord:
    spec, model = ready.spec, ready.model
    overrides = next((source.lines for source in spec.sources if source.name == COMMAND_LINE), [])
    return RunRecord(
        name=spec.name,
        started=now(),
        command=tuple(command) if command is not None else None,
        overrides=tuple(overrides),
        seed=spec.seed,
        versions=versions(),
        machine={**machine(), "threads": threads()},
        git=git_facts(spec.path.parent),
        data=ready.data.facts(),
        model={
            "class": type(model).__name__,
            "parameters": int(model.count_params()),
            "inputs": [item.name for item in spec.model.inputs],
            "outputs": [output.name for output in spec.model.outputs],
            "start_weights": [report.to_json() for report in ready.start],
        },
        performance={
            "steps_per_execution": ready.plan.steps_per_call or "auto",
            "jit_compile": bool(model.jit_compile),
        },
        monitor={"name": ready.monitor.name, "mode": ready.monitor.mode},
        description=spec.description,
        tags=spec.tags,
        environment={name: digest(value) for name, value in spec.environment.items()},
    )


def _write_inputs(folder: RunFolder, ready: Ready, record: RunRecord) -> None:
    """All that is known before the first step.

    Raises:
        EnvironmentProblem: Something can't be written.
    """
    spec = ready.spec
    try:
        write_record(folder.record, record)
        files = [plugin.path for plugin in spec.plugins.plugins if plugin.path is not None]
        texts = [(source.name, source.text) for source in spec.sources if source.name != COMMAND_LINE]
        copies = write_sources(folder.source, texts, files)
        write_text(folder.spec, dump_spec(_with_copies(spec, copies)))
        save_preprocessing(ready.data.preprocessing, ready.data.tables.train.head, folder.preprocessing)
        for place in (folder.checkpoints, folder.plots, folder.evaluation, folder.predictions):
            place.mkdir()
    except KerascliError:
        shutil.rmtree(folder.path, ignore_errors=True)
        raise
    except OSError as error:
        shutil.rmtree(folder.path, ignore_errors=True)
        message = f"can't write the run folder '{folder.path}': {error.strerror or error}"
        raise EnvironmentProblem(message, code="run-folder") from error


def _with_copies(spec: Spec, copies: Mapping[Path, str]) -> Spec:
    """The spec with its plugins read from the run's own copies, relative to the resolved spec."""
    plugins = tuple(
        replace(one, path=None, name=one.name if one.path is None else f"source/{copies[one.path]}")
        for one in spec.plugins.plugins
    )
    return replace(spec, plugins=replace(spec.plugins, plugins=plugins))


def _train(folder: RunFolder, ready: Ready, record: RunRecord, progress: Progress) -> RunResult:
    spec, model = ready.spec, ready.model
    with watch_signals() as interrupts:
        recorder = Recorder(spec, folder, ready.model, ready.monitor, record, interrupts, progress)
        progress.started(_start(folder, ready))
        position = Position()
        started = time.perf_counter()
        try:
            own_callbacks = build_callbacks(spec, folder.path)
            logs = _log_callbacks(spec, folder, recorder)
            callbacks = [[*own, *logs] for own in own_callbacks]
            hooks = Hooks(recorder.after_call, lambda: interrupts.received is not None, recorder.after_epoch)
            with step_faults("training"):
                fit_phases(
                    ready, callbacks, position=position, hooks=hooks, progress=progress, begins=recorder.phase_begins
                )
            seconds = time.perf_counter() - started
            weights, phase = _choose_weights(folder, ready, recorder, position)
            _save(folder, model)
            test = _test(folder, ready)
            recorder.try_log("plots", lambda: draw_run(folder, ready, model, position, recorder.best))
        except Interrupted:
            raise
        except BaseException as error:  # Whatever ends a run is written into its record.
            recorder.write(position, status="failed", reason=_reason(error), ended=now())
            if isinstance(error, OSError):
                message = f"can't write into '{folder.path}': {error.strerror or error}"
                raise EnvironmentProblem(message, code="run-folder") from error
            raise
        recorder.write(
            position, status="done", ended=now(), seconds=seconds, weights=weights, phase=phase, test=test or None
        )
    best = recorder.best or (None, None)
    result = RunResult(
        folder.path,
        _columns(position),
        test,
        ready.monitor.name,
        best[0],
        best[1],
        weights,
        position.epoch,
        seconds,
        model,
    )
    progress.ended(result)
    return result


def _save(folder: RunFolder, model: Any) -> None:
    """Writes the result.

    Raises:
        TrainingError: Keras can't: a plugin's object does not say how it was made. The checkpoints hold the weights.
        OSError: The disk can't.
    """
    try:
        replace_file(folder.model, model.save)
    except (OSError, KerascliError):
        raise
    except Exception as error:
        place = own_line(error)
        message = f"Keras can't save the model: {type(error).__name__}: {first_line(error)}"
        hint = f"the weights are kept: 'kerascli evaluate {folder.name} --weights last'"
        raise TrainingError(message, code="model-file", span=place, hint=hint) from error


def _start(folder: RunFolder, ready: Ready) -> RunStart:
    plan, spec = ready.plan, ready.spec
    samples = dict(ready.data.facts()["samples"])
    parameters = int(ready.model.count_params())
    return RunStart(
        folder.path,
        spec.name,
        samples,
        plan.steps_per_epoch,
        plan.epochs,
        plan.batch_size,
        parameters,
        ready.monitor.name,
        len(spec.fit.all_phases),
        cache=ready.data.storage.words(),
    )


def _log_callbacks(spec: Spec, folder: RunFolder, recorder: Recorder) -> list[Any]:
    if spec.logs.tensorboard is None:
        return []

    def failed(error: Exception) -> None:
        recorder.log_failed("tensorboard", error)

    try:
        write_graph(recorder.model, folder.tensorboard)
    except WRITE_ERRORS as error:
        failed(error)
        return []
    return [make_callback(folder.tensorboard, spec.logs.tensorboard, failed)]


def _choose_weights(folder: RunFolder, ready: Ready, recorder: Recorder, position: Position) -> tuple[str, int]:
    """Puts the best weights into the model where a monitor decides; else it keeps the last. Returns their phase too."""
    if not ready.monitor.decides or recorder.best is None:
        return "last", position.phase
    checkpoint, _ = load_newest(folder.checkpoints, best=True)
    snapshot = read_snapshot(checkpoint.path)
    phase = position_of(snapshot).phase
    enter_phase(ready, phase)
    restore_weights(ready.model, snapshot)
    return "best", phase


def _test(folder: RunFolder, ready: Ready) -> dict[str, float]:
    """The metrics on the test split, written into `evaluation/test.json`; empty without one."""
    if ready.test is None:
        return {}
    plan = ready.plan
    metrics = evaluate_split(ready.model, ready.test, plan.validation_batch_size, drop_remainder=plan.drop_remainder)
    write_json(folder.evaluation / "test.json", {"samples": ready.test.samples, "metrics": metrics})
    return metrics


def _columns(position: Position) -> dict[str, list[float]]:
    names: list[str] = []
    for row in position.history:
        names += [name for name in row if name not in names]
    return {name: [row.get(name, float("nan")) for row in position.history] for name in names}


def _reason(error: BaseException) -> str:
    if isinstance(error, KerascliError):
        return error.diagnostics[0].message
    return f"{type(error).__name__}: {error}".splitlines()[0]
