"""Files of JSON lines that are larger than memory shall hold → `ChunkedRows`, checked wholly in one pass."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path

import pyarrow as pa

from kerascli.data.arrow_columns import to_numpy
from kerascli.data.bad_records import blanked
from kerascli.data.line_chunks import RANGE, LineRange, Stamp, line_ranges, read_range, stamp
from kerascli.data.read_rows import parse_lines, parse_sound_lines
from kerascli.data.rows import Chunk, ChunkedRows, chunked_rows
from kerascli.data.skipped import SkipLog
from kerascli.data.table import Table, make_table
from kerascli.errors import DataError, Span


def chunk_jsonl(
    files: list[Path], source: str, span: Span | None, *, skipped: SkipLog | None = None, size: int = RANGE
) -> ChunkedRows:
    """The rows of some files in parts.

    Args:
        files: The files in their order.
        source: What messages call them.
        span: Where the source is written.
        skipped: Counts the lines that are no JSON object, which are left out; None: the first of them is an error.
        size: The bytes of a part.

    Raises:
        DataError: A line is at fault, or a key has another type than in the lines above.
    """
    schema = pa.schema([])
    gaps: set[str] = set()
    names: list[set[str]] = []
    parts: list[tuple[Stamp, LineRange, tuple[tuple[int, int], ...], int]] = []
    for path in files:
        file = stamp(path)
        for part, content in line_ranges(path, quotes=False, size=size):
            rows, _, gone = parse_sound_lines(pa.py_buffer(content), path, span, skipped, first_line=part.line)
            try:
                schema = pa.unify_schemas([schema, rows.schema], promote_options="permissive")
            except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
                message = f"a key of '{path}' changes its type at or behind line {part.line}: {error}"
                raise DataError(message, span=span, hint="give the field one type") from error
            gaps |= {name for name in rows.column_names if rows.column(name).null_count}
            names.append(set(rows.column_names))
            parts.append((file, part, gone, rows.num_rows))
    # What is missing in a part is a gap in its rows.
    gaps |= {name for name in schema.names if any(name not in one for one in names)}
    fields = [
        field.with_type(pa.float64()) if field.name in gaps and pa.types.is_integer(field.type) else field
        for field in schema
    ]
    called = files[0].name if len(files) == 1 else source
    chunks = [
        Chunk(samples, partial(_read, file, part, gone, pa.schema(fields), called, span), part.stop - part.start)
        for file, part, gone, samples in parts
    ]
    return chunked_rows(chunks, called, span, "write one JSON object a line")


def _read(
    file: Stamp,
    part: LineRange,
    gone: tuple[tuple[int, int], ...],
    schema: pa.Schema,
    source: str,
    span: Span | None,
    fields: Collection[str] | None,
) -> Table:
    """The rows of one part."""
    content = pa.py_buffer(blanked(read_range(file, part, span), gone))
    table, lines = parse_lines(content, file.path, span, first_line=part.line, schema=schema)
    wanted = [name for name in schema.names if fields is None or name in fields] or schema.names[:1]
    arrays = {name: to_numpy(table.column(name), name, f"'{file.path}'", span) for name in wanted}
    return make_table(arrays, source, lines, span)
