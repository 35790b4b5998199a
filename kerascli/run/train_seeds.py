"""`train_seeds`: one spec trained with several seeds, each a run of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kerascli.errors import Diagnostic, TrainingError
from kerascli.record.run_folder import RunFolder
from kerascli.record.run_list import RunRow
from kerascli.record.run_marks import read_marks
from kerascli.record.run_record import read_record
from kerascli.record.spread import SeedGroup, seed_group
from kerascli.run.expectations import FellShort
from kerascli.run.progress import Progress, Silence
from kerascli.run.result import RunResult
from kerascli.run.train import begin_run
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class SeedsResult:
    """What a training with several seeds returns.

    Attributes:
        runs: The result of each run, without its model.
        group: The metrics over all of them.
    """

    runs: tuple[RunResult, ...]
    group: SeedGroup

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {"runs": [run.to_json() for run in self.runs], **self.group.to_json()}


def train_seeds(
    spec: Spec,
    count: int,
    runs: str | os.PathLike[str] = "runs",
    *,
    progress: Progress | None = None,
    command: Sequence[str] | None = None,
    max_seconds: float | None = None,
    strict: bool = False,
    worker: int | None = None,
) -> SeedsResult:
    """Trains a spec with its own seed and those that follow it.

    A run that falls short of what the spec expects does not keep the others from being trained.

    Args:
        spec: The spec.
        count: How many seeds, at least 2.
        runs: The folder that holds all runs.
        progress: Who is told how each of them goes.
        command: The command line, for the records.
        max_seconds: The seconds of training that each of them may take.
        strict: Whether warnings are errors.
        worker: Which of the spec's workers this process is.

    Raises:
        SpecError: The spec is wrong.
        DataError: The data is wrong.
        TrainingError: Some fell short, with what was lacking in each; or losses or weights were not finite.
        EnvironmentProblem: A file can't be written.
        Interrupted: SIGINT or SIGTERM came; the run that was at it can be resumed.
    """
    progress = progress or Silence()
    seeds = [spec.seed + number for number in range(count)]
    results: list[RunResult] = []
    short: list[Diagnostic] = []
    for seed in seeds:
        facts = {"seeds": {"first": results[0].folder.name if results else None, "all": seeds}}
        seeded = replace(spec, seed=seed)
        try:
            result = begin_run(
                seeded,
                runs,
                progress=progress,
                command=command,
                max_seconds=max_seconds,
                strict=strict,
                facts=facts,
                worker=worker,
            )
        except FellShort as error:
            short += [replace(one, message=f"with seed {seed}, {one.message}") for one in error.diagnostics]
            result = error.result
        # A model a seed would fill the memory.
        results.append(replace(result, model=None))
    if short:
        raise TrainingError(short)
    return SeedsResult(tuple(results), seed_group([_row(result.folder) for result in results]))


def _row(folder: Path) -> RunRow:
    return RunRow(folder, read_record(RunFolder(folder).record), read_marks(folder))
