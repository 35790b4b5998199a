"""Layers that learn, adapted on rows that can only be read block by block: one pass for all, the same result."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.data.adapt import Learner, adapt
from kerascli.data.table import Table, make_table
from kerascli.errors import DataError, SourceText, SpecError
from kerascli.spec.component import Component

PLACE = SourceText("spec.yaml", "transform").span(1, 1)


class _Stream:
    """Rows that count how often they are read."""

    source = "stream"

    def __init__(self, table: Table, size: int = 100) -> None:
        self.table, self.size, self.passes = table, size, 0
        self.samples, self.head = table.samples, table.head

    def blocks(self, fields: Collection[str] | None = None, size: int = 4096) -> Iterator[Table]:
        self.passes += 1
        yield from self.table.blocks(fields, self.size)

    def select(self, chosen: Any) -> Any:
        raise NotImplementedError


def _data(rows: int = 5000) -> Table:
    random = np.random.default_rng(0)
    return make_table(
        {
            "a": random.normal(3, 2, (rows, 2)).astype(np.float32),
            "t": random.choice(["red", "green", "blue", "a b c"], rows, p=[0.4, 0.3, 0.2, 0.1]).astype(object),
            "n": random.integers(0, 9, (rows, 1)),
        },
        "d",
    )


def _learner(name: str, *layers: Any) -> Learner:
    components = [(layer, Component("layers", type(layer).__name__, (), PLACE)) for layer in layers]
    return Learner(components, lambda table: table.fields[name], name, PLACE)


def _layers() -> list[list[Any]]:
    layers = keras.layers
    return [
        [layers.Normalization()],
        [layers.StringLookup()],
        [layers.TextVectorization(max_tokens=10, output_mode="multi_hot")],
        [layers.IntegerLookup()],
        [layers.Rescaling(0.5), layers.Discretization(num_bins=4), layers.IntegerLookup()],
    ]


NAMES = ["a", "t", "t", "n", "a"]


def test_one_pass_for_all_and_another_for_what_learns_behind_them() -> None:
    table = _data()
    stream, chains, expected = _Stream(table), _layers(), _layers()
    adapt([_learner(name, *chain) for name, chain in zip(NAMES, chains, strict=True)], stream)
    assert stream.passes == 2
    adapt([_learner(name, *chain) for name, chain in zip(NAMES, expected, strict=True)], table)
    for name, one, other in zip(NAMES, chains, expected, strict=True):
        found, wanted = table.fields[name], table.fields[name]
        for first, second in zip(one, other, strict=True):
            found, wanted = first(found), second(wanted)
        np.testing.assert_array_equal(np.asarray(found), np.asarray(wanted))
    alone = keras.layers.Normalization()
    alone.adapt(table.fields["a"])
    np.testing.assert_allclose(np.asarray(chains[0][0].mean), np.asarray(alone.mean), rtol=1e-5)


def test_a_fault_in_a_row_ends_all_threads_and_is_said_as_it_is() -> None:
    def raw(table: Table) -> Any:
        if table.rows is not None and table.rows[0] >= 300:
            raise DataError("row 301 is bad")
        return table.fields["a"]

    learner = _learner("a", keras.layers.Normalization())
    learners = [Learner(learner.layers, raw, "a", None), _learner("t", keras.layers.StringLookup())]
    with pytest.raises(DataError, match="row 301 is bad"):
        adapt(learners, _Stream(_data()))


def test_what_keras_refuses_is_said_at_the_layer() -> None:
    with pytest.raises(SpecError, match="Normalization") as caught:
        adapt(
            [_learner("t", keras.layers.Normalization()), _learner("n", keras.layers.IntegerLookup())], _Stream(_data())
        )
    assert caught.value.diagnostics[0].span == PLACE
