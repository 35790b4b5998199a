"""JSON lines and Parquet files → a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.json as pa_json
import pyarrow.parquet as pa_parquet

from kerascli.data.arrow_columns import to_numpy
from kerascli.data.bad_records import blanked, find_bad
from kerascli.data.json_depth import MAXIMUM_DEPTH, is_deep
from kerascli.data.memory import check_size
from kerascli.data.skipped import SkipLog
from kerascli.data.table import Table, make_table
from kerascli.data.text_file import Records, find_records, read_text
from kerascli.errors import DataError, Span

if TYPE_CHECKING:
    from pathlib import Path

    from kerascli.data.table import Array

_MIN_BLOCK = 1 << 22


def read_jsonl(path: Path, span: Span | None = None, skipped: SkipLog | None = None) -> Table:
    """Reads a file of one JSON object a line; a missing key is a missing cell, lists of one length are arrays.

    Raises:
        DataError: The file is missing, empty or no text; a line is no JSON object, or a value differs in type from
            those above it; lists differ in length; a value is an object.
    """
    content = read_text(path, "utf-8", span)
    rows, lines, _ = parse_sound_lines(content, path, span, skipped)
    if not rows.num_rows:
        raise DataError(f"'{path}' has no rows", span=span, hint="write one JSON object a line")
    return make_table(_fields(rows, path, span), path.name, lines, span)


def parse_lines(
    content: pa.Buffer, path: Path, span: Span | None, *, first_line: int = 1, schema: pa.Schema | None = None
) -> tuple[pa.Table, Array | None]:
    """The rows of a text of JSON lines, and the line of each where it can be told.

    Args:
        content: UTF-8, a file or a part of one.
        path: The file, for messages.
        span: Where the source is written.
        first_line: The line of the file on which the content begins.
        schema: The types of keys, where they are known.

    Raises:
        DataError: A line is no JSON object, or a value differs in type from those above it.
    """
    records = find_records(content, quotes=False)
    if not len(records.lines):
        return pa.table({}), records.lines
    known = list(schema) if schema is not None else []
    if is_deep(content):
        raise _json_fault(path, content, "nested too deeply", span, first_line)
    try:
        rows = _parse(content, records, schema)
        # Arrow takes some texts for times; they are read again as written.
        times = [field.name for field in rows.schema if pa.types.is_temporal(field.type)]
        if times:
            texts = [pa.field(name, pa.string()) for name in times]
            rows = _parse(content, records, pa.schema([*(one for one in known if one.name not in times), *texts]))
    except pa.ArrowInvalid as error:
        raise _json_fault(path, content, str(error), span, first_line) from error
    lines = records.lines + first_line - 1
    return rows, lines if len(lines) == rows.num_rows else None


def parse_sound_lines(
    content: pa.Buffer, path: Path, span: Span | None, skipped: SkipLog | None, *, first_line: int = 1
) -> tuple[pa.Table, Array | None, tuple[tuple[int, int], ...]]:
    """`parse_lines`, without the lines that are no JSON objects where these are counted; and where they stood."""
    try:
        return *parse_lines(content, path, span, first_line=first_line), ()
    except DataError:
        if skipped is None:
            raise

    def fault(part: bytes, line: int) -> str | None:
        found = _line_fault(path, part, line)
        return None if found is None else found[0]

    bad = find_bad(content, fault, quotes=False, first_line=first_line)
    for _, reason in bad:
        skipped.add(reason)
    gone = tuple(where for where, _ in bad)
    sound = pa.py_buffer(blanked(content.to_pybytes(), gone))
    return *parse_lines(sound, path, span, first_line=first_line), gone


def _line_fault(path: Path, content: bytes, first_line: int) -> tuple[str, str] | None:
    """What is wrong with the first line that is no JSON object, and what to do."""
    for number, line in enumerate(content.split(b"\n"), first_line):
        if not line.strip():
            continue
        if is_deep(line):
            return f"line {number} of '{path}' has more than {MAXIMUM_DEPTH} levels", "write numbers, text or lists"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            return f"line {number} of '{path}' is not JSON: {error}", "write one JSON object a line"
        if not isinstance(row, dict):
            return f"line {number} of '{path}' is {_kind(row)}, not an object", "write '{\"field\": value}'"
    return None


def _parse(content: pa.Buffer, records: Records, schema: Any) -> pa.Table:
    block = min(max(_MIN_BLOCK, 2 * records.longest), 2**31 - 1)
    return pa_json.read_json(
        pa.BufferReader(content),
        read_options=pa_json.ReadOptions(block_size=block),
        parse_options=pa_json.ParseOptions(explicit_schema=schema),
    )


def _json_fault(path: Path, content: pa.Buffer, reason: str, span: Span | None, first_line: int) -> DataError:
    """The first line at fault; Arrow counts rows from the start of a block, so the lines are read once more."""
    text = content.to_pybytes()
    found = _line_fault(path, text, first_line)
    if found is not None:
        return DataError(found[0], span=span, hint=found[1])
    kinds: dict[str, tuple[str, int]] = {}
    for number, line in enumerate(text.split(b"\n"), first_line):
        for name, value in (json.loads(line) if line.strip() else {}).items():
            if value is None:
                continue
            first, at = kinds.setdefault(name, (_kind(value), number))
            if first != _kind(value):
                message = f"'{name}' is {_kind(value)} in line {number} of '{path}', but {first} in line {at}"
                return DataError(message, span=span, hint="give the field one type")
    return DataError(f"can't read '{path}': {reason}", span=span, hint="check the file")


def _kind(value: object) -> str:
    # bool before the numbers: Python counts it among them.
    for kinds, name in ((bool, "a truth value"), ((int, float), "a number"), (str, "text"), (list, "a list")):
        if isinstance(value, kinds):
            return name
    return "an object" if isinstance(value, dict) else "null"


def read_parquet(path: Path, span: Span | None = None) -> Table:
    """Reads a Parquet file; lists of one length are arrays.

    Raises:
        DataError: The file is missing, no Parquet, damaged, too large or without rows; a column is of another type than
            numbers, text and lists of these; lists differ in length.
    """
    if path.is_dir():
        raise DataError(f"'{path}' is a folder", span=span, hint="name a file")
    try:
        with pa_parquet.ParquetFile(path) as file:
            groups = range(file.metadata.num_row_groups)
            check_size(sum(file.metadata.row_group(group).total_byte_size for group in groups), str(path), span)
            # A value that stands in all rows is packed once.
            check_size(file.metadata.num_rows * file.metadata.num_columns * 8, str(path), span)
            rows = file.read()
    except FileNotFoundError as error:
        raise DataError(f"there is no file '{path}'", span=span, hint="check the path") from error
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            f"'{path}' is not a Parquet file, or damaged: {reason}", span=span, hint="save it again"
        ) from error
    if rows.num_rows == 0:
        raise DataError(f"'{path}' has no rows", span=span, hint="add rows")
    if len(set(rows.column_names)) < len(rows.column_names):
        raise DataError(f"'{path}' has several columns of one name", span=span, hint="rename all but one")
    fields = _fields(rows, path, span)
    return make_table(fields, path.name, span=span)


def _fields(rows: pa.Table, path: Path, span: Span | None) -> dict[str, Any]:
    return {name: to_numpy(rows.column(name), name, f"'{path}'", span) for name in rows.column_names}
