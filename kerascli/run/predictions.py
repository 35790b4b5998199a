"""Predictions in batches: the model's own `predict_step`, and what its outputs mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

import numpy as np
import tensorflow as tf

from kerascli.data.preprocessing import Preprocessing
from kerascli.data.table import Array
from kerascli.run.distribution import ALONE, Distribution
from kerascli.run.step_faults import step_faults

_GATHERED = (tf.float16, tf.float32, tf.float64, tf.int32, tf.int64)


def make_predict_step(model: Any, distribution: Distribution = ALONE) -> Callable[[Any], dict[str, Array]]:
    """The model's own `predict_step` for one batch: `(x,)`, `(x, y)` or `(x, y, sample_weight)` → head to outputs.

    Args:
        model: The model; `output_names` names its heads.
        distribution: What computes it; each process then gets the outputs of all.
    """
    shares = distribution.shares

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def step(data: Any) -> Any:
        if shares is None:
            return model.predict_step(data)
        parts = distribution.run(_predict_part(model), shares.cut(data))
        return tf.nest.map_structure(lambda part: _gathered(distribution.strategy, part), parts)

    run = step if model.run_eagerly else tf.function(step, reduce_retracing=True)

    def predict(batch: Any) -> dict[str, Array]:
        with step_faults("predicting"), distribution.scope():
            returned = run(batch)
        if isinstance(returned, Mapping):
            # A model class of one's own may return more than has a target.
            outputs = [returned[name] for name in model.output_names]
        else:
            outputs = tf.nest.flatten(returned)
        return {name: np.asarray(output) for name, output in zip(model.output_names, outputs, strict=True)}

    return predict


def _gathered(strategy: Any, part: Any) -> Any:
    """The outputs of all replicas, one behind the other; TensorFlow can't gather every kind of number (bfloat16)."""
    (dtype, *_) = (one.dtype for one in strategy.experimental_local_results(part))
    if dtype in _GATHERED:
        return strategy.gather(part, axis=0)
    wide = strategy.run(lambda one: tf.cast(one, tf.float64), args=(part,))
    return tf.cast(strategy.gather(wide, axis=0), dtype)


def _predict_part(model: Any) -> Callable[[Any], Any]:
    """The outputs of a part of a batch; of one without samples, none."""

    def predict(given: Any) -> Any:
        data, size, _ = given
        return tf.nest.map_structure(lambda output: output[:size], model.predict_step(data))

    return predict


def predict_batches(model: Any, dataset: Any) -> Iterator[dict[str, Array]]:
    """The outputs of each batch of a dataset by head, `(batch, ...)`, in order."""
    predict = make_predict_step(model)
    for batch in read_batches(dataset, "predicting"):
        yield predict(batch)


def read_batches(dataset: Any, doing: str) -> Iterator[Any]:
    """The batches of a dataset; what is wrong with the data that it reads is said as such.

    Raises:
        DataError: A row is at fault.
    """
    iterator = iter(dataset)
    while True:
        with step_faults(doing):
            batch = next(iterator, None)
        if batch is None:
            return
        yield batch


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
    outputs: Mapping[str, Array],
    preprocessing: Preprocessing,
    classifiers: Mapping[str, tuple[str, ...]],
    *,
    top_k: int | None = None,
    lists: bool = False,
) -> tuple[dict[str, Array], dict[str, tuple[str, ...]]]:
    """What a file of predictions holds.

    Args:
        outputs: Head to its outputs, `(samples, ...)`.
        preprocessing: Undoes the transforms of targets.
        classifiers: Head to the names of its classes, for heads that classify.
        top_k: So many classes of each classifier, the likeliest first, instead of the probabilities of all.
        lists: Whether these are one column `head_top` of lists of `{class, probability}`, as JSON can hold them.

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
        if top_k is not None:
            found = _likeliest(name, probabilities, np.asarray(names), top_k)
            columns |= {f"{name}_top": _listed(list(found.values()))} if lists else found
            continue
        columns[f"{name}_probabilities"] = probabilities
        labels[f"{name}_probabilities"] = names
    return columns, labels


def _likeliest(name: str, probabilities: Array, classes: Array, top_k: int) -> dict[str, Array]:
    """The classes with the largest probabilities, and these: `head_1`, `head_1_probability`, `head_2`, …."""
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :top_k]
    found: dict[str, Array] = {}
    for place in range(order.shape[1]):
        found[f"{name}_{place + 1}"] = classes[order[:, place]]
        found[f"{name}_{place + 1}_probability"] = np.take_along_axis(probabilities, order[:, place : place + 1], 1)[
            :, 0
        ]
    return found


def _listed(likeliest: list[Array]) -> Array:
    """For each sample a list of its classes, from classes and probabilities `(samples,)` in turn."""
    # float32 by its shortest text: 0.1, not 0.10000000149011612.
    texts = [part.astype(str).astype(np.float64) if part.dtype.kind == "f" else part for part in likeliest]
    column = np.empty(len(likeliest[0]), object)
    for sample, row in enumerate(zip(*(part.tolist() for part in texts), strict=True)):
        pairs = zip(row[::2], row[1::2], strict=True)
        column[sample] = [{"class": name, "probability": probability} for name, probability in pairs]
    return column
