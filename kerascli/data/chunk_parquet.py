"""Parquet files that are larger than memory shall hold → `ChunkedRows`: a row group is a part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet

from kerascli.data.arrow_columns import to_numpy
from kerascli.data.line_chunks import Stamp, stamp
from kerascli.data.rows import Chunk, ChunkedRows, chunked_rows
from kerascli.data.table import Table, make_table
from kerascli.errors import DataError, Span


def parquet_bytes(files: Collection[Path]) -> int:
    """The bytes of the unpacked columns; 0 where a file can't be read, which its reader says."""
    try:
        return sum(_group_sizes(pa_parquet.read_metadata(file)).sum() for file in files)
    except (pa.ArrowException, OSError):
        return 0


def _group_sizes(metadata: Any) -> np.ndarray[Any, Any]:
    groups = range(metadata.num_row_groups)
    return np.array([metadata.row_group(group).total_byte_size for group in groups], np.int64)


def chunk_parquet(files: list[Path], source: str, span: Span | None) -> ChunkedRows:
    """The rows of some files, a row group at a time; only the columns that are asked for are read.

    Args:
        files: The files in their order.
        source: What messages call them.
        span: Where the source is written.

    Raises:
        DataError: The files have different columns, or no rows.
    """
    first = pa_parquet.read_schema(files[0])
    gaps: set[str] = set()
    parts: list[tuple[Stamp, int, int, int]] = []
    for path in files:
        metadata = pa_parquet.read_metadata(path)
        schema = metadata.schema.to_arrow_schema()
        for name in first.names + schema.names:
            if name not in schema.names or name not in first.names or schema.field(name).type != first.field(name).type:
                message = f"'{path}' and '{files[0]}' differ in the column '{name}'"
                raise DataError(message, span=span, hint="give all files the same columns")
        gaps |= _with_gaps(metadata)
        sizes = _group_sizes(metadata)
        file = stamp(path)
        parts += [(file, group, metadata.row_group(group).num_rows, int(size)) for group, size in enumerate(sizes)]
    if len(set(first.names)) < len(first.names):
        raise DataError(f"'{source}' has several columns of one name", span=span, hint="rename all but one")
    # Whole numbers with a gap anywhere are real numbers everywhere, as a missing one is NaN.
    as_real = {name for name in gaps if pa.types.is_integer(first.field(name).type)}
    called = files[0].name if len(files) == 1 else source
    chunks = [
        Chunk(samples, partial(_read, file, group, first.names, as_real, called, span), size)
        for file, group, samples, size in parts
    ]
    return chunked_rows(chunks, called, span, "add rows")


def _with_gaps(metadata: Any) -> set[str]:
    """The columns that may have a missing value: those whose statistics don't say that there is none."""
    found = set()
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            column = metadata.row_group(group).column(index)
            statistics = column.statistics
            if statistics is None or not statistics.has_null_count or statistics.null_count:
                found.add(column.path_in_schema.partition(".")[0])
    return found


def _read(
    file: Stamp,
    group: int,
    names: list[str],
    as_real: Collection[str],
    source: str,
    span: Span | None,
    fields: Collection[str] | None,
) -> Table:
    """The rows of one row group."""
    file.check(span)
    wanted = [name for name in names if fields is None or name in fields] or names[:1]
    try:
        with pa_parquet.ParquetFile(file.path) as opened:
            table = opened.read_row_group(group, columns=wanted)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"'{file.path}' is damaged: {reason}", span=span, hint="save it again") from error
    arrays: Mapping[str, Any] = {name: to_numpy(table.column(name), name, f"'{file.path}'", span) for name in wanted}
    arrays = {name: array.astype(np.float64) if name in as_real else array for name, array in arrays.items()}
    return make_table(arrays, source, span=span)
