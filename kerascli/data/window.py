"""`WindowedRows`: sequences cut out of ordered rows, made when they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kerascli.data.columns import check_finite, check_labels_present
from kerascli.data.rows import BLOCK, Rows
from kerascli.data.table import Array, Table, join_tables
from kerascli.errors import DataError, did_you_mean
from kerascli.spec.data_spec import WindowSpec


@dataclass(frozen=True)
class WindowedRows:
    """Sequences of rows with the row of their target, as `keras.utils.timeseries_dataset_from_array` cuts them.

    A sequence that starts at row i holds the rows i, i + sampling_rate, …, `sequence_length` of them; its target is the
    row `horizon` behind the last of them.

    Attributes:
        table: The ordered rows.
        spec: How they are cut.
        starts: The first row of each sequence, `(sequences,)` int64.
        ahead: Whether targets are needed; new data has none behind its last rows.
    """

    table: Table
    spec: WindowSpec
    starts: Array
    ahead: bool = True

    @property
    def source(self) -> str:
        """What messages call the source."""
        return self.table.source

    @property
    def samples(self) -> int:
        """The number of sequences."""
        return len(self.starts)

    @cached_property
    def head(self) -> Table:
        """The first sequence."""
        return self.take(np.arange(min(1, self.samples)))

    def take(self, indices: Array) -> Table:
        """Some sequences: fields `(sequences, time steps, ...)`; their `targets` are the rows at the horizon."""
        first = self.starts[indices]
        steps = np.arange(self.spec.sequence_length) * self.spec.sampling_rate
        rows = first[:, np.newaxis] + steps
        fields = {name: array[rows] for name, array in self.table.fields.items()}
        last = rows[:, -1] + (self.spec.horizon if self.ahead else 0)
        targets = self.table.take(last)
        return Table(fields, self.source, targets.lines, targets.rows, targets)

    def blocks(self, fields: Collection[str] | None = None, size: int = BLOCK) -> Iterator[Table]:
        """All sequences in order, at most `size` at once."""
        del fields
        for start in range(0, self.samples, size):
            yield self.take(np.arange(start, min(start + size, self.samples)))

    def select(self, chosen: Array) -> WindowedRows:
        """The sequences where a mask `(samples,)` is true."""
        return replace(self, starts=self.starts[chosen])


def cut_windows(rows: Rows, spec: WindowSpec, *, targets: bool = True, split: str | None = None) -> WindowedRows:
    """All sequences of some rows, none of which crosses a group.

    Args:
        rows: The rows in their order; those of a group stand together or apart, in order.
        spec: How they are cut.
        targets: Whether each sequence needs the row of its target.
        split: The split that the rows are, for messages.

    Raises:
        DataError: The rows are too few, or lack the group's field, or one of its values is missing.
    """
    table = rows if isinstance(rows, Table) else join_tables(list(rows.blocks()))
    if table.rows is None:
        table = replace(table, rows=np.arange(table.samples))
    reach = (spec.sequence_length - 1) * spec.sampling_rate + (spec.horizon if targets else 0)
    if spec.group is None:
        starts = np.arange(0, table.samples - reach, spec.sequence_stride)
    else:
        table, starts = _by_group(table, spec, reach)
    if not len(starts):
        where = table.source if split is None else f"the split '{split}' of {table.source}"
        message = f"{where} has {table.samples:,} rows, and a sequence with its target takes {reach + 1:,}"
        message += " of one group" if spec.group is not None else ""
        raise DataError(message, code="window", span=spec.span, hint="choose a smaller 'sequence_length'")
    return WindowedRows(table, spec, starts, targets)


def _by_group(table: Table, spec: WindowSpec, reach: int) -> tuple[Table, Array]:
    """The rows with those of each group together, and the starts of all sequences."""
    assert spec.group is not None
    if spec.group not in table.fields:
        hint = did_you_mean(spec.group, table.fields)
        message = f"{table.source} has no field '{spec.group}'"
        raise DataError(message, code="unknown-field", span=spec.group_span, hint=hint)
    groups = table.fields[spec.group]
    check_finite(table, groups, spec.group, spec.group_span)
    check_labels_present(table, groups, spec.group, spec.group_span)
    codes = np.unique(groups, return_inverse=True)[1].reshape(-1)
    order = np.argsort(codes, kind="stable")
    sizes = np.bincount(codes)
    ends = np.cumsum(sizes)
    starts = [np.arange(end - size, end - reach, spec.sequence_stride) for size, end in zip(sizes, ends, strict=True)]
    return table.take(order), np.concatenate(starts).astype(np.int64)
