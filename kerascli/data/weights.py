"""Sample weights: from a field, and from the weights of classes, as `keras.Model.fit` makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kerascli.data.preprocessing import Preprocessing
from kerascli.data.table import Array, Table
from kerascli.data.target_column import TargetColumn
from kerascli.errors import DataError, SpecError, did_you_mean
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.training_spec import ClassWeights, FitSpec


def field_weights(data: DataSpec, table: Table, outputs: Sequence[str]) -> dict[str, Array]:
    """The weights that `data.sample_weight` names, by output, `(samples,)` float32; of a sequence, its target's.

    Raises:
        DataError: A field is missing, or its values are no weights.
    """
    found: dict[str, Array] = {}
    table = table.targets or table
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


class ClassCounts:
    """How many samples each class of each weighted output has, counted block by block.

    Args:
        fit: Names the outputs that have class weights.
        preprocessing: Knows the targets.
    """

    def __init__(self, fit: FitSpec, preprocessing: Preprocessing) -> None:
        self._fit = fit
        targets = {one.name: one for one in preprocessing.targets}
        only = next(iter(targets), "")
        named = [(output if output is not None else only, weights) for output, weights in fit.class_weight]
        self._weights = {name: (targets[name], weights) for name, weights in named if name in targets}
        self._counts: dict[str, Array] = {name: np.zeros(0, np.int64) for name in self._weights}

    @property
    def needed(self) -> bool:
        """Whether any output has class weights."""
        return bool(self._weights)

    def add(self, y: Mapping[str, Array]) -> None:
        """Counts the targets of some samples, by output name.

        Raises:
            SpecError: They are no classes.
        """
        for name, (target, _) in self._weights.items():
            found = np.bincount(_class_indices(target, y[name], self._fit))
            width = max(len(found), len(self._counts[name]), _width(y[name]))
            self._counts[name] = _longer(self._counts[name], width) + _longer(found, width)

    def tables(self) -> dict[str, ClassTable]:
        """The weight of each class, by output, once all samples are counted.

        Raises:
            SpecError: A class that is named does not exist.
        """
        return {
            name: ClassTable(target, _table(target, weights, self._counts[name], self._fit), self._fit)
            for name, (target, weights) in self._weights.items()
        }


@dataclass(frozen=True)
class ClassTable:
    """The weights of the classes of one output; a class that is not named has the weight 1, as in Keras.

    Attributes:
        target: The output's target.
        weights: The weight of each class, `(classes,)` float32.
        fit: Where the weights are written.
    """

    target: TargetColumn
    weights: Array
    fit: FitSpec

    def __call__(self, y: Array) -> Array:
        """The weight of each sample `(samples, ...)`, `(samples,)` float32."""
        found: Array = self.weights[_class_indices(self.target, y, self.fit)]
        return found


def class_weights(fit: FitSpec, preprocessing: Preprocessing, y: Mapping[str, Array]) -> dict[str, Array]:
    """The weights that `fit.class_weight` gives each sample, by output, `(samples,)` float32.

    Raises:
        SpecError: A class does not exist, or the target is no classification.
    """
    counts = ClassCounts(fit, preprocessing)
    counts.add(y)
    return {name: table(y[name]) for name, table in counts.tables().items()}


def _width(y: Array) -> int:
    return int(y.shape[1]) if y.ndim == 2 and y.shape[1] > 1 else 0


def _longer(counts: Array, width: int) -> Array:
    return np.pad(counts, (0, width - len(counts)))


def _table(target: TargetColumn, weights: ClassWeights, counts: Array, fit: FitSpec) -> Array:
    table = np.ones(len(counts), np.float32)
    if weights == "balanced":
        # The rule of scikit-learn: samples / (classes that occur * samples of the class).
        present = counts > 0
        table[present] = (counts.sum() / (present.sum() * counts[present])).astype(np.float32)
        return table
    assert not isinstance(weights, str)
    names = target.class_names or ()
    for key, weight in weights.items():
        index = _class_index(key, target)
        if index is None or not 0 <= index < max(len(counts), len(names)):
            known = names or [str(number) for number in range(len(counts))]
            message = f"'class_weight' names the class '{key}', which '{target.name}' does not have"
            hint = "remove the quotes" if str(key) in known else did_you_mean(str(key), known)
            raise SpecError(
                message, code="unknown-class-weight", span=fit.class_weight_place(target.name, key), hint=hint
            )
        if index < len(counts):
            table[index] = weight
    return table


def _class_indices(target: TargetColumn, y: Array, fit: FitSpec) -> Array:
    """The class of each sample as `keras.Model.fit` reads it: the largest of a one-hot vector, else the rounded number.

    Raises:
        SpecError: A sample has more than one label, or a label is negative.
    """
    if y.ndim > 2:
        message = f"'class_weight' needs one class a sample, and '{target.name}' has {y[0].size}"
        raise SpecError(
            message,
            code="class-weight",
            span=fit.class_weight_place(target.name),
            hint="remove it, or use 'data.sample_weight'",
        )
    one_hot = y.ndim == 2 and y.shape[1] > 1
    indices: Array = (np.argmax(y, axis=1) if one_hot else np.rint(y.reshape(len(y)))).astype(np.int64)
    if not one_hot and not np.array_equal(indices, y.reshape(len(y))):
        message = f"'class_weight' needs classes, and '{target.name}' has fractions"
        raise SpecError(
            message, code="class-weight", span=fit.class_weight_place(target.name), hint="use 'data.sample_weight'"
        )
    if indices.min() < 0:
        message = f"'class_weight' needs classes that count from 0, and '{target.name}' has {indices.min()}"
        raise SpecError(
            message,
            code="class-weight",
            span=fit.class_weight_place(target.name),
            hint="list the classes in 'data.targets'",
        )
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
