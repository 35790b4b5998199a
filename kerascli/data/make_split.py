"""`make_split`: raw rows and their preprocessing → the batches of a split, kept in memory or read anew in each pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from kerascli.data.fit_preprocessing import block_rows
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.rows import Rows
from kerascli.data.split import ArraySplit, Split, batch_of
from kerascli.data.streamed_split import StreamedSplit
from kerascli.data.table import Array, Table
from kerascli.data.told import told
from kerascli.data.transforms import join_parts

# The weights of a block of rows, given its targets: output name to `(rows,)` float32.
Weigh = Callable[[Table, Mapping[str, Array]], Mapping[str, Array]]


def unweighted(table: Table, y: Mapping[str, Array]) -> Mapping[str, Array]:
    """No weights."""
    del table, y
    return {}


def make_split(
    rows: Rows,
    preprocessing: Preprocessing,
    *,
    weigh: Weigh = unweighted,
    fields: Collection[str] = (),
    targets: bool = True,
    stream: bool = False,
    x: Mapping[str, Array] | None = None,
) -> Split:
    """The split of some rows.

    Args:
        rows: The raw rows.
        preprocessing: Raw rows → inputs and targets.
        weigh: The weights of a block.
        fields: The fields that weights read.
        targets: Whether there are targets.
        stream: Whether the samples are read anew in each pass instead of being kept.
        x: The inputs of all rows, where they have been made already.

    Raises:
        DataError: A row is at fault.
        SpecError: Keras refuses a transform.
    """
    if not stream:
        arrays = transform_all(rows, preprocessing, weigh, targets=targets, x=x)
        return ArraySplit(*arrays)

    def transform(table: Table) -> Any:
        y = preprocessing.y(table) if targets else {}
        return batch_of(preprocessing.x(table), y, weigh(table, y))

    used = {*preprocessing.input_fields, *fields}
    used |= preprocessing.fields if targets else set()
    return StreamedSplit(rows, transform, used, block_rows(preprocessing.inputs, rows.head))


def transform_all(
    rows: Rows,
    preprocessing: Preprocessing,
    weigh: Weigh,
    *,
    targets: bool = True,
    x: Mapping[str, Array] | None = None,
) -> tuple[Mapping[str, Array], Mapping[str, Array], Mapping[str, Array]]:
    """All inputs, targets and weights, by name."""
    if isinstance(rows, Table) and not any(column.read for column in preprocessing.inputs):
        y = preprocessing.y(rows) if targets else {}
        return (preprocessing.x(rows) if x is None else x), y, weigh(rows, y)
    parts: list[list[Mapping[str, Array]]] = [[], [], []]
    blocks = rows.blocks(preprocessing.fields, block_rows(preprocessing.inputs, rows.head))
    for table in told(blocks, rows.samples):
        y = preprocessing.y(table) if targets else {}
        parts[0].append(preprocessing.x(table) if x is None else {})
        parts[1].append(y)
        parts[2].append(weigh(table, y))
    joined = [_join(part, rows.samples) for part in parts]
    return (joined[0] if x is None else x), joined[1], joined[2]


def transform_blocks(
    rows: Rows, preprocessing: Preprocessing, weigh: Weigh
) -> Iterator[tuple[Mapping[str, Array], Mapping[str, Array], Mapping[str, Array]]]:
    """Inputs, targets and weights, block by block in order."""
    for table in told(rows.blocks(None, block_rows(preprocessing.inputs, rows.head)), rows.samples):
        y = preprocessing.y(table)
        yield preprocessing.x(table), y, weigh(table, y)


def transform_x(rows: Rows, preprocessing: Preprocessing) -> Mapping[str, Array]:
    """The inputs of all rows, by name."""
    return transform_all(rows, preprocessing, unweighted, targets=False)[0]


def _join(parts: list[Mapping[str, Array]], samples: int) -> dict[str, Array]:
    def pieces(name: str) -> Iterator[Array]:
        for part in parts:
            yield part[name]

    return {name: join_parts(pieces(name), samples, name, None) for name in parts[0]}
