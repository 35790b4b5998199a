"""`predict`: the outputs of a run on new data, with class names and probabilities."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kerascli.data.split import Split
from kerascli.data.table import Array
from kerascli.data.write_predictions import check_output, write_predictions
from kerascli.record.run_folder import find_run
from kerascli.run.build import output_shapes
from kerascli.run.classifiers import find_classifiers
from kerascli.run.load_run import load_run
from kerascli.run.predictions import columns_of, predict_batches
from kerascli.run.session import keras_session

# Samples a step where the command says nothing; the outputs are the same for every size, within float rounding.
BATCH_SIZE = 256


@dataclass(frozen=True)
class PredictionResult:
    """What `predict` returns.

    Attributes:
        outputs: Head to the model's raw outputs, `(samples, ...)`.
        columns: What the file holds: class names and probabilities, or values in the units of the data.
        samples: The number of samples.
        path: The file; None when there is none.
    """

    outputs: dict[str, Array]
    columns: dict[str, Array]
    samples: int
    path: str | None = None


def predict(
    run: str | os.PathLike[str],
    input: str | os.PathLike[str],  # noqa: A002 - the command's own word
    output: str | os.PathLike[str] | None = None,
    batch_size: int | None = None,
    *,
    runs: str | os.PathLike[str] = "runs",
    weights: str = "result",
    trust: bool = False,
    stepped: Callable[[int, int], None] | None = None,
) -> PredictionResult:
    """Predicts on a file.

    Args:
        run: A run: its folder, `name`, `name/id` or `latest`.
        input: A file by its ending, or a source in YAML; columns in any order, more than needed, no targets.
        output: A file by its ending, or `-` for JSON lines on standard output; left out: none.
        batch_size: Samples a step.
        runs: The folder that holds all runs.
        weights: `result` (those of `model.keras`), `best` or `last` (those of the checkpoint).
        trust: Whether the model may run code of its own.
        stepped: Told how many samples of how many are done.

    Returns:
        The predictions, in the order of the input.

    Raises:
        UsageError: There is no such run, or the ending of `output` is not known.
        DataError: The input is wrong.
        EnvironmentProblem: The run's files can't be read, or the output can't be written.
    """
    if output is not None:
        check_output(str(output))
    loaded = load_run(find_run(str(run), Path(runs)), weights=weights, trust=trust)
    with keras_session(loaded.spec):
        split = loaded.split(loaded.read(input, targets=False), targets=False)
        outputs = _predict(loaded.model, split, batch_size, loaded.fixed_batch_size, stepped)
        classifiers = find_classifiers(loaded.spec, loaded.preprocessing, output_shapes(loaded.model))
        columns, labels = columns_of(outputs, loaded.preprocessing, classifiers)
    if output is not None:
        write_predictions(columns, str(output), labels=labels)
    return PredictionResult(outputs, columns, split.samples, None if output is None else str(output))


def _predict(
    model: Any, split: Split, batch_size: int | None, fixed: int | None, stepped: Callable[[int, int], None] | None
) -> dict[str, Array]:
    """The outputs of all samples; a model with a fixed batch size gets full batches, and the surplus is cut."""
    size = fixed or batch_size or BATCH_SIZE
    parts = []
    done = 0
    for part in predict_batches(model, _full(split.dataset(size), fixed)):
        parts.append(part)
        done = min(done + size, split.samples)
        if stepped is not None:
            stepped(done, split.samples)
    return {name: np.concatenate([part[name] for part in parts])[: split.samples] for name in model.output_names}


def _full(dataset: Any, fixed: int | None) -> Any:
    """The batches, the last one filled up with its first sample where the model takes one batch size alone."""
    if fixed is None:
        return dataset

    def fill(*parts: Any) -> Any:
        def longer(tensor: Any) -> Any:
            missing = fixed - tf.shape(tensor)[0]
            return tf.concat([tensor, tf.repeat(tensor[:1], missing, axis=0)], axis=0)

        return tf.nest.map_structure(longer, parts)

    return dataset.map(fill)
