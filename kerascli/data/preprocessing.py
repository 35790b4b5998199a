"""`Preprocessing`: how raw tables become a model's inputs and targets, fitted on the training split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kerascli.data.columns import Expected
from kerascli.data.input_column import InputColumn, fit_input
from kerascli.data.table import Array, Table
from kerascli.data.target_column import TargetColumn, fit_target
from kerascli.data.targets import LabelRange
from kerascli.spec.data_spec import FieldSpec


@dataclass(frozen=True)
class Preprocessing:
    """All inputs and targets of a model, in its order."""

    inputs: tuple[InputColumn, ...]
    targets: tuple[TargetColumn, ...]

    def x(self, table: Table) -> dict[str, Array]:
        """The model's inputs by name."""
        table = self._with_only_array(table)
        return {column.name: column.array(table) for column in self.inputs}

    def _with_only_array(self, table: Table) -> Table:
        """The table, where the only array of a file goes to the only field that the model reads, whatever its name.

        Columns of other files have names that mean something, so they are not renamed.
        """
        fields = {field for column in self.inputs for field in column.fields}
        if len(fields) == 1 and len(table.fields) == 1 and table.source.lower().endswith((".npy", ".npz")):
            return replace(table, fields=dict(zip(fields, table.fields.values(), strict=True)))
        return table

    def y(self, table: Table) -> dict[str, Array]:
        """The targets by output name."""
        return {column.name: column.array(table) for column in self.targets}

    def target(self, name: str) -> TargetColumn | None:
        """The target of an output, or None."""
        return next((column for column in self.targets if column.name == name), None)

    def with_input_facts(self, x: Mapping[str, Array]) -> Preprocessing:
        """A copy that expects of other samples what the training samples had, where the spec said nothing.

        Args:
            x: Input name to the training samples.
        """

        def expected(column: InputColumn) -> Expected:
            array = x[column.name]
            return column.expected or Expected(array.shape[1:], array.dtype.name)

        return replace(self, inputs=tuple(replace(column, expected=expected(column)) for column in self.inputs))

    def with_output_shapes(self, shapes: Mapping[str, tuple[int | None, ...]]) -> Preprocessing:
        """A copy whose columns of numbers have a last axis of 1 where the model's output does.

        Args:
            shapes: Output name to its shape, batch axis included.
        """

        def widened(column: TargetColumn) -> bool:
            shape = shapes.get(column.name)
            return column.widened if shape is None else column.classes is None and len(shape) == 2 and shape[1] == 1

        return replace(self, targets=tuple(replace(column, widened=widened(column)) for column in self.targets))

    def with_label_ranges(self, ranges: Mapping[str, LabelRange]) -> Preprocessing:
        """A copy that refuses labels which an output does not know, by output name."""
        targets = (replace(column, labels_in=ranges.get(column.name, column.labels_in)) for column in self.targets)
        return replace(self, targets=tuple(targets))


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
    columns = tuple(fit_input(spec, train, expected.get(spec.name)) for spec in inputs)
    return Preprocessing(columns, tuple(fit_target(spec, train, class_names) for spec in targets))
