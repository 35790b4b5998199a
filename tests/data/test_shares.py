"""Every sample of a batch is in the part of one replica, in order, however many there are of both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kerascli.data.rows import Rows
from kerascli.data.shares import Shares
from kerascli.data.split import ArraySplit
from kerascli.data.streamed_split import StreamedSplit
from kerascli.data.table import Table, make_table


def parts_of(dataset: Any) -> list[list[tuple[list[int], int, int]]]:
    """For each step its parts: the rows, how many count, and of how many."""
    return [
        [(batch[0].numpy().reshape(-1).tolist(), int(size), int(whole)) for batch, size, whole in step]
        for step in dataset
    ]


def streamed(samples: int) -> StreamedSplit:
    rows: Rows = make_table({"x": np.arange(samples)}, "numbers")

    def transform(table: Table) -> Any:
        return (np.asarray(table.fields["x"]),)

    return StreamedSplit(rows, transform, ("x",), 5)


@pytest.mark.parametrize(("samples", "batch_size"), [(21, 5), (20, 4), (9, 8), (13, 6), (3, 8)])
@pytest.mark.parametrize(("replicas", "each"), [(2, 1), (4, 2), (3, 1)])
@pytest.mark.parametrize("skipped", [0, 1])
def test_the_parts_are_the_batches(samples: int, batch_size: int, replicas: int, each: int, skipped: int) -> None:
    split = ArraySplit({"x": np.arange(samples)}, {}, {})
    order = split.order(1, 0)
    whole = [batch[0].numpy().tolist() for batch in split.dataset(batch_size, order=order, skip_batches=skipped)]
    steps: list[list[int]] = [[] for _ in whole]
    for first in range(0, replicas, each):
        shares = Shares(replicas, first, each)
        for step, parts in enumerate(
            parts_of(split.dataset(batch_size, order=order, skip_batches=skipped, shares=shares))
        ):
            for number, (rows, size, of) in enumerate(parts, first):
                assert of == len(whole[step]) and size == shares.sizes(of)[number] and len(rows) == max(size, 1)
                steps[step] += rows[:size]
    assert steps == whole


@pytest.mark.parametrize(("samples", "batch_size"), [(21, 5), (20, 4), (9, 8), (13, 6)])
@pytest.mark.parametrize(("replicas", "each"), [(2, 1), (4, 2), (3, 1)])
@pytest.mark.parametrize(("skipped", "drop"), [(0, False), (1, False), (0, True)])
def test_rows_that_are_read_in_parts_are_cut_alike(
    samples: int, batch_size: int, replicas: int, each: int, skipped: int, drop: bool
) -> None:
    split = streamed(samples)
    order = split.order(1, 0)
    plain = split.dataset(batch_size, order=order, skip_batches=skipped, drop_remainder=drop)
    for first in range(0, replicas, each):
        shares = Shares(replicas, first, each)
        ours = split.dataset(batch_size, order=order, skip_batches=skipped, drop_remainder=drop, shares=shares)
        counted = [[(rows[:size], size, of) for rows, size, of in step] for step in parts_of(ours)]
        wanted = [[(rows[:size], size, of) for rows, size, of in step] for step in parts_of(shares.of(plain))]
        assert counted == wanted
        assert int(ours.cardinality()) == len(wanted)


def test_a_process_transforms_its_own_rows_alone() -> None:
    seen: list[int] = []
    split = streamed(40)

    def transform(table: Table) -> Any:
        seen.extend(np.asarray(table.fields["x"]).tolist())
        return split.transform(table)

    watched = StreamedSplit(split.rows, transform, ("x",), 5)
    tf.nest.map_structure(lambda part: part, list(watched.dataset(8, shares=Shares(2, 1, 1))))
    # The first row is read for its shape.
    assert seen[0] == 0 and seen[1:] == [row for row in range(40) if row % 8 >= 4]
