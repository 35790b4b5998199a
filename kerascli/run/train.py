"""`train`: a spec → a run folder with everything in it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from kerascli.check import require_sound
from kerascli.data.told import listening
from kerascli.run.disk_space import little_space
from kerascli.run.distribution_doubts import doubts_of
from kerascli.run.doubts import find_doubts
from kerascli.run.ignoring import ignoring
from kerascli.run.interrupts import watch_signals
from kerascli.run.jit_trial import with_jit
from kerascli.run.join import distribute
from kerascli.run.new_run import first_record, write_inputs
from kerascli.run.preflight import prepare_training
from kerascli.run.prior import Prior
from kerascli.run.profiled_training import profiled_training
from kerascli.run.progress import Progress, Silence
from kerascli.run.result import RunResult
from kerascli.run.same_start import compare_start
from kerascli.run.session import keras_session
from kerascli.run.timeline import part, recording
from kerascli.run.worker_faults import worker_faults
from kerascli.run.worker_folder import new_folder
from kerascli.spec.spec import Spec


def train(
    spec: Spec,
    runs: str | os.PathLike[str] = "runs",
    *,
    progress: Progress | None = None,
    command: Sequence[str] | None = None,
    max_seconds: float | None = None,
    strict: bool = False,
    profile: bool = False,
    worker: int | None = None,
) -> RunResult:
    """Trains the model of a spec and leaves a run folder.

    Spec, data, model and a first batch are checked before anything is written.

    Args:
        spec: The spec.
        runs: The folder that holds all runs.
        progress: Who is told how it goes.
        command: The command line, for the record.
        max_seconds: After so many seconds of training the run is saved, its result written, and marked `stopped`.
        strict: Whether a warning of spec or data is an error; nothing is written then.
        profile: Whether to find out where the time goes: `result.profile`, and the run's folder `profile`.
        worker: Which of the spec's workers this process is, where `TF_CONFIG` does not say so. Only the first, the
            chief, leaves a folder.

    Returns:
        The result; its `folder` holds everything.

    Raises:
        SpecError: The spec is wrong.
        DataError: The data is wrong.
        TrainingError: Losses or weights are not finite; the run is marked `failed`.
        EnvironmentProblem: A file can't be written; the run is marked `failed`.
        Interrupted: SIGINT or SIGTERM came; the run is saved and marked `stopped`.
    """
    with recording() if profile else contextlib.nullcontext():
        return begin_run(
            spec, runs, progress=progress, command=command, max_seconds=max_seconds, strict=strict, worker=worker
        )


def begin_run(
    spec: Spec,
    runs: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
    command: Sequence[str] | None = None,
    max_seconds: float | None = None,
    strict: bool = False,
    prior: Prior | None = None,
    facts: Mapping[str, Any] | None = None,
    stops: Callable[[], str | None] = lambda: None,
    worker: int | None = None,
) -> RunResult:
    """`train`, for a run that has to do with others.

    Args:
        spec: The spec.
        runs: The folder that holds all runs.
        progress: Who is told how it goes.
        command: The command line, for the record.
        max_seconds: The seconds of training.
        strict: Whether warnings are errors.
        prior: What was decided when the run that this one repeats began.
        facts: What its record says of the others.
        stops: Asked after each epoch but the last why the training is to be given up; None: it is not.
        worker: Which worker this is.
    """
    progress = ignoring(progress or Silence(), spec)
    for diagnostic in require_sound(spec, strict=strict):
        progress.warned(diagnostic)
    with keras_session(spec), worker_faults():
        distribution = distribute(spec.distribute, worker)
        for diagnostic in doubts_of(spec, distribution):
            progress.warned(diagnostic)
        compare_start(spec, distribution, {"--max-time": max_seconds, "--strict": strict})
        with listening(progress.reading):
            ready = prepare_training(spec, prior, distribution=distribution)
        with part("data"):
            found = (*find_doubts(ready, strict=strict), *little_space(ready.spec, ready.model, Path(runs)))
        for diagnostic in found:
            progress.warned(diagnostic)
        if prior is None:
            ready = with_jit(ready)
        # From here on a signal leaves a run that can go on.
        folders = new_folder(Path(runs), spec.name, chief=distribution.is_chief)
        with watch_signals() as interrupts, distribution.together(), folders as folder:
            record = first_record(ready, command).changed(**(facts or {}))
            write_inputs(folder, ready, record)
            return profiled_training(folder, ready, record, interrupts, progress, seconds=max_seconds, stops=stops)
