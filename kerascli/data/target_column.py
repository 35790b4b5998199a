"""What one output of the model is compared with: numbers, or classes with their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from kerascli.data.columns import cast, check_finite, check_labels_present, single, take_fields, widen
from kerascli.data.table import Array, Table, is_text
from kerascli.data.targets import Classes, Inverse, LabelRange, find_classes, inverse_of
from kerascli.data.transforms import Layers, adapt_layers, apply_layers, make_layers
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
            raise DataError(f"'{self.fields[0]}' is text, not numbers", span=self.span, hint="add 'classes: […]'")
        return array


def fit_target(spec: FieldSpec, train: Table, class_names: Mapping[str, tuple[str, ...]]) -> TargetColumn:
    """The column of a target, its classes found and its transforms adapted on the training split.

    Args:
        spec: What the output is compared with.
        train: The training split.
        class_names: Field to class names, where the source knows them.

    Raises:
        DataError: A field is missing, or a label or number in it.
        SpecError: Keras refuses a transform, or it can't be undone.
    """
    column = TargetColumn(spec.name, spec.fields, spec.stacked, make_layers(spec.transforms), span=spec.span)
    classes = find_classes(column.labels(train), spec.classes, spec.one_hot)
    names = classes.names if classes is not None else class_names.get(spec.fields[0])
    if column.layers:
        if classes is not None:
            message = f"'{spec.name}' is a target of classes, which takes no transform"
            raise SpecError(message, code="target-transform", span=column.layers[0][1].span, hint="remove it")
        numbers = column.numbers(train)
        adapt_layers(numbers, column.layers, spec.name, spec.span)
        # A Normalization with a written mean knows its shape only once it was called.
        apply_layers(numbers[:1], column.layers, spec.name, spec.span)
    return replace(column, classes=classes, class_names=names, inverse=inverse_of(column.layers))
