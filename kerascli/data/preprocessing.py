"""`Preprocessing`: how raw tables become the model's inputs and targets; fitted on the training split, saved in the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from kerascli.components import build_component
from kerascli.data.columns import (
    Expected,
    adapt_layers,
    apply_layers,
    cast,
    check_finite,
    check_shape,
    take_fields,
    widen,
)
from kerascli.data.table import Array, Table
from kerascli.data.targets import Classes, Inverse, find_classes, inverse_of
from kerascli.errors import DataError, Span
from kerascli.spec.component import Component
from kerascli.spec.data_spec import FieldSpec

# A layer of Keras with the component that it was made from (None where it was loaded from a file).
Layers = list[tuple[Any, Component]]


@dataclass(frozen=True)
class InputColumn:
    """One input of the model.

    Attributes:
        name: The model's input.
        fields: The fields that it reads.
        stacked: Whether they are stacked on the last axis.
        layers: The transforms, adapted.
        expected: What the model takes; None until it is known.
        span: Where the spec says so.
    """

    name: str
    fields: tuple[str, ...]
    stacked: bool
    layers: Layers
    expected: Expected | None
    span: Span | None = None

    def raw(self, table: Table) -> Array:
        """What the first transform takes: checked, floats as float32, a column of numbers with a last axis of 1."""
        array = take_fields(table, self.fields, self.stacked, self.span)
        check_finite(table, array, " and ".join(self.fields), self.span)
        array = widen(array, self.expected)
        return array.astype(np.float32) if array.dtype.kind == "f" else array

    def array(self, table: Table) -> Array:
        """What the model takes, `(samples, ...)`.

        Raises:
            DataError: A field is missing or has missing values, or the samples do not have the model's shape.
            SpecError: Keras refuses a transform.
        """
        array = apply_layers(self.raw(table), self.layers)
        if array.dtype.kind == "U" and (self.expected is None or self.expected.dtype != "string"):
            hint = "add a transform such as StringLookup or TextVectorization"
            raise DataError(f"'{self.fields[0]}' is text, which the model can't take", span=self.span, hint=hint)
        array = cast(widen(array, self.expected), self.expected)
        check_shape(array, self.expected, self.name, self.span)
        return array


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
    span: Span | None = None

    def labels(self, table: Table) -> Array:
        """The fields as they stand in the data, checked."""
        array = take_fields(table, self.fields, self.stacked, self.span)
        check_finite(table, array, " and ".join(self.fields), self.span)
        return array

    def numbers(self, table: Table) -> Array:
        """What the first transform takes: float32, with a last axis, which Keras's layers work on."""
        return widen(self.labels(table).astype(np.float32), None)

    def array(self, table: Table) -> Array:
        """What the loss takes, `(samples, ...)`: integers as int32, real numbers as float32."""
        array = self.labels(table)
        if self.classes is not None:
            return self.classes.encode(self.classes.indices(array, table, self.name, self.span))
        if array.dtype.kind == "U":
            raise DataError(f"'{self.fields[0]}' is text, not numbers", span=self.span, hint="add 'classes: […]'")
        if self.layers:
            array = apply_layers(self.numbers(table), self.layers).reshape(array.shape)
        array = array.astype(np.float32 if array.dtype.kind == "f" else np.int32)
        return array[:, np.newaxis] if self.widened and array.ndim == 1 else array


@dataclass(frozen=True)
class Preprocessing:
    """All inputs and targets of a model, in its order."""

    inputs: tuple[InputColumn, ...]
    targets: tuple[TargetColumn, ...]

    def x(self, table: Table) -> dict[str, Array]:
        """The model's inputs by name."""
        return {column.name: column.array(table) for column in self.inputs}

    def y(self, table: Table) -> dict[str, Array]:
        """The targets by output name."""
        return {column.name: column.array(table) for column in self.targets}

    def target(self, name: str) -> TargetColumn | None:
        """The target of an output, or None."""
        return next((column for column in self.targets if column.name == name), None)

    def with_output_shapes(self, shapes: Mapping[str, tuple[int | None, ...]]) -> Preprocessing:
        """A copy whose columns of numbers have a last axis of 1 where the model's output does.

        Args:
            shapes: Output name to its shape, batch axis included.
        """
        targets = tuple(
            replace(
                column, widened=column.classes is None and len(shapes[column.name]) == 2 and shapes[column.name][1] == 1
            )
            if column.name in shapes
            else column
            for column in self.targets
        )
        return replace(self, targets=targets)


def fit_preprocessing(
    inputs: Sequence[FieldSpec],
    targets: Sequence[FieldSpec],
    train: Table,
    expected: Mapping[str, Expected],
    class_names: Mapping[str, tuple[str, ...]],
) -> Preprocessing:
    """Makes the transforms and adapts those that learn, on the training split alone.

    Args:
        inputs: What each model input reads.
        targets: What each output is compared with.
        train: The training split.
        expected: What the model takes, by input name, where the spec says it.
        class_names: Field to class names, where the source knows them.

    Raises:
        DataError, SpecError: As in `InputColumn.array` and `TargetColumn.array`.
    """
    columns = tuple(_input(spec, train, expected.get(spec.name)) for spec in inputs)
    return Preprocessing(columns, tuple(_target(spec, train, class_names) for spec in targets))


def _layers(components: Sequence[Component]) -> Layers:
    return [(build_component(component), component) for component in components]


def _input(spec: FieldSpec, train: Table, expected: Expected | None) -> InputColumn:
    column = InputColumn(spec.name, spec.fields, spec.stacked, _layers(spec.transforms), expected, spec.span)
    if column.layers:
        adapt_layers(column.raw(train), column.layers)
    return column


def _target(spec: FieldSpec, train: Table, class_names: Mapping[str, tuple[str, ...]]) -> TargetColumn:
    column = TargetColumn(spec.name, spec.fields, spec.stacked, _layers(spec.transforms), span=spec.span)
    labels = column.labels(train)
    classes = find_classes(labels, spec.classes, spec.one_hot)
    names = classes.names if classes is not None else class_names.get(spec.fields[0])
    if column.layers:
        adapt_layers(column.numbers(train), column.layers)
    inverse = inverse_of([layer for layer, _ in column.layers])
    return replace(column, classes=classes, class_names=names, inverse=inverse)
