"""`Preprocessing`: how raw tables become a model's inputs and targets, fitted on the training split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kerascli.data.columns import Expected
from kerascli.data.input_column import InputColumn
from kerascli.data.label_range import IndexRange, LabelRange
from kerascli.data.rows import Rows
from kerascli.data.table import Array, Table
from kerascli.data.target_column import TargetColumn


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
        table = table.targets or table
        return {column.name: column.array(table) for column in self.targets}

    def check(self, table: Table, head: Table) -> dict[str, Array]:
        """Finds what is wrong with raw rows, without the work of reading files and of transforms.

        Args:
            table: A block of rows that are not kept in memory.
            head: The first row of all.

        Returns:
            The inputs that could be made without that work, by name.

        Raises:
            DataError: As in `x` and `y`.
        """
        made = {column.name: column.check(table, head) for column in self.inputs}
        return {name: array for name, array in made.items() if array is not None}

    def check_indices(self, x: Mapping[str, Array], rows: Rows) -> None:
        """Checks inputs that were made before it was known what they may hold.

        Args:
            x: Input name to array `(samples, ...)`.
            rows: The raw rows that they were made from.

        Raises:
            DataError: A number is no index of the layer that looks it up, with its row.
        """
        for column in self.inputs:
            indices, done = column.indices, 0
            if indices is None or indices.knows(x[column.name]):
                continue
            # The rows are gone through for the place alone.
            for table in rows.blocks(frozenset(column.fields)):
                indices.check(x[column.name][done : done + table.samples], table, column.name, column.span)
                done += table.samples

    @property
    def fields(self) -> frozenset[str]:
        """The fields that inputs and targets read."""
        return frozenset(field for column in self.targets for field in column.fields) | self.input_fields

    @property
    def input_fields(self) -> frozenset[str]:
        """The fields that inputs read."""
        return frozenset(field for column in self.inputs for field in column.fields)

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

    def with_index_ranges(self, ranges: Mapping[str, IndexRange]) -> Preprocessing:
        """A copy that refuses numbers which the layers that look them up do not know, by input name."""
        inputs = (replace(column, indices=ranges.get(column.name, column.indices)) for column in self.inputs)
        return replace(self, inputs=tuple(inputs))
