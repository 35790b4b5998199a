"""`evaluate`: the metrics of a run, or of any saved model, on a split or on other data."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kerascli.data.split import Split
from kerascli.errors import UsageError
from kerascli.record.atomic import write_json
from kerascli.run.distribution import ALONE, Distribution
from kerascli.run.evaluation_loop import run_test
from kerascli.run.even_parts import require_even
from kerascli.run.join import distribute_again
from kerascli.run.load_run import LoadedRun, load_run, run_or_file
from kerascli.run.model_file import load_model_file
from kerascli.run.read_data import read_data
from kerascli.run.replica_steps import has_own_step
from kerascli.run.same_start import compare_options
from kerascli.run.session import keras_session
from kerascli.run.step_faults import step_faults
from kerascli.run.steps import build_state, make_test_steps
from kerascli.run.worker_faults import worker_faults
from kerascli.spec.load import load_spec

# Samples a step where neither the command nor the run says it.
BATCH_SIZE = 32


@dataclass(frozen=True)
class EvaluationResult:
    """What an evaluation returns.

    Attributes:
        metrics: Log to value, the losses first.
        samples: The number of samples.
        data: What they were: `test`, or the file.
        path: The JSON file that holds this; None for a model that is no run.
    """

    metrics: dict[str, float]
    samples: int
    data: str
    path: Path | None = None


def evaluate_split(
    model: Any,
    split: Split,
    batch_size: int,
    *,
    drop_remainder: bool = False,
    distribution: Distribution = ALONE,
    stepped: Callable[[int, dict[str, float]], None] | None = None,
) -> dict[str, float]:
    """The metrics of a compiled model on a split."""
    build_state(model, split.dataset(batch_size, drop_remainder=drop_remainder), distribution)
    dataset = split.dataset(batch_size, drop_remainder=drop_remainder, shares=distribution.shares)
    steps = split.steps(batch_size, drop_remainder=drop_remainder)
    with step_faults("evaluating"), distribution.scope():
        test = make_test_steps(model, distribution=distribution)
        return run_test(test, dataset, steps, distribution=distribution, stepped=stepped)


def evaluate(
    run_or_model: str | os.PathLike[str],
    data: str | os.PathLike[str] | None = None,
    batch_size: int | None = None,
    *,
    runs: str | os.PathLike[str] = "runs",
    weights: str = "result",
    trust: bool = False,
    stepped: Callable[[int, int | None], None] | None = None,
) -> EvaluationResult:
    """Evaluates a run, or a saved model.

    Args:
        run_or_model: A run (its folder, `name`, `name/id`, `latest`), or a `.keras` file.
        data: A file, or a source in YAML; left out: the run's own test split.
        batch_size: Samples a step; left out: as the run validated.
        runs: The folder that holds all runs.
        weights: `result` (those of `model.keras`), `best` or `last` (those of the checkpoint).
        trust: Whether the model may run code of its own.
        stepped: Told how many samples of how many are done.

    Returns:
        The metrics; those of a run are written into its `evaluation/` too.

    Raises:
        UsageError: There is no such run, or nothing to evaluate on.
        DataError: The data is wrong.
        EnvironmentProblem: The run's files can't be read.
    """
    file = run_or_file(run_or_model, Path(runs))
    if isinstance(file, Path):
        return _evaluate_file(file, data, batch_size, trust=trust, stepped=stepped)
    spec = load_spec(file.spec, trust=trust)
    with keras_session(spec), worker_faults(), contextlib.ExitStack() as stack:
        distribution = distribute_again(spec.distribute)
        stack.enter_context(distribution.together())
        compare_options(distribution, {"RUN": file.name, "--data": data, "--batch-size": batch_size})
        loaded = load_run(file, weights=weights, trust=trust, distribution=distribution)
        split, name = _split(loaded, data)
        size = batch_size or loaded.batch_size
        if distribution.strategy is not None and has_own_step(loaded.model):
            require_even(distribution, split, size, "data", loaded.spec)
        metrics = evaluate_split(
            loaded.model,
            split,
            size,
            drop_remainder=loaded.fixed_batch_size is not None,
            distribution=distribution,
            stepped=_in_samples(stepped, size, split),
        )
        path = file.evaluation / f"{name}.json"
        if distribution.is_chief:
            file.evaluation.mkdir(exist_ok=True)
            found = {"samples": split.samples, "weights": weights, "metrics": metrics}
            write_json(path, {"data": str(data or "test"), **found})
    return EvaluationResult(metrics, split.samples, str(data or "test"), path)


def _split(loaded: LoadedRun, data: str | os.PathLike[str] | None) -> tuple[Split, str]:
    if data is not None:
        return loaded.split(loaded.read(data)), Path(str(data)).stem or "data"
    split = loaded.own_split("test")
    if split is None:
        hint = "say '--data FILE', or add 'data.test' to the spec"
        raise UsageError(f"the run '{loaded.folder.name}' has no test split", code="no-test", hint=hint)
    return split, "test"


def _in_samples(
    stepped: Callable[[int, int | None], None] | None, size: int, split: Split
) -> Callable[[int, dict[str, float]], None] | None:
    """What is told of batches, told of samples."""
    if stepped is None:
        return None
    return lambda batches, _: stepped(min(batches * size, split.samples), split.samples)


def _evaluate_file(
    path: Path,
    data: str | os.PathLike[str] | None,
    batch_size: int | None,
    *,
    trust: bool,
    stepped: Callable[[int, int | None], None] | None,
) -> EvaluationResult:
    if data is None:
        raise UsageError(f"nothing to evaluate '{path}' on", code="no-data", hint="say '--data FILE'")
    model, columns = load_model_file(path, trust=trust)
    if not model.compiled:
        hint = "compile the model before it is saved"
        raise UsageError(f"'{path}' was saved without loss and metrics", code="not-compiled", hint=hint)
    split = columns(read_data(data, 0), True)
    size = batch_size or BATCH_SIZE
    metrics = evaluate_split(model, split, size, stepped=_in_samples(stepped, size, split))
    return EvaluationResult(metrics, split.samples, str(data))
