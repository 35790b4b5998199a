"""Which rows are for training, validation and test: disjoint, drawn from the seed, the same on every machine."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kerascli.data.sources import SourceData, read_source
from kerascli.data.table import Array, Table
from kerascli.errors import DataError, did_you_mean
from kerascli.spec.data_spec import DataSpec, SplitSpec

# Keeps the draw of the splits apart from other uses of the seed.
_SPLIT_STREAM = 0x5911


@dataclass(frozen=True)
class Tables:
    """The rows of each split."""

    train: Table
    validation: Table | None
    test: Table | None


def split_tables(data: DataSpec, source: SourceData, seed: int) -> Tables:
    """Splits a source.

    Validation and test are parts of the whole, the test drawn first; a source's own test split is the test without
    being said.

    Args:
        data: The data section.
        source: What its source gives.
        seed: The seed; the same gives the same split on every machine.

    Raises:
        DataError: A split is larger than what is left, leaves nothing to train on, or lacks a field.
    """
    whole = source.table
    left = np.arange(whole.samples)
    test_rows, left = _draw(data.test, left, whole, seed, "test")
    validation_rows, left = _draw(data.validation, left, whole, seed, "validation")
    if whole.samples == 0:
        raise DataError(f"{whole.source} has no samples", span=data.source.span)
    if len(left) == 0:
        span = (data.validation or data.test or data).span
        message = f"the splits leave nothing of {whole.samples:,} samples to train on"
        raise DataError(message, code="split", span=span, hint="make them smaller")
    return Tables(
        whole if len(left) == whole.samples else whole.take(left),
        _split_table(data.validation, validation_rows, source, seed),
        _split_table(data.test, test_rows, source, seed) if data.test is not None else source.test,
    )


def _draw(spec: SplitSpec | None, left: Array, whole: Table, seed: int, name: str) -> tuple[Array | None, Array]:
    """The rows of one split and the rows that are left, both in the order of the source."""
    if spec is None or spec.source is not None:
        return None, left
    # A fraction is of the whole; halves round up, so that a small split is not empty.
    count = spec.count if spec.count is not None else math.floor((spec.fraction or 0) * whole.samples + 0.5)
    if not 0 < count <= len(left):
        message = f"'{name}' takes {count:,} of {len(left):,} samples"
        raise DataError(
            message, code="split", span=spec.span, hint="choose a smaller split" if count else "choose a larger one"
        )
    if not spec.shuffle:
        return left[:count], left[count:]
    order = np.random.Generator(np.random.PCG64([seed, _SPLIT_STREAM])).permutation(len(left))
    return left[np.sort(order[:count])], left[np.sort(order[count:])]


def _split_table(spec: SplitSpec | None, rows: Array | None, source: SourceData, seed: int) -> Table | None:
    if spec is None:
        return None
    if rows is not None:
        return source.table.take(rows)
    assert spec.source is not None
    table = read_source(spec.source, seed).table
    missing = [name for name in source.table.fields if name not in table.fields]
    if len(missing) == len(source.table.fields):
        hint = did_you_mean(missing[0], table.fields)
        raise DataError(f"{table.source} has no field '{missing[0]}'", code="unknown-field", span=spec.span, hint=hint)
    return table
