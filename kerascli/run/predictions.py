"""Predictions in batches: the model's own `predict_step`, and what its outputs mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

import numpy as np
import tensorflow as tf

from kerascli.data.preprocessing import Preprocessing
from kerascli.data.table import Array
from kerascli.run.step_faults import step_faults


def predict_batches(model: Any, dataset: Any) -> Iterator[dict[str, Array]]:
    """The outputs of each batch by head, `(batch, ...)`, in order.

    Args:
        model: The model; `output_names` names its heads.
        dataset: Batches of `(x,)`, `(x, y)` or `(x, y, sample_weight)`.
    """

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def step(data: Any) -> Any:
        return model.predict_step(data)

    run = step if model.run_eagerly else tf.function(step, reduce_retracing=True)
    for batch in dataset:
        with step_faults("predicting"):
            returned = run(batch)
        if isinstance(returned, Mapping):
            # A model class of one's own may return more than has a target.
            outputs = [returned[name] for name in model.output_names]
        else:
            outputs = tf.nest.flatten(returned)
        yield {name: np.asarray(output) for name, output in zip(model.output_names, outputs, strict=True)}


def predict_all(model: Any, dataset: Any) -> dict[str, Array]:
    """The outputs of a whole dataset by head, `(samples, ...)`."""
    parts = list(predict_batches(model, dataset))
    return {name: np.concatenate([part[name] for part in parts]) for name in model.output_names}


def class_indices(outputs: Array) -> Array | None:
    """The class that an output predicts, `(samples,)`: the largest of several, or 0.5 and above of one.

    None when the output has more than one axis beside the batch's.
    """
    if outputs.ndim != 2:
        return None
    if outputs.shape[1] == 1:
        return (outputs[:, 0] >= 0.5).astype(np.int64)
    return cast("Array", np.argmax(outputs, axis=1))


def columns_of(
    outputs: Mapping[str, Array], preprocessing: Preprocessing, classifiers: Mapping[str, tuple[str, ...]]
) -> tuple[dict[str, Array], dict[str, tuple[str, ...]]]:
    """What a file of predictions holds.

    Args:
        outputs: Head to its outputs, `(samples, ...)`.
        preprocessing: Undoes the transforms of targets.
        classifiers: Head to the names of its classes, for heads that classify.

    Returns:
        Column to array, and for columns with a value for each class the names of these. A classifier gives `head` (the
        class's name), `head_probability` and `head_probabilities`; another head gives its value in the units of the data.
    """
    columns: dict[str, Array] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for name, values in outputs.items():
        names = classifiers.get(name)
        indices = class_indices(values) if names is not None else None
        if names is None or indices is None:
            target = preprocessing.target(name)
            columns[name] = target.inverse(values) if target is not None and target.inverse is not None else values
            continue
        probabilities = np.concatenate([1 - values, values], axis=1) if values.shape[1] == 1 else values
        columns[name] = np.asarray(names)[indices]
        columns[f"{name}_probability"] = probabilities[np.arange(len(indices)), indices]
        columns[f"{name}_probabilities"] = probabilities
        labels[f"{name}_probabilities"] = names
    return columns, labels
