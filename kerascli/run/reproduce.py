"""`reproduce`: a run's spec is trained again as the run was, and what came out is compared with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kerascli.errors import EnvironmentProblem, UsageError
from kerascli.record.lock import is_held
from kerascli.record.reproduction import TOLERANCE, Reproduction, judge
from kerascli.record.run_folder import RunFolder, find_run
from kerascli.record.run_record import read_record
from kerascli.run.compare_results import last_weights, metric_pairs, same_history
from kerascli.run.earlier_run import other_surroundings, prior_of, require_complete
from kerascli.run.progress import Progress, Silence
from kerascli.run.session import set_threads
from kerascli.run.train import begin_run
from kerascli.spec.load import load_spec
from kerascli.spec.training_spec import FitSpec


def reproduce(
    run: str | os.PathLike[str],
    *,
    runs: str | os.PathLike[str] = "runs",
    tolerance: float = TOLERANCE,
    progress: Progress | None = None,
    command: Sequence[str] | None = None,
    trust: bool = False,
) -> Reproduction:
    """Trains a run's spec again, in a new run, and compares.

    The data must be the same; what is learnt from it is learnt again. TensorFlow's threads are set as they were, which
    is only possible before its first operation; its oneDNN setting is read when it is imported (`TF_ENABLE_ONEDNN_OPTS`).
    Of a run that did not end, the complete epochs are compared.

    Args:
        run: A run: its folder, `name`, `name/id` or `latest`.
        runs: The folder that holds all runs, and gets the new one.
        tolerance: How much a metric may differ and still be close, as a part of itself.
        progress: Who is told how it goes.
        command: The command line, for the record.
        trust: Whether the run's plugins may run.

    Raises:
        UsageError: There is no such run, or it has no complete epoch.
        DataError: The data is not what the run was trained on.
        EnvironmentProblem: The folder is damaged, or another process writes it.
    """
    folder = find_run(str(run), Path(runs))
    record = read_record(folder.record)
    _require_epochs(folder, record)
    require_complete(folder)
    spec = load_spec(folder.spec, trust=trust)
    done = record["status"] == "done"
    if not done:
        spec = replace(spec, fit=first_epochs(spec.fit, record["epochs"]))
    set_threads(**_threads(record))
    reasons = tuple(_reasons(record))
    # What the run was expected to reach says nothing of whether it comes out the same.
    result = begin_run(
        replace(spec, expect=()),
        runs,
        progress=progress or Silence(),
        command=command,
        prior=prior_of(record, None),
        facts={"reproduces": folder.name},
    )
    again = RunFolder(result.folder)
    tests = (record.get("test") or {}, result.metrics) if done else ({}, {})
    metrics, history = metric_pairs(folder, again, tests), same_history(folder, again)
    weights = last_weights(folder, again)
    verdict = judge(metrics, history, weights, tolerance)
    return Reproduction(folder.path, again.path, verdict, metrics, history, weights, tolerance, reasons)


def first_epochs(fit: FitSpec, epochs: int) -> FitSpec:
    """The section cut to its first epochs, whichever phases they are in."""
    phases, left = [], epochs
    for phase in fit.phases:
        if left > 0:
            phases.append(replace(phase, epochs=min(phase.epochs, left)))
        left -= phase.epochs
    return replace(fit, epochs=min(fit.epochs, epochs), phases=tuple(phases))


def _require_epochs(folder: RunFolder, record: Mapping[str, Any]) -> None:
    if is_held(folder.path):
        raise EnvironmentProblem(f"another process writes '{folder.path}'", code="locked", hint="wait until it ends")
    if not record.get("epochs"):
        message = f"the run '{folder.name}' has no complete epoch to compare with"
        raise UsageError(message, code="no-history", hint="name a run that has one: 'kerascli runs list'")


def _threads(record: Mapping[str, Any]) -> dict[str, int]:
    """The threads of the run; 0 means one for each core, which another machine has more or fewer of."""
    machine = record.get("machine") or {}
    threads, cores = machine.get("threads") or {}, machine.get("cores") or 0
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {name: threads.get(name) or (0 if cores == here else cores) for name in ("intra_op", "inter_op")}


def _reasons(record: Mapping[str, Any]) -> Iterator[str]:
    """What may explain that a run comes out otherwise."""
    for diagnostic in other_surroundings(record):
        yield diagnostic.message
    for entry in record.get("resumed") or ():
        for change in entry.get("changes") or ():
            yield f"'{change['path']}' was {change['before']} until the run went on at epoch {entry['epoch'] + 1}"
