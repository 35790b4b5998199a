"""What one output of the model is compared with: numbers, or classes with their names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kerascli.data.columns import cast, check_finite, check_labels_present, single, take_fields, widen
from kerascli.data.label_range import LabelRange
from kerascli.data.table import Array, Table, is_text
from kerascli.data.targets import Classes, Inverse, find_classes, inverse_of
from kerascli.data.transforms import Layers, apply_layers, make_layers
from kerascli.errors import DataError, Span, SpecError
from kerascli.spec.data_spec import FieldSpec


@dataclass(frozen=True)
class TargetColumn:
    """One output of the model and what it is compared with.

    Attributes:
        name: The model's output.
        fields: The fields.
        stacked: Whether they are stacked on the last axis.
        layers: `Normalization` and `Rescaling`, adapted.
        classes: The labels, where they are mapped to indices.
        class_names: What people call the classes, where they are known; predictions carry them.
        inverse: Undoes the layers in predictions.
        widened: Whether a column of numbers gets a last axis of 1, as the output has one.
        labels_in: Which integer labels the output knows; None: it is no output of classes, or not known yet.
        span: Where the spec says so.
    """

    name: str
    fields: tuple[str, ...]
    stacked: bool
    layers: Layers
    classes: Classes | None = None
    class_names: tuple[str, ...] | None = None
    inverse: Inverse | None = None
    widened: bool = False
    labels_in: LabelRange | None = None
    span: Span | None = None

    def labels(self, table: Table) -> Array:
        """The fields as they stand in the data, real numbers as float32, checked to be complete."""
        array = single(take_fields(table, self.fields, self.stacked, self.span))
        name = " and ".join(self.fields)
        check_finite(table, array, name, self.span)
        check_labels_present(table, array, name, self.span)
        return array

    def numbers(self, table: Table) -> Array:
        """What the first transform takes: float32, with a last axis, which Keras's layers work on.

        Raises:
            DataError: The target is text.
        """
        return widen(self._number_labels(table).astype(np.float32), None)

    def learn_from(self, table: Table) -> Array:
        """What the first transform learns from: `numbers` of the rows that targets are read from."""
        return self.numbers(table.targets or table)

    def array(self, table: Table) -> Array:
        """What the loss takes, `(samples, ...)`: integers as int32, real numbers as float32.

        Raises:
            DataError: A value is missing, is no number, or no class of the output.
            SpecError: Keras refuses a transform.
        """
        if self.classes is not None:
            indices = self.classes.indices(self.labels(table), table, self.name, self.span)
            if self.labels_in is not None and not self.classes.one_hot:
                self.labels_in.check(indices, table, self.name, self.span)
            return self.classes.encode(indices)
        array = self._number_labels(table)
        if self.layers:
            array = apply_layers(self.numbers(table), self.layers, self.name, self.span).reshape(array.shape)
        array = cast(array, None, table, self.name, self.span)
        if self.labels_in is not None:
            self.labels_in.check(array, table, self.name, self.span)
        return array[:, np.newaxis] if self.widened and array.ndim == 1 else array

    def _number_labels(self, table: Table) -> Array:
        array = self.labels(table)
        if is_text(array):
            message = f"'{self.fields[0]}' is text, not numbers"
            raise DataError(message, code="text-labels", span=self.span, hint="add 'classes: […]'")
        return array


class ClassFinder:
    """Finds the classes of a target, block by block: the written list, or the sorted labels where these are text.

    Args:
        column: The target, its classes not known yet.
        spec: What the output is compared with.
    """

    def __init__(self, column: TargetColumn, spec: FieldSpec) -> None:
        self._column, self._spec = column, spec
        self._labels: Any = None

    def needs(self, head: Table) -> bool:
        """Whether all labels have to be seen, as a first row tells."""
        wanted = self._spec.one_hot or is_text(
            take_fields(head, self._column.fields, self._column.stacked, self._column.span)
        )
        return self._spec.classes is None and wanted

    def add(self, table: Table) -> None:
        """Reads a block of the training split.

        Raises:
            DataError: A label is missing.
        """
        found = np.unique(self._column.labels(table))
        self._labels = found if self._labels is None else np.union1d(self._labels, found)

    def found(self, head: Table) -> Classes | None:
        """The classes; None: it is no classification."""
        labels = self._column.labels(head) if self._labels is None else self._labels
        return find_classes(labels, self._spec.classes, self._spec.one_hot)


def start_target(spec: FieldSpec) -> TargetColumn:
    """The column of a target, its transforms made, nothing learnt yet.

    Raises:
        SpecError: Keras refuses a transform.
    """
    return TargetColumn(spec.name, spec.fields, spec.stacked, make_layers(spec.transforms), span=spec.span)


def with_classes(column: TargetColumn, classes: Classes | None, known: tuple[str, ...] | None) -> TargetColumn:
    """The column with its classes.

    Args:
        column: The column.
        classes: Its classes; None: it is no classification of named labels.
        known: The names that the source knows for labels that are indices.

    Raises:
        SpecError: A target of classes has transforms.
    """
    if classes is not None and column.layers:
        message = f"'{column.name}' is a target of classes, which takes no transform"
        raise SpecError(message, code="target-transform", span=column.layers[0][1].span, hint="remove it")
    return replace(column, classes=classes, class_names=classes.names if classes is not None else known)


def learnt_target(column: TargetColumn, head: Table) -> TargetColumn:
    """The column once its transforms are adapted, with what undoes them.

    Raises:
        SpecError: They can't be undone.
    """
    if column.layers:
        # A Normalization with a written mean knows its shape only once it was called.
        apply_layers(column.numbers(head), column.layers, column.name, column.span)
    return replace(column, inverse=inverse_of(column.layers))
