"""`Rows`: the samples of a source that may be larger than memory, read block by block.

A `Table` is rows in memory. `ChunkedRows` are parts of files, each of which can be read by itself, so that a training
can read them in any order and memory holds a few at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Protocol

import numpy as np

from kerascli.data.table import Array, Table
from kerascli.data.told import told
from kerascli.errors import DataError, Span

# Rows that are read, checked and transformed at once.
BLOCK = 4096


class Rows(Protocol):
    """Samples in an order; `Table` and `ChunkedRows` are such."""

    @property
    def source(self) -> str:
        """What messages call the source."""

    @property
    def samples(self) -> int:
        """The number of rows."""

    @property
    def head(self) -> Table:
        """The first row, which tells names, dtypes and shapes; no row where there is none."""

    def blocks(self, fields: Collection[str] | None = None, size: int = BLOCK) -> Iterator[Table]:
        """All rows in order, at most `size` at once.

        Args:
            fields: The fields to read, for sources that can leave others out; None: all. There may be more in a block.
            size: The most rows of a block.

        Raises:
            DataError: The file is not what it was, or damaged.
        """

    def select(self, chosen: Array) -> Rows:
        """The rows where a mask `(samples,)` of bool is true, in their order."""


@dataclass(frozen=True)
class Chunk:
    """A part of a source that can be read by itself.

    Attributes:
        samples: Its number of rows, known without reading it.
        read: The rows of the part, at least those fields that are named (None: all).
        size: About how many bytes it takes in memory.
    """

    samples: int
    read: Callable[[Collection[str] | None], Table]
    size: int


def chunked_rows(chunks: Iterable[Chunk], source: str, span: Span | None, hint: str) -> ChunkedRows:
    """Parts of files as rows that are counted through all of them.

    Args:
        chunks: The parts, in order.
        source: What messages call the source.
        span: Where it is written.
        hint: What to do when there are no rows.

    Raises:
        DataError: There are none.
    """
    counted, row = [], 0
    for chunk in chunks:
        counted.append(replace(chunk, read=partial(_counted, chunk.read, row)))
        row += chunk.samples
    if not row:
        raise DataError(f"'{source}' has no rows", code="no-samples", span=span, hint=hint)
    full = next(chunk for chunk in counted if chunk.samples)
    return ChunkedRows(source, full.read(None).head, counted)


def _counted(read: Callable[[Collection[str] | None], Table], row: int, fields: Collection[str] | None) -> Table:
    table = read(fields)
    return replace(table, rows=np.arange(row, row + table.samples))


@dataclass(frozen=True)
class ChunkedRows:
    """Rows in parts of files.

    Attributes:
        source: What messages call the source.
        head: The first row of the source.
        chunks: Its parts, in order.
        packed: One bit a row of the chunks (see `numpy.packbits`), set where the row belongs to these; None: all do.
    """

    source: str
    head: Table
    chunks: Sequence[Chunk]
    packed: Array | None = None

    @cached_property
    def starts(self) -> Array:
        """The row at which each chunk starts, and the number of all rows, `(chunks + 1,)` int64."""
        return np.cumsum([0, *(chunk.samples for chunk in self.chunks)])

    @cached_property
    def samples(self) -> int:
        """The number of rows that belong to these."""
        return int(self.starts[-1]) if self.packed is None else int(np.bitwise_count(self.packed).sum())

    @cached_property
    def chunk_samples(self) -> Array:
        """How many rows of each chunk belong to these, `(chunks,)` int64."""
        if self.packed is None:
            return np.diff(self.starts)
        return np.array([int(self._mask(index).sum()) for index in range(len(self.chunks))], np.int64)

    def read_chunk(self, index: int, fields: Collection[str] | None = None) -> Table:
        """The rows of one chunk that belong to these, in order."""
        table = self.chunks[index].read(fields)
        return table if self.packed is None else table.take(np.flatnonzero(self._mask(index)))

    def blocks(self, fields: Collection[str] | None = None, size: int = BLOCK) -> Iterator[Table]:
        """All rows in order; no block crosses a chunk."""
        chunks = (self.read_chunk(int(index), fields) for index in np.flatnonzero(self.chunk_samples))
        for table in told(chunks, self.samples):
            yield from table.blocks(fields, size)

    def select(self, chosen: Array) -> ChunkedRows:
        """The rows where a mask `(samples,)` is true."""
        mask = chosen
        if self.packed is not None:
            mask = np.unpackbits(self.packed, count=int(self.starts[-1])).astype(bool)
            mask[mask] = chosen
        return replace(self, packed=np.packbits(mask))

    def _mask(self, index: int) -> Array:
        """Which rows of a chunk belong to these, `(rows,)` bool."""
        assert self.packed is not None
        start, stop = int(self.starts[index]), int(self.starts[index + 1])
        bits = np.unpackbits(self.packed[start // 8 : -(-stop // 8)])
        return bits[start % 8 : start % 8 + stop - start].astype(bool)
