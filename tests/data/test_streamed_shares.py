"""A process of several reads, and transforms, the rows of its own parts of each batch: those that are cut from the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kerascli.data.rows import Chunk, chunked_rows
from kerascli.data.shares import Shares
from kerascli.data.streamed_split import StreamedSplit
from kerascli.data.table import Table

SAMPLES = 46


def split(seen: list[int], *, chunked: bool) -> StreamedSplit:
    """46 numbers, in one table or in chunks of 7; `seen` gets those that are transformed."""

    def transform(table: Table) -> Any:
        numbers = np.asarray(table.fields["a"])
        seen.extend(numbers.tolist())
        return {"x": numbers[:, None] * 2.0}, numbers

    numbers = np.arange(SAMPLES)
    table = Table({"a": numbers}, "numbers")
    if not chunked:
        return StreamedSplit(table, transform, {"a"}, 5)
    chunks = [
        Chunk(len(part), lambda fields, part=part: Table({"a": part}, "numbers"), 24 << 20)
        for part in np.split(numbers, range(7, SAMPLES, 7))
    ]
    return StreamedSplit(chunked_rows(chunks, "numbers", None, "none"), transform, {"a"}, 5)


def plain(parts: Any) -> list[Any]:
    return [({"x": x["x"].tolist()}, y.tolist(), int(size), int(samples)) for (x, y), size, samples in parts]


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize(
    ("shares", "batch_size"),
    [(Shares(2, 0, 1), 8), (Shares(2, 1, 1), 8), (Shares(4, 2, 2), 9), (Shares(4, 0, 2), 3), (Shares(5, 4, 1), 4)],
)
@pytest.mark.parametrize(("order", "skip", "drop"), [(None, 0, False), ((3, 1), 2, False), ((3, 1), 1, True)])
def test_parts_are_those_of_the_whole(
    shares: Shares, batch_size: int, order: Any, skip: int, drop: bool, chunked: bool
) -> None:
    keywords: dict[str, Any] = {"order": order, "skip_batches": skip, "drop_remainder": drop}
    whole = shares.of(split([], chunked=chunked).dataset(batch_size, **keywords))
    own = split([], chunked=chunked).dataset(batch_size, shares=shares, **keywords)
    assert int(own.cardinality()) == int(whole.cardinality())
    assert own.element_spec == whole.element_spec
    found = [plain(parts) for parts in own.as_numpy_iterator()]
    assert found == [plain(parts) for parts in whole.as_numpy_iterator()] != []


def test_the_others_rows_are_not_transformed() -> None:
    seen: list[int] = []
    dataset = split(seen, chunked=False).dataset(8, shares=Shares(2, 1, 1))
    seen.clear()
    list(dataset)
    assert seen == [number for number in range(SAMPLES) if number % 8 >= (4 if number < 40 else 3)]
