"""The files that the paths of a table name: checked before the first step, or left out where they can't be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kerascli.data.input_column import InputColumn
from kerascli.data.rows import Rows
from kerascli.data.skipped import SkipLog
from kerascli.data.sources import SourceData
from kerascli.data.splits import Tables
from kerascli.data.table import Table
from kerascli.data.told import told
from kerascli.errors import DataError, Span
from kerascli.spec.data_spec import DataSpec, Read


def _file_fields(data: DataSpec, source: SourceData) -> Iterator[tuple[str, Read, Span | None]]:
    """The fields that hold paths, how their files are read, and where the spec says so."""
    for spec in data.inputs or ():
        read = spec.read or (source.reads or {}).get(spec.fields[0])
        if read is not None and not spec.stacked:
            yield spec.fields[0], read, spec.span


def folder_of(read: Read) -> Path:
    """What the paths are relative to that are read so."""
    return Path(str(dict(read.arguments).get("folder") or "."))


def check_files(rows: Rows, data: DataSpec, source: SourceData) -> None:
    """Looks at all files that the rows name, without decoding them.

    Raises:
        DataError: One is missing, or its header claims what no sample should be.
    """
    for field, read, span in _file_fields(data, source):
        from kerascli.data.read_media import check_media

        for table in told(rows.blocks({field}), rows.samples):
            if field in table.fields:
                check_media(read, table.fields[field].reshape(-1), table, field, span)


def check_new_files(columns: Iterable[InputColumn], table: Table) -> None:
    """Looks at the files that new rows name, as `check_files` does before a training.

    Raises:
        DataError: One is missing, or its header claims what no sample should be.
    """
    for column in columns:
        if column.read is not None and column.fields[0] in table.fields:
            from kerascli.data.read_media import check_media

            check_media(column.read, table.fields[column.fields[0]], table, column.fields[0], column.span)


def without_unreadable(source: SourceData, data: DataSpec, skipped: SkipLog) -> SourceData:
    """The source without the samples whose files can't be read; these are counted and listed."""
    fields = list(_file_fields(data, source))

    def kept(rows: Rows | None) -> Rows | None:
        return None if rows is None else _readable_rows(rows, fields, skipped)

    table = kept(source.table)
    assert table is not None
    return replace(source, table=table, test=kept(source.test), validation=kept(source.validation))


def without_unreadable_splits(tables: Tables, source: SourceData, data: DataSpec, skipped: SkipLog) -> Tables:
    """The splits, those with a source of their own without the samples whose files can't be read.

    Raises:
        DataError: No sample of such a split can be read.
    """
    fields = list(_file_fields(data, source))
    for name, split in (("validation", data.validation), ("test", data.test)):
        rows = tables.by_name.get(name)
        if rows is None or split is None or split.source is None:
            continue
        kept = _readable_rows(rows, fields, skipped)
        if kept.samples == 0:
            raise DataError(f"{rows.source} has no samples that can be read", code="no-samples", span=split.span)
        tables = replace(tables, **{name: kept})
    return tables


def _readable_rows(rows: Rows, fields: Sequence[tuple[str, Read, Span | None]], skipped: SkipLog) -> Rows:
    if not fields:
        return rows
    from kerascli.data.read_media import readable

    masks = [
        np.logical_and.reduce([readable(read, table.fields[field], table, skipped) for field, read, _ in fields])
        for table in told(rows.blocks([field for field, _, _ in fields]), rows.samples)
    ]
    return rows.select(np.concatenate(masks)) if masks else rows
