"""Classification targets: labels to indices, class names, and how a target's transform is undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerascli.data.table import Array, Table, is_text
from kerascli.data.transforms import Layers
from kerascli.errors import DataError, Span, SpecError, did_you_mean

Label = str | int | float | bool


@dataclass(frozen=True)
class Classes:
    """The classes of a target.

    Attributes:
        values: The labels in the order of their indices: as they stand in the data, or names for the labels 0, 1, ….
        one_hot: Whether targets are one-hot vectors, `(samples, classes)` float32.
        by_index: Whether the data holds the indices, for which `values` are the names.
    """

    values: tuple[Label, ...]
    one_hot: bool = False
    by_index: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What people call the classes; truth values as YAML, JSON and CSV files write them."""
        return tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in self.values)

    def indices(self, labels: Array, table: Table, name: str, span: Span | None) -> Array:
        """The index of each label, `(samples,)` int32.

        Raises:
            DataError: A label is none of the classes (code `unknown-label`), or a sample has several.
        """
        flat = labels.reshape(len(labels)) if labels.size == len(labels) else labels
        if flat.ndim != 1:
            raise DataError(f"'{name}' has more than one label a sample", span=span, hint="remove 'classes'")
        values = np.arange(len(self.values)) if self.by_index else _comparable(self.values, flat)
        order = np.argsort(values)
        found = order[np.minimum(np.searchsorted(values, flat, sorter=order), len(values) - 1)]
        wrong = values[found] != flat
        if wrong.any():
            row = int(np.argmax(wrong))
            label = str(flat[row])
            more = f"; there are {int(wrong.sum()):,} such labels" if wrong.sum() > 1 else ""
            message = f"'{label}' is no class of '{name}', at {table.place(row)}{more}"
            known = [str(index) for index in range(len(values))] if self.by_index else self.names
            raise DataError(message, code="unknown-label", span=span, hint=did_you_mean(label, known))
        return found.astype(np.int32)

    def encode(self, indices: Array) -> Array:
        """The targets that the loss takes: the indices, or one-hot vectors."""
        return np.eye(len(self.values), dtype=np.float32)[indices] if self.one_hot else indices


def _comparable(values: tuple[Label, ...], labels: Array) -> Array:
    """The classes in a dtype that compares with the labels; a name that is no number equals none of them."""
    if is_text(labels):
        return np.asarray(Classes(values).names, object)
    return np.asarray([_number(value) for value in values], np.float64)


def _number(value: Label) -> float:
    try:
        return float(value)
    except ValueError:
        return float("nan")


def find_classes(labels: Array, written: tuple[Label, ...] | None, one_hot: bool) -> Classes | None:
    """The classes of a target: the written list, or the sorted labels where these are text; None: no classification.

    Names that are written for labels which are numbers stand for 0, 1, … in their order.
    """
    if written is not None:
        numbers = not is_text(labels)
        by_index = numbers and all(isinstance(value, str) and np.isnan(_number(value)) for value in written)
        return Classes(written, one_hot, by_index)
    if is_text(labels) or one_hot:
        return Classes(tuple(np.unique(labels).tolist()), one_hot)
    return None


@dataclass(frozen=True)
class Inverse:
    """Undoes a target's transforms: `value * scale + offset`, in float64 before it is rounded.

    Attributes:
        scale: A factor as nested lists, which broadcasts over samples.
        offset: Likewise.
    """

    scale: Any = 1.0
    offset: Any = 0.0

    def __call__(self, values: Array) -> Array:
        """Predictions `(samples, ...)` in the units of the data, float32."""
        scaled: Array = values.astype(np.float64) * np.asarray(self.scale) + np.asarray(self.offset)
        return scaled.astype(np.float32)


def inverse_of(layers: Layers) -> Inverse | None:
    """The inverse of `Normalization` and `Rescaling` layers that are applied in order; None without any.

    Raises:
        SpecError: A layer makes every value the same, at its place.
    """
    if not layers:
        return None
    scale: Array = np.ones(())
    offset: Array = np.zeros(())
    for layer, component in reversed(layers):
        if hasattr(layer, "adapt"):
            # Keras guards against a deviation of zero with its epsilon.
            deviation = np.maximum(np.sqrt(_sample_shaped(layer.variance)), 1e-7)
            mean = _sample_shaped(layer.mean)
            factor, shift = (1 / deviation, -mean / deviation) if layer.invert else (deviation, mean)
        else:
            if not np.all(layer.scale):
                message = "a Rescaling by 0 can't be undone in predictions"
                raise SpecError(message, span=component.span, hint="choose another scale")
            factor = 1.0 / np.asarray(layer.scale, np.float64)
            shift = -np.asarray(layer.offset, np.float64) * factor
        # Undoing this layer comes after undoing those behind it: x = y * factor + shift.
        scale, offset = scale * factor, offset * factor + shift
    return Inverse(scale.tolist(), offset.tolist())


def _sample_shaped(statistic: Any) -> Array:
    """A mean or variance without the batch axis that Keras gives it."""
    array: Array = np.asarray(statistic, np.float64)
    return array[0] if array.ndim > 0 else array
