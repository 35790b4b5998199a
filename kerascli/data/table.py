"""A table of fields: arrays with one row a sample, and where each row came from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerascli.errors import DataError, Span

Array = np.ndarray[Any, Any]


def is_text(array: Array) -> bool:
    """Whether an array holds text; objects in a table are `str`, or arrays of different lengths."""
    return array.dtype.kind in "OU" and not is_ragged(array)


def is_ragged(array: Array) -> bool:
    """Whether each sample of a column is an array of numbers with a length of its own, `(steps, ...)`."""
    return array.dtype.kind == "O" and array.ndim == 1 and len(array) > 0 and isinstance(array[0], np.ndarray)


@dataclass(frozen=True)
class Table:
    """Fields of one source (or of one split of it).

    Attributes:
        fields: Name to array `(samples, ...)`; text is an array of Python's `str` objects, which take the room they need
            and which TensorFlow reads (NumPy's own text gives every row the room of the longest). Sequences of
            different lengths are an array `(samples,)` of NumPy arrays of numbers.
        source: What messages call the source, such as its file.
        lines: For files of lines, the line (from 1) of each row, `(samples,)` int64.
        rows: For a part of a source, the row (from 0) that each of its rows was there, `(samples,)` int64.
        targets: The rows that targets are read from, where they are others than the inputs' (windows over time).
    """

    fields: Mapping[str, Array]
    source: str
    lines: Array | None = None
    rows: Array | None = None
    targets: Table | None = None

    @property
    def samples(self) -> int:
        """The number of rows."""
        return len(next(iter(self.fields.values()))) if self.fields else 0

    def place(self, row: int) -> str:
        """A row as messages name it, counted in the whole source; `row` counts from 0, messages from 1."""
        number = row if self.rows is None else int(self.rows[row])
        line = f" (line {self.lines[row]})" if self.lines is not None else ""
        return f"row {number + 1}{line} of {self.source}"

    def take(self, indices: Array) -> Table:
        """The rows at some indices `(rows,)`, in that order."""
        fields = {name: array[indices] for name, array in self.fields.items()}
        lines = None if self.lines is None else self.lines[indices]
        targets = None if self.targets is None else self.targets.take(indices)
        return Table(fields, self.source, lines, indices if self.rows is None else self.rows[indices], targets)

    @property
    def head(self) -> Table:
        """The first row; no row where there is none."""
        return self._part(0, 1)

    def blocks(self, fields: Collection[str] | None = None, size: int = 4096) -> Iterator[Table]:
        """All rows in order, at most `size` at once; see `kerascli.data.rows.Rows`."""
        del fields
        for start in range(0, self.samples, size):
            yield self._part(start, start + size)

    def select(self, chosen: Array) -> Table:
        """The rows where a mask `(samples,)` of bool is true, in their order."""
        return self.take(np.flatnonzero(chosen))

    def _part(self, start: int, stop: int) -> Table:
        stop = min(stop, self.samples)
        rows = np.arange(start, stop) if self.rows is None else self.rows[start:stop]
        fields = {name: array[start:stop] for name, array in self.fields.items()}
        targets = None if self.targets is None else self.targets._part(start, stop)
        return Table(fields, self.source, None if self.lines is None else self.lines[start:stop], rows, targets)


def join_tables(tables: Sequence[Table]) -> Table:
    """The rows of several tables of one source with the same fields, one after the other."""
    if len(tables) == 1:
        return tables[0]
    first = tables[0]
    fields = {name: np.concatenate([table.fields[name] for table in tables]) for name in first.fields}
    lines = [table.lines for table in tables if table.lines is not None]
    starts = np.cumsum([0, *(table.samples for table in tables[:-1])])
    rows = [
        np.arange(start, start + table.samples) if table.rows is None else table.rows
        for start, table in zip(starts, tables, strict=True)
    ]
    return Table(
        fields, first.source, np.concatenate(lines) if len(lines) == len(tables) else None, np.concatenate(rows)
    )


def make_table(fields: Mapping[str, Array], source: str, lines: Array | None = None, span: Span | None = None) -> Table:
    """A table, its arrays checked.

    Raises:
        DataError: No fields, an array without rows' axis, of objects or complex numbers, arrays of different lengths.
    """
    if not fields:
        raise DataError(f"'{source}' holds no arrays", span=span)
    for name, array in fields.items():
        if array.ndim == 0:
            raise DataError(f"'{name}' of {source} is a single value, not an array of samples", span=span)
        if array.dtype.kind not in "biufUO":
            hint = "save it as numbers or text"
            raise DataError(f"'{name}' of {source} holds {array.dtype}, not numbers or text", span=span, hint=hint)
    fields = {
        name: _objects(array, name, source, span) if array.dtype.kind in "OU" else array
        for name, array in fields.items()
    }
    lengths = {name: len(array) for name, array in fields.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"'{name}' has {length}" for name, length in lengths.items())
        raise DataError(f"the arrays of {source} have different lengths: {shown}", span=span)
    return Table(fields, source, lines)


def _objects(array: Array, name: str, source: str, span: Span | None) -> Array:
    if array.dtype.kind == "U":
        return array.astype(object)
    if is_ragged(array) and all(isinstance(one, np.ndarray) and one.dtype.kind in "biuf" for one in array):
        return array
    if not all(type(value) is str for value in array.flat):
        hint = "save it as numbers or text"
        raise DataError(f"'{name}' of {source} holds Python objects, not numbers or text", span=span, hint=hint)
    return array
