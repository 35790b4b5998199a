"""A table of fields: arrays with one row a sample, and where each row came from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerascli.errors import DataError, Span

Array = np.ndarray[Any, Any]


def is_text(array: Array) -> bool:
    """Whether an array holds text; objects in a table are always `str`."""
    return array.dtype.kind in "OU"


@dataclass(frozen=True)
class Table:
    """Fields of one source (or of one split of it).

    Attributes:
        fields: Name to array `(samples, ...)`; text is an array of Python's `str` objects, which take the room they need
            and which TensorFlow reads (NumPy's own text gives every row the room of the longest).
        source: What messages call the source, such as its file.
        lines: For files of lines, the line (from 1) of each row, `(samples,)` int64.
        rows: For a part of a source, the row (from 0) that each of its rows was there, `(samples,)` int64.
    """

    fields: Mapping[str, Array]
    source: str
    lines: Array | None = None
    rows: Array | None = None

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
        return Table(fields, self.source, lines, indices if self.rows is None else self.rows[indices])

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
        return Table(fields, self.source, None if self.lines is None else self.lines[start:stop], rows)


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
        name: _text_objects(array, name, source, span) if is_text(array) else array for name, array in fields.items()
    }
    lengths = {name: len(array) for name, array in fields.items()}
    if len(set(lengths.values())) > 1:
        shown = ", ".join(f"'{name}' has {length}" for name, length in lengths.items())
        raise DataError(f"the arrays of {source} have different lengths: {shown}", span=span)
    return Table(fields, source, lines)


def _text_objects(array: Array, name: str, source: str, span: Span | None) -> Array:
    if array.dtype.kind == "U":
        return array.astype(object)
    if not all(type(value) is str for value in array.flat):
        hint = "save it as numbers or text"
        raise DataError(f"'{name}' of {source} holds Python objects, not numbers or text", span=span, hint=hint)
    return array
