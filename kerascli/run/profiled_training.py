"""A training with its profile, where one is recorded: what `train` and `resume` share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kerascli.record.run_folder import RunFolder
from kerascli.record.run_record import RunRecord
from kerascli.run.interrupts import Interrupts
from kerascli.run.profile_files import profile_into, write_profile
from kerascli.run.progress import Progress
from kerascli.run.ready import Ready
from kerascli.run.result import RunResult
from kerascli.run.training import Beginning, run_training


def profiled_training(
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
    """`run_training`; its result has a profile where a timeline is recorded, and the folder its files."""
    profile_into(folder)
    try:
        result = run_training(folder, ready, record, interrupts, progress, beginning, seconds=seconds, stops=stops)
    finally:
        # Of a run that is stopped too: what it did so far took its time.
        profile = write_profile(folder, ready, progress)
    return result if profile is None else replace(result, profile=profile)
