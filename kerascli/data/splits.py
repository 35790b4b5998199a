"""Which rows are for training, validation and test: disjoint, drawn from the seed, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kerascli.data.draw import draw_latest, draw_rows
from kerascli.data.rows import Rows
from kerascli.data.skipped import SkipLog
from kerascli.data.sources import SourceData, read_source
from kerascli.data.table import Array
from kerascli.data.window import cut_windows
from kerascli.errors import DataError, did_you_mean
from kerascli.spec.data_spec import DataSpec, SplitSpec, WindowSpec

# Keeps what a source of a split's own draws apart from what the training source draws.
_SOURCE_STREAMS = {"validation": 0xA11D, "test": 0x7E57}


@dataclass(frozen=True)
class Tables:
    """The rows of each split."""

    train: Rows
    validation: Rows | None
    test: Rows | None

    @property
    def by_name(self) -> dict[str, Rows]:
        """The splits that there are: `train`, `validation`, `test`."""
        named = {"train": self.train, "validation": self.validation, "test": self.test}
        return {name: rows for name, rows in named.items() if rows is not None}

    def windows(self, spec: WindowSpec) -> Tables:
        """Each split cut into sequences by itself, so that no row is in two splits.

        Raises:
            DataError: A split has too few rows.
        """
        cut = {name: cut_windows(rows, spec, split=name) for name, rows in self.by_name.items()}
        return Tables(cut["train"], cut.get("validation"), cut.get("test"))


def split_tables(data: DataSpec, source: SourceData, seed: int, skipped: SkipLog | None = None) -> Tables:
    """Splits a source.

    Validation and test are parts of the whole, the test drawn first; a source's own test split is the test without
    being said.

    Args:
        data: The data section.
        source: What its source gives.
        seed: The seed; the same gives the same split on every machine.
        skipped: Counts the rows that can't be read of splits with a source of their own; None: none is left out.

    Raises:
        DataError: There are no samples; a split is larger than what is left, leaves nothing to train on, or lacks a
            field.
    """
    whole = source.table
    if whole.samples == 0:
        raise DataError(f"{whole.source} has no samples", code="no-samples", span=data.source.span)
    left = np.ones(whole.samples, bool)
    test_rows = _draw(data, data.test, left, whole, "test", seed)
    validation_rows = _draw(data, data.validation, left, whole, "validation", seed)
    if not left.any():
        span = (data.validation or data.test or data).span
        message = f"the splits leave nothing of {whole.samples:,} samples to train on"
        raise DataError(message, code="split", span=span, hint="make them smaller")
    return Tables(
        whole if left.all() else whole.select(left),
        _split_rows(data.validation, validation_rows, source, seed, "validation", skipped)
        if data.validation is not None
        else source.validation,
        _split_rows(data.test, test_rows, source, seed, "test", skipped) if data.test is not None else source.test,
    )


def _draw(data: DataSpec, spec: SplitSpec | None, left: Array, whole: Rows, name: str, seed: int) -> Array | None:
    """Which rows one split takes; they are no longer left."""
    if spec is None or spec.source is not None:
        return None
    if data.window is not None:
        chosen = draw_latest(spec, left, whole, name, data.window.group)
    else:
        chosen = draw_rows(spec, left, whole, seed, name)
    left &= ~chosen
    return chosen


def _split_rows(
    spec: SplitSpec | None,
    chosen: Array | None,
    source: SourceData,
    seed: int,
    name: str,
    skipped: SkipLog | None,
) -> Rows | None:
    if spec is None:
        return None
    if chosen is not None:
        return source.table.select(chosen)
    assert spec.source is not None
    read = read_source(spec.source, _own_seed(seed, name), skipped=skipped)
    # What a built-in source keeps for tests is what a held-out split wants of it.
    rows = read.test if read.test is not None else read.table
    if rows.samples == 0:
        raise DataError(f"{rows.source} has no samples", code="no-samples", span=spec.span)
    known = rows.head.fields
    missing = [name for name in source.table.head.fields if name not in known]
    if len(missing) == len(source.table.head.fields):
        hint = did_you_mean(missing[0], known)
        raise DataError(f"{rows.source} has no field '{missing[0]}'", code="unknown-field", span=spec.span, hint=hint)
    return rows


def _own_seed(seed: int, name: str) -> int:
    """A seed of its own: a synthetic source would draw the training samples again."""
    return int(np.random.SeedSequence([seed, _SOURCE_STREAMS[name]]).generate_state(1)[0])
