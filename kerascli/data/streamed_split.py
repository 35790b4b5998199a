"""`StreamedSplit`: the samples of one split read from their source again in each pass, a few blocks in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerascli.data.rows import ChunkedRows, Rows
from kerascli.data.shares import Shares
from kerascli.data.split import ORDER_STREAM, count_steps
from kerascli.data.table import Array, Table, join_tables
from kerascli.errors import KerascliError

# The bytes of the chunks that are read together and shuffled as one.
GROUP_BYTES = 64 << 20


class _Fault:
    """What went wrong in the thread that reads, which TensorFlow would only hand on as text."""

    error: KerascliError | None = None


_fault = _Fault()


def reading_fault() -> KerascliError | None:
    """The fault of the data that ended the last dataset, or None; it is told once."""
    error, _fault.error = _fault.error, None
    return error


@dataclass(frozen=True)
class StreamedSplit:
    """The samples of one split, transformed block by block in a thread of TensorFlow's.

    A pass in order reads the source as it stands. A shuffled pass takes the samples of rows that are in memory (a table
    of paths, windows) in any order; of files in chunks it reads the chunks in a random order and shuffles several of
    them together. Both are functions of the seed and the pass.

    Attributes:
        rows: The raw rows.
        transform: A block of raw rows → arrays in the structure of a batch.
        fields: The fields that `transform` reads.
        block: Rows that are transformed at once.
    """

    rows: Rows
    transform: Callable[[Table], Any]
    fields: Collection[str]
    block: int

    @property
    def samples(self) -> int:
        """The number of samples."""
        return self.rows.samples

    def steps(self, batch_size: int, *, drop_remainder: bool = False) -> int:
        """Batches in one pass."""
        return count_steps(self.samples, batch_size, drop_remainder=drop_remainder)

    def order(self, seed: int, pass_number: int) -> tuple[int, int]:
        """What decides the order of the samples in one pass."""
        return seed, pass_number

    def dataset(
        self,
        batch_size: int,
        *,
        order: tuple[int, int] | None = None,
        skip_batches: int = 0,
        drop_remainder: bool = False,
        shares: Shares | None = None,
    ) -> Any:
        """The batches of one pass; see `Split.dataset`."""
        import tensorflow as tf

        steps = self.steps(batch_size, drop_remainder=drop_remainder) - skip_batches
        if shares is None:
            batches = self.repeatable(batch_size, drop_remainder=drop_remainder)
            batches.set_pass(order, skip_batches)
            return batches.dataset.apply(tf.data.experimental.assert_cardinality(steps))
        whole = self.samples - self.samples % batch_size if drop_remainder else self.samples

        def here(first: int, count: int) -> Any:
            # What another process takes is neither read from a file of its own nor transformed here.
            return shares.rows(first, count, whole, batch_size) & (np.arange(first, first + count) < whole)

        blocks = self.blocks(lambda: self.tables(order, skip_batches * batch_size, here))
        parts = shares.of_rows(blocks, whole, batch_size, skip_batches)
        return parts.apply(tf.data.experimental.assert_cardinality(steps)).prefetch(tf.data.AUTOTUNE)

    def repeatable(self, batch_size: int, *, drop_remainder: bool = False) -> StreamedBatches:
        """See `Split.repeatable`."""
        return StreamedBatches(self, batch_size, drop_remainder=drop_remainder)

    def blocks(self, tables: Callable[[], Iterator[Table]]) -> Any:
        """A dataset of transformed blocks; each iterator over it calls `tables`."""
        import tensorflow as tf

        def generate() -> Iterator[Any]:
            try:
                yield from _ahead(map(self.transform, tables()))
            except KerascliError as error:
                _fault.error = error
                raise

        example = self.transform(next(iter(self.rows.blocks(self.fields, 1))))
        return tf.data.Dataset.from_generator(generate, output_signature=tf.nest.map_structure(_signature, example))

    def tables(
        self, order: tuple[int, int] | None, skipped: int = 0, here: Callable[[int, int], Array] | None = None
    ) -> Iterator[Table]:
        """The raw rows of a pass in blocks, without so many at its start.

        Args:
            order: What `order` gave.
            skipped: How many are left out.
            here: Which are wanted, of so many from a place in the pass on; None: all.
        """
        place = skipped
        if isinstance(self.rows, ChunkedRows):
            groups = _chunk_groups(self.rows, self.fields, order, skipped)
        else:
            groups = iter([_whole(self.rows, order, skipped)])
        for rows, found in groups:
            indices = found if here is None else found[here(place, len(found))]
            place += len(found)
            for start in range(0, len(indices), self.block):
                yield rows.take(indices[start : start + self.block])


class StreamedBatches:
    """The batches of passes, one after the other; see `Repeatable`."""

    def __init__(self, split: StreamedSplit, batch_size: int, *, drop_remainder: bool) -> None:
        """Makes the dataset; each iterator over it begins the pass that was set last."""
        import tensorflow as tf

        self._batch_size = batch_size
        self._pass: tuple[tuple[int, int] | None, int] = (None, 0)
        blocks = split.blocks(lambda: split.tables(*self._pass))
        self.dataset = blocks.rebatch(batch_size, drop_remainder=drop_remainder).prefetch(tf.data.AUTOTUNE)

    def set_pass(self, order: tuple[int, int] | None, skipped: int) -> None:
        """See `Repeatable.set_pass`."""
        self._pass = (order, skipped * self._batch_size)


def _ahead(items: Iterator[Any]) -> Iterator[Any]:
    """The items, each made in a thread while the one before it is used."""
    with ThreadPoolExecutor(1, "transform") as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item


def _signature(array: Any) -> Any:
    import tensorflow as tf

    dtype = tf.string if array.dtype.kind in "OU" else array.dtype
    return tf.TensorSpec((None, *array.shape[1:]), dtype)


def _whole(rows: Any, order: tuple[int, int] | None, skipped: int) -> tuple[Any, Array]:
    if order is None:
        return rows, np.arange(skipped, rows.samples)
    generator = np.random.Generator(np.random.PCG64([order[0], ORDER_STREAM, order[1]]))
    return rows, generator.permutation(rows.samples)[skipped:]


def _chunk_groups(
    rows: ChunkedRows, fields: Collection[str], order: tuple[int, int] | None, skipped: int
) -> Iterator[tuple[Table, Array]]:
    """Tables of a few chunks each, with the rows to take of them in order; the next is read while one is used."""
    chunks = np.flatnonzero(rows.chunk_samples)
    if order is not None:
        chunks = np.random.Generator(np.random.PCG64([order[0], ORDER_STREAM, order[1]])).permutation(chunks)
    groups = _groups(rows, chunks, GROUP_BYTES if order is not None else 0)
    sizes = [int(rows.chunk_samples[group].sum()) for group in groups]
    first = 0
    while first < len(groups) and skipped >= sizes[first]:
        skipped -= sizes[first]
        first += 1
    with ThreadPoolExecutor(1, "read") as pool:
        coming = [pool.submit(_read, rows, groups[first], fields)] if first < len(groups) else []
        for number in range(first, len(groups)):
            table = coming.pop().result()
            if number + 1 < len(groups):
                coming.append(pool.submit(_read, rows, groups[number + 1], fields))
            indices = np.arange(table.samples)
            if order is not None:
                generator = np.random.Generator(np.random.PCG64([order[0], ORDER_STREAM, order[1], number]))
                indices = generator.permutation(table.samples)
            yield table, indices[skipped:]
            skipped = 0


def _groups(rows: ChunkedRows, chunks: Array, most: int) -> list[Array]:
    """The chunks in their order, so many together as take no more bytes; at least one."""
    groups: list[list[int]] = []
    size = 0
    for chunk in chunks:
        bytes_ = rows.chunks[chunk].size
        if groups and size + bytes_ <= most:
            groups[-1].append(int(chunk))
            size += bytes_
        else:
            groups.append([int(chunk)])
            size = bytes_
    return [np.array(group) for group in groups]


def _read(rows: ChunkedRows, group: Array, fields: Collection[str]) -> Table:
    return join_tables([rows.read_chunk(int(index), fields) for index in group])
