"""A CSV file, or several that match a pattern → a table, with every fault named by file, line and column."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from kerascli.data.arrow_columns import to_numpy
from kerascli.data.find_files import find_files
from kerascli.data.table import Array, Table, make_table
from kerascli.data.text_file import Records, find_records, read_text
from kerascli.errors import DataError, Span, SpecError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES: Mapping[str, Any] = {"int": pa.int64(), "float": pa.float64(), "text": pa.string(), "bool": pa.bool_()}
_MISSING = ["", "NA", "N/A", "#N/A", "NaN", "nan", "-NaN", "-nan", "null", "NULL", "Null"]
_MIN_BLOCK = 1 << 22


@dataclass(frozen=True)
class _Options:
    """How every file of a source is written."""

    separator: str
    decimal: str
    encoding: str
    header: bool
    types: Mapping[str, str]
    span: Span | None


@dataclass(frozen=True)
class _Text:
    """One file, its text read and its records found."""

    path: Path
    content: pa.Buffer
    records: Records
    names: list[str]


def read_csv(
    path: str | Path,
    *,
    separator: str = ",",
    decimal: str = ".",
    encoding: str = "utf-8",
    header: bool = True,
    columns: Mapping[str, str] | None = None,
    span: Span | None = None,
) -> Table:
    """Reads a file, or all files that match a pattern, in the order of their names.

    Columns are int64, float64 or text, as their cells are; truth values and dates stay text. A missing cell (empty, NA,
    NaN, null) is NaN in a column of numbers, '' in one of text.

    Args:
        path: The file, also `.csv.gz`, or a pattern.
        separator: Between cells, one character.
        decimal: The decimal mark, one character.
        encoding: The text encoding.
        header: Whether the first line names the columns; else they are `f0`, `f1`, ….
        columns: Column to `int`, `float`, `text` or `bool`, for those that shall not be inferred.
        span: Where the source is written.

    Raises:
        DataError: A file is missing, no text, or has a fault; the message names the line and the column.
        SpecError: The separator, the decimal mark, the encoding or a type is none.
    """
    options = _Options(separator, decimal, encoding, header, columns or {}, span)
    _check_options(options)
    texts = [_open(file, options) for file in find_files(str(path), span)]
    tables = [_read(text, options, options.types) for text in texts]
    if len(texts) == 1:
        return _one(texts[0], tables[0], options)
    source = f"'{path}'"
    whole = _join(texts, tables, options)
    fields = {name: to_numpy(whole.column(name), name, source, span) for name in whole.column_names}
    # A line's number says little without its file, so rows of several files have none.
    return make_table(fields, str(path), span=span)


def _check_options(options: _Options) -> None:
    for name, value in (("separator", options.separator), ("decimal", options.decimal)):
        if len(value) != 1 or not value.isascii() or value in '"\r\n':
            raise SpecError(f"'{name}' is '{value}'", span=options.span, hint="write one character, such as ',' or ';'")
    if options.separator == options.decimal:
        message = f"'{options.separator}' can't be the separator and the decimal mark"
        raise SpecError(message, span=options.span, hint="set 'separator' to what stands between cells")
    for name, kind in options.types.items():
        if kind not in _TYPES:
            message = f"unknown type '{kind}' of the column '{name}'"
            raise SpecError(message, span=options.span, hint=did_you_mean(str(kind), _TYPES))


def _open(path: Path, options: _Options) -> _Text:
    """Reads the text and the names of the columns, and checks these."""
    content = read_text(path, options.encoding, options.span)
    records = find_records(content, quotes=True)
    rows = len(records.lines) - (1 if options.header else 0)
    if rows < 1:
        hint = "add rows, or set 'header: false'" if options.header else "add rows"
        raise DataError(f"'{path}' has no rows", span=options.span, hint=hint)
    # Arrow wants a line's end behind a header without rows.
    first = pa.py_buffer(content.slice(0, records.first_end).to_pybytes() + b"\n")
    try:
        names = list(_parse(first, records, options, pa_csv.ConvertOptions()).column_names)
    except pa.ArrowInvalid as error:
        message = f"can't read the first line of '{path}': {error}"
        raise DataError(message, span=options.span, hint="check the file") from error
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        places = ", ".join(str(place + 1) for place, name in enumerate(names) if name == twice[0])
        message = f"'{path}' has several columns named '{twice[0]}' (columns {places})"
        raise DataError(message, span=options.span, hint="rename all but one")
    for name in options.types:
        if name not in names:
            message = f"'{path}' has no column '{name}'"
            raise DataError(message, code="unknown-field", span=options.span, hint=did_you_mean(name, names))
    return _Text(path, content, records, names)


def _parse(content: pa.Buffer, records: Records, options: _Options, convert: Any, threads: bool = True) -> pa.Table:
    """Parses text with Arrow; it raises `pyarrow.ArrowInvalid`."""
    # A record must fit into a block.
    block = min(max(_MIN_BLOCK, 2 * records.longest), 2**31 - 1)
    return pa_csv.read_csv(
        pa.BufferReader(content),
        read_options=pa_csv.ReadOptions(
            block_size=block, autogenerate_column_names=not options.header, use_threads=threads
        ),
        parse_options=pa_csv.ParseOptions(delimiter=options.separator, newlines_in_values=records.quoted_line_ends),
        convert_options=convert,
    )


def _convert_options(options: _Options, types: Mapping[str, str], include: list[str] | None = None) -> Any:
    return pa_csv.ConvertOptions(
        column_types={name: _TYPES[kind] for name, kind in types.items()},
        include_columns=include,
        null_values=_MISSING,
        strings_can_be_null=True,
        decimal_point=options.decimal,
    )


def _read(text: _Text, options: _Options, types: Mapping[str, str]) -> pa.Table:
    """The table of one file, its columns of numbers, text or asked types.

    Raises:
        DataError: A record has too many or too few cells, or a cell is not of the type that was asked for.
    """
    try:
        table = _parse(text.content, text.records, options, _convert_options(options, types))
        # What Arrow took for truth values, dates or times is read again as written.
        odd = [field.name for field in table.schema if field.name not in types and not _is_kept(field.type)]
        if odd:
            as_text = _convert_options(options, dict.fromkeys(odd, "text"), odd)
            again = _parse(text.content, text.records, options, as_text)
            for name in odd:
                table = table.set_column(text.names.index(name), name, again.column(name))
    except pa.ArrowInvalid as error:
        raise _fault(text, options, types, error) from error
    return table


def _is_kept(kind: Any) -> bool:
    return bool(
        pa.types.is_int64(kind) or pa.types.is_float64(kind) or pa.types.is_string(kind) or pa.types.is_null(kind)
    )


def _fault(text: _Text, options: _Options, types: Mapping[str, str], error: Exception) -> DataError:
    """What Arrow refused, with the line and the column."""
    message = str(error)
    try:
        # Only without threads does Arrow count the records.
        _parse(text.content, text.records, options, _convert_options(options, types), threads=False)
    except pa.ArrowInvalid as counted:
        message = str(counted)
    number = re.search(r"Row #(\d+)", message)
    record = int(number.group(1)) - 1 if number else -1
    line = f" in line {text.records.lines[record]}" if 0 <= record < len(text.records.lines) else ""
    cells = re.search(r"Expected (\d+) columns?, got (\d+)", message)
    if cells:
        hint = "quote cells that hold the separator, or set 'separator'"
        said = f"'{text.path}' has {cells.group(2)} cells{line}, but {cells.group(1)} columns"
        return DataError(said, span=options.span, hint=hint)
    cell = re.search(r"In CSV column #(\d+):.*invalid value '(.*)'", message, re.DOTALL)
    if cell:
        name = text.names[int(cell.group(1))]
        kind = types.get(name, "text")
        said = f"'{cell.group(2)}' in the column '{name}'{line} of '{text.path}' is not {_KIND_NAMES[kind]}"
        return DataError(said, span=options.span, hint=f"mend the cell, or write '{name}: text' below 'columns'")
    return DataError(f"can't read '{text.path}': {message}", span=options.span, hint="check the file")


_KIND_NAMES = {"int": "an int", "float": "a float", "bool": "a truth value", "text": "text"}


def _one(text: _Text, table: pa.Table, options: _Options) -> Table:
    """The table of a single file, with the line of each row."""
    lines = _lines(text, table.num_rows, options)
    for name in table.column_names:
        column = table.column(name)
        if options.types.get(name) == "bool" and column.null_count:
            row = int(np.argmax(column.is_null().to_numpy()))
            place = f" in line {lines[row]}" if lines is not None else ""
            message = f"the cell of '{name}'{place} of '{text.path}' is missing, and a bool can't be"
            raise DataError(message, span=options.span, hint=f"complete it, or write '{name}: text'")
    source = f"'{text.path}'"
    fields = {name: to_numpy(table.column(name), name, source, options.span) for name in table.column_names}
    return make_table(fields, text.path.name, lines, options.span)


def _lines(text: _Text, rows: int, options: _Options) -> Array | None:
    """The line of each row; None where they can't be told.

    Raises:
        DataError: A quote is never closed, so that rows went into one cell.
    """
    skip = 1 if options.header else 0
    plain = find_records(text.content, quotes=False).lines[skip:]
    if text.records.open_quote and rows != len(plain):
        message = f"a quote of '{text.path}' is never closed: {len(plain):,} lines gave {rows:,} rows"
        raise DataError(message, span=options.span, hint="close it, or double a quote that is part of a cell")
    # A quote inside an unquoted cell, as in 5" pipe, quotes nothing for Arrow.
    for lines in (text.records.lines[skip:], plain):
        if len(lines) == rows:
            return lines
    return None


def _join(texts: list[_Text], tables: list[pa.Table], options: _Options) -> pa.Table:
    """The rows of all files; a column is text in all when it is in one.

    Raises:
        DataError: The files have different columns, or a quote is never closed.
    """
    names = texts[0].names
    for text in texts[1:]:
        odd = sorted(set(names) ^ set(text.names))
        if odd:
            message = f"'{text.path}' and '{texts[0].path}' have different columns: only one has '{odd[0]}'"
            raise DataError(message, span=options.span, hint="give all files the same columns")
    kinds = {name: {str(table.schema.field(name).type) for table in tables} - {"null"} for name in names}
    mixed = {name: "text" for name, kind in kinds.items() if "string" in kind and len(kind) > 1}
    out = []
    for text, table in zip(texts, tables, strict=True):
        _lines(text, table.num_rows, options)
        same = _read(text, options, {**mixed, **options.types}) if mixed else table
        out.append(same.select(names))
    return pa.concat_tables(out, promote_options="permissive")
