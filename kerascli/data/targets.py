"""Classification targets: labels to indices, class names, and how a target's transform is undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from kerascli.data.table import Array, Table
from kerascli.errors import DataError, Span, did_you_mean


@dataclass(frozen=True)
class Classes:
    """The classes of a target.

    Attributes:
        values: The labels as they stand in the data, in the order of their indices.
        one_hot: Whether targets are one-hot vectors, `(samples, classes)` float32.
    """

    values: tuple[str | int | float | bool, ...]
    one_hot: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What people call the classes."""
        return tuple(str(value) for value in self.values)

    def indices(self, labels: Array, table: Table, name: str, span: Span | None) -> Array:
        """The index of each label, `(samples,)` int32.

        Raises:
            DataError: A label is none of the classes (code `unknown-label`).
        """
        flat = labels.reshape(len(labels)) if labels.size == len(labels) else labels
        if flat.ndim != 1:
            raise DataError(f"'{name}' has more than one label a sample", span=span, hint="remove 'classes'")
        values = (
            np.asarray([str(value) for value in self.values]) if flat.dtype.kind == "U" else np.asarray(self.values)
        )
        order = np.argsort(values)
        found = np.searchsorted(values, flat, sorter=order)
        found = order[np.minimum(found, len(values) - 1)]
        wrong = values[found] != flat
        if wrong.any():
            row = int(np.argmax(wrong))
            label = str(flat[row])
            message = (
                f"'{label}' is no class of '{name}', at {table.place(row)}; there are {int(wrong.sum()):,} such labels"
            )
            raise DataError(message, code="unknown-label", span=span, hint=did_you_mean(label, self.names))
        return found.astype(np.int32)

    def encode(self, indices: Array) -> Array:
        """The targets that the loss takes: the indices, or one-hot vectors."""
        return np.eye(len(self.values), dtype=np.float32)[indices] if self.one_hot else indices


def find_classes(labels: Array, written: tuple[str | int | float | bool, ...] | None, one_hot: bool) -> Classes | None:
    """The classes of a target: the written list, or the sorted labels where these are text; None: no classification."""
    if written is not None:
        return Classes(written, one_hot)
    if labels.dtype.kind == "U" or one_hot:
        return Classes(tuple(value.item() for value in np.unique(labels)), one_hot)
    return None


@dataclass(frozen=True)
class Inverse:
    """Undoes a target's transforms: `value * scale + offset`, in float64 before it is rounded.

    Attributes:
        scale: One factor, or one for each of the last axis.
        offset: Likewise.
    """

    scale: tuple[float, ...] = (1.0,)
    offset: tuple[float, ...] = (0.0,)

    def __call__(self, values: Array) -> Array:
        """Predictions `(samples, ...)` in the units of the data, float32."""
        scaled = values.astype(np.float64) * np.asarray(self.scale) + np.asarray(self.offset)
        return cast("Array", scaled.astype(np.float32))


def inverse_of(layers: list[Any]) -> Inverse | None:
    """The inverse of `Normalization` and `Rescaling` layers that are applied in order; None without any."""
    if not layers:
        return None
    scale, offset = np.ones(1), np.zeros(1)
    for layer in reversed(layers):
        if hasattr(layer, "adapt"):
            factor = np.sqrt(np.asarray(layer.variance, np.float64)).reshape(-1)
            # Keras guards against a deviation of zero with its epsilon.
            factor = np.maximum(factor, 1e-7)
            shift = np.asarray(layer.mean, np.float64).reshape(-1)
        else:
            factor = 1.0 / np.asarray(layer.scale, np.float64).reshape(-1)
            shift = -np.asarray(layer.offset, np.float64).reshape(-1) * factor
        # Undoing this layer comes after undoing those behind it: x = y * factor + shift.
        scale, offset = scale * factor, offset * factor + shift
    return Inverse(tuple(scale.tolist()), tuple(offset.tolist()))
