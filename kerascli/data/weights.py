"""Sample weights: from a field, and from the weights of classes, as `keras.Model.fit` makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kerascli.data.preprocessing import Preprocessing, TargetColumn
from kerascli.data.table import Array, Table
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
    one_hot = y.ndim == 2 and y.shape[1] > 1
    indices = (np.argmax(y, axis=1) if one_hot else y.reshape(len(y))).astype(np.int64)
    count = y.shape[1] if one_hot else int(indices.max()) + 1
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
        index = names.index(str(key)) if str(key) in names and not isinstance(key, int) else key
        if not isinstance(index, int) or not 0 <= index < max(count, len(names)):
            known = names or [str(number) for number in range(count)]
            message = f"'class_weight' names the class '{key}', which '{target.name}' does not have"
            raise SpecError(message, code="unknown-class-weight", span=fit.span, hint=did_you_mean(str(key), known))
        if index < count:
            table[index] = weight
    return table[indices]


def multiply(first: Mapping[str, Array], second: Mapping[str, Array]) -> dict[str, Array]:
    """Both weights of each output, multiplied where it has both."""
    both = {name: first[name] * second[name] for name in first if name in second}
    return {**first, **second, **both}
