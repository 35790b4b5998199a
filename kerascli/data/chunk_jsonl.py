"""Files of JSON lines that are larger than memory shall hold → `ChunkedRows`, checked wholly in one pass."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from kerascli.data.arrow_columns import to_numpy
from kerascli.data.line_chunks import RANGE, LineRange, Stamp, line_ranges, read_range, stamp
from kerascli.data.read_rows import parse_lines
from kerascli.data.rows import Chunk, ChunkedRows
from kerascli.data.table import Table, make_table
from kerascli.errors import DataError, Span


def chunk_jsonl(files: list[Path], source: str, span: Span | None, *, size: int = RANGE) -> ChunkedRows:
    """The rows of some files in parts.

    Args:
        files: The files in their order.
        source: What messages call them.
        span: Where the source is written.
        size: The bytes of a part.

    Raises:
        DataError: A line is at fault, or a key has another type than in the lines above.
    """
    schema = pa.schema([])
    gaps: set[str] = set()
    names: list[set[str]] = []
    parts: list[tuple[Stamp, LineRange, int]] = []
    for path in files:
        file = stamp(path)
        for part, content in line_ranges(path, quotes=False, size=size):
            rows, _ = parse_lines(pa.py_buffer(content), path, span, first_line=part.line)
            try:
                schema = pa.unify_schemas([schema, rows.schema], promote_options="permissive")
            except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
                message = f"a key of '{path}' changes its type at or behind line {part.line}: {error}"
                raise DataError(message, span=span, hint="give the field one type") from error
            gaps |= {name for name in rows.column_names if rows.column(name).null_count}
            names.append(set(rows.column_names))
            parts.append((file, part, rows.num_rows))
    # What is missing in a part is a gap in its rows.
    gaps |= {name for name in schema.names if any(name not in one for one in names)}
    if not sum(samples for _, _, samples in parts):
        raise DataError(f"'{source}' has no rows", span=span, hint="write one JSON object a line")
    fields = [
        field.with_type(pa.float64()) if field.name in gaps and pa.types.is_integer(field.type) else field
        for field in schema
    ]
    called = files[0].name if len(files) == 1 else source
    chunks, row = [], 0
    for file, part, samples in parts:
        read = partial(_read, file, part, pa.schema(fields), row, called, span)
        chunks.append(Chunk(samples, read, part.stop - part.start))
        row += samples
    full = next(chunk for chunk in chunks if chunk.samples)
    return ChunkedRows(called, full.read(None).head, chunks)


def _read(
    file: Stamp,
    part: LineRange,
    schema: pa.Schema,
    row: int,
    source: str,
    span: Span | None,
    fields: Collection[str] | None,
) -> Table:
    """The rows of one part."""
    content = pa.py_buffer(read_range(file, part, span))
    table, lines = parse_lines(content, file.path, span, first_line=part.line, schema=schema)
    wanted = [name for name in schema.names if fields is None or name in fields] or schema.names[:1]
    arrays = {name: to_numpy(table.column(name), name, f"'{file.path}'", span) for name in wanted}
    found = make_table(arrays, source, lines, span)
    return replace(found, rows=np.arange(row, row + found.samples))
