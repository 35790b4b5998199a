"""Sample weights: from a field, and from the weights of classes, as `keras.Model.fit` makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kerascli.data.preprocessing import Preprocessing
from kerascli.data.table import Array, Table
from kerascli.data.target_column import TargetColumn
from kerascli.errors import DataError, SpecError, did_you_mean
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.training_spec import ClassWeights, FitSpec


def field_weights(data: DataSpec, table: Table, outputs: Sequence[str]) -> dict[str, Array]:
    """The weights that `data.sample_weight` names, by output, `(samples,)` float32.

    Raises:
        DataError: A field is missing, or its values are no weights.
    """
    found: dict[str, Array] = {}
    for output, field, span in data.sample_weight:
        if field not in table.fields:
            hint = did_you_mean(field, table.fields)
            raise DataError(f"{table.source} has no field '{field}'", code="unknown-field", span=span, hint=hint)
        values = table.fields[field]
        if values.dtype.kind not in "biuf" or values.size != table.samples:
            raise DataError(f"'{field}' is not one number a sample", span=span)
        weights = values.reshape(table.samples).astype(np.float32)
        bad = ~np.isfinite(weights) | (weights < 0)
        if bad.any():
            message = f"the weight in '{field}' is negative or missing at {table.place(int(np.argmax(bad)))}"
            raise DataError(message, code="sample-weight", span=span)
        for name in outputs if output is None else (output,):
            found[name] = weights
    return found


def class_weights(fit: FitSpec, preprocessing: Preprocessing, y: Mapping[str, Array]) -> dict[str, Array]:
    """The weights that `fit.class_weight` gives each sample, by output, `(samples,)` float32.

    A class that is not named has the weight 1, as in Keras.

    Raises:
        SpecError: A class does not exist, or the target is no classification.
    """
    found = {}
    for output, weights in fit.class_weight:
        name = output if output is not None else next(iter(y))
        target = preprocessing.target(name)
        if target is not None and name in y:
            found[name] = _weights_of(target, weights, y[name], fit)
    return found


def _weights_of(target: TargetColumn, weights: ClassWeights, y: Array, fit: FitSpec) -> Array:
    indices = _class_indices(target, y, fit)
    count = y.shape[1] if y.ndim == 2 and y.shape[1] > 1 else int(indices.max()) + 1
    table = np.ones(count, np.float32)
    if weights == "balanced":
        counts = np.bincount(indices, minlength=count)
        # The rule of scikit-learn: samples / (classes that occur * samples of the class).
        present = counts > 0
        table[present] = (len(indices) / (present.sum() * counts[present])).astype(np.float32)
        return table[indices]
    assert not isinstance(weights, str)
    names = target.class_names or ()
    for key, weight in weights.items():
        index = _class_index(key, target)
        if index is None or not 0 <= index < max(count, len(names)):
            known = names or [str(number) for number in range(count)]
            message = f"'class_weight' names the class '{key}', which '{target.name}' does not have"
            raise SpecError(message, code="unknown-class-weight", span=fit.span, hint=did_you_mean(str(key), known))
        if index < count:
            table[index] = weight
    return table[indices]


def _class_indices(target: TargetColumn, y: Array, fit: FitSpec) -> Array:
    """The class of each sample as `keras.Model.fit` reads it: the largest of a one-hot vector, else the rounded number.

    Raises:
        SpecError: A sample has more than one label, or a label is negative.
    """
    if y.ndim > 2:
        message = f"'class_weight' needs one class a sample, and '{target.name}' has {y[0].size}"
        raise SpecError(message, code="class-weight", span=fit.span, hint="remove it, or use 'data.sample_weight'")
    one_hot = y.ndim == 2 and y.shape[1] > 1
    indices: Array = (np.argmax(y, axis=1) if one_hot else np.rint(y.reshape(len(y)))).astype(np.int64)
    if not one_hot and not np.array_equal(indices, y.reshape(len(y))):
        message = f"'class_weight' needs classes, and '{target.name}' has fractions"
        raise SpecError(message, code="class-weight", span=fit.span, hint="use 'data.sample_weight'")
    if indices.min() < 0:
        message = f"'class_weight' needs classes that count from 0, and '{target.name}' has {indices.min()}"
        raise SpecError(message, code="class-weight", span=fit.span, hint="list the classes in 'data.targets'")
    return indices


def _class_index(key: str | int, target: TargetColumn) -> int | None:
    """The index that a class's label, name or index means, in this order."""
    if target.classes is not None and not target.classes.by_index and key in target.classes.values:
        return target.classes.values.index(key)
    if isinstance(key, int):
        return key
    names = target.class_names or ()
    return names.index(key) if key in names else None


def multiply(first: Mapping[str, Array], second: Mapping[str, Array]) -> dict[str, Array]:
    """Both weights of each output, multiplied where it has both."""
    product = {**first, **second}
    return {name: first[name] * second[name] if name in first and name in second else product[name] for name in product}
