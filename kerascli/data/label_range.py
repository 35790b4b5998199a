"""Which labels a loss knows, and which numbers a layer that looks them up: all others are named with their row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kerascli.data.table import Array, Table
from kerascli.errors import DataError, Diagnostic, ExitCode, Note, Span
from kerascli.spec.index_layers import IndexLayer, index_layers
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.spec import Spec

# What rounding may add to a target that was scaled to 0 … 1.
_ROUNDING = 1e-3
# So many labels are written out in a hint, and so many values tell which there are.
_FEW, _SEVERAL = 12, 100_000
# Losses that take probabilities.
_PROBABILITIES = (
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
)


@dataclass(frozen=True)
class LabelRange:
    """The labels that an output of classes knows.

    Attributes:
        classes: How many classes the output has: its labels are 0 to `classes - 1`.
        ignored: A label that the loss leaves out, or None.
        kind: `index`: labels are indices of classes; `probability`: they are numbers from 0 to 1.
    """

    classes: int
    ignored: int | None = None
    kind: Literal["index", "probability"] = "index"

    def check(self, labels: Array, table: Table, name: str, span: Span | None) -> None:
        """Checks labels `(samples, ...)`.

        Raises:
            DataError: One is no whole number, or outside the range (code `label-range`).
        """
        if self.kind == "probability":
            if self.classes > 1 and (labels.ndim < 2 or labels.shape[-1] != self.classes):
                # Targets of another shape than the output are at fault for that.
                return
            bad = (labels < -_ROUNDING) | (labels > 1 + _ROUNDING)
        else:
            bad = (labels < 0) | (labels >= self.classes) | (labels != np.rint(labels))
        if self.ignored is not None:
            bad &= labels != self.ignored
        if not bad.any():
            return
        row, value = _first(bad, labels)
        known = "whose loss takes numbers from 0 to 1"
        if self.kind == "index":
            known = f"whose {self.classes} outputs stand for 0 to {self.classes - 1}"
        message = f"the label {value} at {table.place(row)} is no class of '{name}', {known}"
        hint = _probability_hint(labels) if self.kind == "probability" else _index_hint(labels, self.classes)
        raise DataError(message, code="label-range", span=span, hint=hint)


def _first(bad: Array, values: Array) -> tuple[int, str]:
    """Row and value of the first that is bad."""
    place = np.unravel_index(int(np.argmax(bad)), bad.shape)
    return int(place[0]), f"{values[place]:g}"


def _whole(values: Array) -> bool:
    return values.dtype.kind != "f" or np.array_equal(values, np.rint(values))


def _index_hint(labels: Array, classes: int) -> str:
    whole = _whole(labels)
    if whole and labels.min() == 1 and labels.max() == classes:
        written = ", ".join(str(number) for number in range(1, classes + 1))
        known = written if classes <= _FEW else f"1, 2, …, {classes}"
        return f"the labels count from 1: write 'classes: [{known}]' beside the field"
    if whole and labels.min() == -1 and labels.max() < classes:
        return "write 'ignore_class: -1' in the loss where -1 stands for no label, else count the labels from 0"
    return "count the labels from 0, and give the last layer a unit for each of them"


def _probability_hint(labels: Array) -> str:
    # The first values tell: a file of two labels has both of them soon.
    values = np.unique(labels.reshape(-1)[:_SEVERAL])
    if len(values) == 2:
        low, high = (f"{value:g}" for value in values)
        return f"write 'classes: [{low}, {high}]' beside the field, which makes them 0 and 1"
    if labels.min() >= 0 and 2 < labels.max() <= 255 and labels.ndim > 2:
        return "write 'transform: [{Rescaling: 0.00392156862745098}]' beside the field"
    return "write a loss for numbers such as mean_squared_error, or one unit for each class and another loss"


@dataclass(frozen=True)
class IndexRange:
    """The numbers that a layer which reads an input can look up.

    Attributes:
        layer: The layer.
    """

    layer: IndexLayer

    @property
    def _kind(self) -> str:
        return ("an " if self.layer.kind[0] in "AEIOU" else "a ") + self.layer.kind

    def knows(self, values: Array) -> bool:
        """Whether all values are indices of the layer; texts are another matter."""
        if values.dtype.kind not in "biuf" or not values.size:
            return True
        return bool(values.min() >= 0 and values.max() < self.layer.size and _whole(values))

    def check(self, values: Array, table: Table, name: str, span: Span | None) -> None:
        """Checks the values of an input `(samples, ...)`.

        Raises:
            DataError: One is no whole number, negative, or beyond the last row (code `embedded-range`).
        """
        if self.knows(values):
            return
        row, value = _first((values < 0) | (values >= self.layer.size) | (values != np.rint(values)), values)
        message = (
            f"{value} at {table.place(row)} is no index of '{self.layer.name}', {self._kind} of 0 to "
            f"{self.layer.size - 1} that reads the input '{name}'"
        )
        if values.min() < 0 or not _whole(values):
            hint = "give it whole numbers from 0 on, by a transform such as StringLookup or IntegerLookup"
        else:
            hint = f"write '{self.layer.argument}: {int(values.max()) + 1}' where all of them are meant"
        notes = (Note(f"'{self.layer.argument}' is written here", self.layer.span),)
        raise DataError([Diagnostic("embedded-range", message, span, hint, notes, status=ExitCode.DATA)])


def label_ranges(spec: Spec, shapes: Mapping[str, tuple[int | None, ...]]) -> dict[str, LabelRange]:
    """The labels that each output knows whose loss takes indices of classes, or probabilities, by output name.

    Args:
        spec: The spec.
        shapes: Output name to its shape, batch axis included.
    """
    losses = spec.compile.losses if spec.compile is not None else ()
    found = {}
    for output, loss in zip(spec.model.outputs, losses, strict=False):
        classes = shapes[output.name][-1] if loss is not None and shapes[output.name] else None
        if loss is None or classes is None:
            continue
        # Keras resolves these by shape.
        binary = loss.name in ("crossentropy", "ce") and len(shapes[output.name]) == 2 and classes == 1
        if binary or loss.name in _PROBABILITIES:
            found[output.name] = LabelRange(classes, kind="probability")
        # Keras lets channels come first on request; then the last axis is not that of the classes.
        elif loss.name == "SparseCategoricalCrossentropy" and loss.value("axis", -1) == -1:
            ignored = loss.value("ignore_class")
            found[output.name] = LabelRange(classes, ignored if isinstance(ignored, int) else None)
    return found


def index_ranges(model: ModelSpec) -> dict[str, IndexRange]:
    """What the inputs may hold that feed a layer which looks numbers up, by input name."""
    return {name: IndexRange(layer) for name, layer in index_layers(model).items()}
