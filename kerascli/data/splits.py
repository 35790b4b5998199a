"""Which rows are for training, validation and test: disjoint, drawn from the seed, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kerascli.data.draw import draw_rows
from kerascli.data.sources import SourceData, read_source
from kerascli.data.table import Array, Table
from kerascli.errors import DataError, did_you_mean
from kerascli.spec.data_spec import DataSpec, SplitSpec

# Keeps what a source of a split's own draws apart from what the training source draws.
_SOURCE_STREAMS = {"validation": 0xA11D, "test": 0x7E57}


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
        DataError: There are no samples; a split is larger than what is left, leaves nothing to train on, or lacks a
            field.
    """
    whole = source.table
    if whole.samples == 0:
        raise DataError(f"{whole.source} has no samples", code="no-samples", span=data.source.span)
    left = np.arange(whole.samples)
    test_rows, left = _draw(data.test, left, whole, seed, "test")
    validation_rows, left = _draw(data.validation, left, whole, seed, "validation")
    if len(left) == 0:
        span = (data.validation or data.test or data).span
        message = f"the splits leave nothing of {whole.samples:,} samples to train on"
        raise DataError(message, code="split", span=span, hint="make them smaller")
    return Tables(
        whole if len(left) == whole.samples else whole.take(left),
        _split_table(data.validation, validation_rows, source, seed, "validation")
        if data.validation is not None
        else source.validation,
        _split_table(data.test, test_rows, source, seed, "test") if data.test is not None else source.test,
    )


def _draw(spec: SplitSpec | None, left: Array, whole: Table, seed: int, name: str) -> tuple[Array | None, Array]:
    """The rows of one split and the rows that are left, both in the order of the source."""
    if spec is None or spec.source is not None:
        return None, left
    return draw_rows(spec, left, whole, seed, name)


def _split_table(spec: SplitSpec | None, rows: Array | None, source: SourceData, seed: int, name: str) -> Table | None:
    if spec is None:
        return None
    if rows is not None:
        return source.table.take(rows)
    assert spec.source is not None
    read = read_source(spec.source, _own_seed(seed, name))
    # What a built-in source keeps for tests is what a held-out split wants of it.
    table = read.test if read.test is not None else read.table
    if table.samples == 0:
        raise DataError(f"{table.source} has no samples", code="no-samples", span=spec.span)
    missing = [name for name in source.table.fields if name not in table.fields]
    if len(missing) == len(source.table.fields):
        hint = did_you_mean(missing[0], table.fields)
        raise DataError(f"{table.source} has no field '{missing[0]}'", code="unknown-field", span=spec.span, hint=hint)
    return table


def _own_seed(seed: int, name: str) -> int:
    """A seed of its own: a synthetic source would draw the training samples again."""
    return int(np.random.SeedSequence([seed, _SOURCE_STREAMS[name]]).generate_state(1)[0])
