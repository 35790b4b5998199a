"""A CSV file, or several that match a pattern → a table, with every fault named by file, line and column."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from kerascli.data.arrow_columns import to_numpy
from kerascli.data.find_files import find_files
from kerascli.data.rows import Rows
from kerascli.data.table import Array, Table, make_table
from kerascli.data.text_file import Records, find_records, read_text
from kerascli.errors import DataError, Span, SpecError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES: Mapping[str, Any] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "text": pa.string(),
    "bool": pa.bool_(),
    "date": pa.timestamp("us"),
}
_MISSING = ["", "NA", "N/A", "#N/A", "NaN", "nan", "-NaN", "-nan", "null", "NULL", "Null"]
_MIN_BLOCK = 1 << 22


@dataclass(frozen=True)
class CsvOptions:
    """How every file of a source is written."""

    separator: str
    decimal: str
    encoding: str
    header: bool
    types: Mapping[str, str]
    span: Span | None


@dataclass(frozen=True)
class CsvText:
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
    budget: int | None = None,
    span: Span | None = None,
) -> Rows:
    """Reads a file, or all files that match a pattern, in the order of their names.

    Columns are int64, float64 or text, as their cells are; truth values and dates stay text. A missing cell (empty, NA,
    NaN, null) is NaN in a column of numbers, '' in one of text.

    Args:
        path: The file, also `.csv.gz`, or a pattern.
        separator: Between cells, one character.
        decimal: The decimal mark, one character.
        encoding: The text encoding.
        header: Whether the first line names the columns; else they are `f0`, `f1`, ….
        columns: Column to `int`, `float`, `text`, `bool` or `date`, for those that shall not be inferred; a date is a
            real number, the days since 1970.
        budget: Files of more bytes are read in parts, when they are needed; None: all is read now.
        span: Where the source is written.

    Raises:
        DataError: A file is missing, no text, or has a fault; the message names the line and the column.
        SpecError: The separator, the decimal mark, the encoding or a type is none.
    """
    options = CsvOptions(separator, decimal, encoding, header, columns or {}, span)
    _check_options(options)
    files = find_files(str(path), span)
    if budget is not None and _is_large(files, encoding, budget):
        from kerascli.data.chunk_csv import chunk_csv

        return chunk_csv(files, str(path), options)
    texts = [_open(file, options) for file in files]
    tables = [parse_csv(text, options, options.types) for text in texts]
    if len(texts) == 1:
        return _one(texts[0], tables[0], options)
    source = f"'{path}'"
    whole = _join(texts, tables, options)
    fields = {name: to_numpy(whole.column(name), name, source, span) for name in whole.column_names}
    # A line's number says little without its file, so rows of several files have none.
    return make_table(fields, str(path), span=span)


def _is_large(files: list[Path], encoding: str, budget: int) -> bool:
    from kerascli.data.chunk_csv import can_chunk

    try:
        return can_chunk(files, encoding) and sum(file.stat().st_size for file in files) > budget
    except (OSError, LookupError):
        # What is wrong is said by the reader.
        return False


def _check_options(options: CsvOptions) -> None:
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


def _open(path: Path, options: CsvOptions) -> CsvText:
    """Reads the text and the names of the columns, and checks these."""
    content = read_text(path, options.encoding, options.span)
    records = find_records(content, quotes=True)
    rows = len(records.lines) - (1 if options.header else 0)
    if rows < 1:
        hint = "add rows, or set 'header: false'" if options.header else "add rows"
        raise DataError(f"'{path}' has no rows", span=options.span, hint=hint)
    text = CsvText(path, content, records, [])
    return replace(text, names=read_names(text, options))


def read_names(text: CsvText, options: CsvOptions) -> list[str]:
    """The names of the columns, as the first record gives them.

    Raises:
        DataError: The record can't be read, a name stands twice, or a column is missing whose type is asked for.
    """
    path, content, records = text.path, text.content, text.records
    # Arrow wants a line's end behind a header without rows.
    first = pa.py_buffer(content.slice(0, records.first_end).to_pybytes() + b"\n")
    try:
        names = list(_parse(first, records, options, pa_csv.ConvertOptions(), names=None, threads=False).column_names)
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
    return names


def _parse(
    content: pa.Buffer, records: Records, options: CsvOptions, convert: Any, *, names: list[str] | None, threads: bool
) -> pa.Table:
    """Parses text with Arrow, which raises `pyarrow.ArrowInvalid`; names are given where the text has no header."""
    # Arrow takes a column's type from the first block, so that all is one block where it can be.
    block = min(max(_MIN_BLOCK, content.size + 1), 2**31 - 1)
    return pa_csv.read_csv(
        pa.BufferReader(content),
        read_options=pa_csv.ReadOptions(
            block_size=block,
            column_names=names,
            autogenerate_column_names=not options.header and names is None,
            use_threads=threads,
        ),
        parse_options=pa_csv.ParseOptions(delimiter=options.separator, newlines_in_values=records.quoted_line_ends),
        convert_options=convert,
    )


def _convert_options(options: CsvOptions, types: Mapping[str, str], include: list[str] | None = None) -> Any:
    return pa_csv.ConvertOptions(
        column_types={name: _TYPES[kind] for name, kind in types.items()},
        include_columns=include,
        null_values=_MISSING,
        strings_can_be_null=True,
        decimal_point=options.decimal,
    )


def parse_csv(
    text: CsvText,
    options: CsvOptions,
    types: Mapping[str, str],
    *,
    header: bool | None = None,
    include: list[str] | None = None,
) -> pa.Table:
    """The table of a text, its columns of numbers, text or asked types.

    Args:
        text: A file, or a part of one.
        options: How it is written.
        types: Column to its type, for those that shall not be inferred.
        header: Whether the text begins with the names; None: as the file does.
        include: The columns to convert, in their order; None: all.

    Raises:
        DataError: A record has too many or too few cells, or a cell is not of the type that was asked for.
    """
    names = None if (options.header if header is None else header) else text.names or None

    def parse(convert: Any, *, threads: bool = True) -> pa.Table:
        return _parse(text.content, text.records, options, convert, names=names, threads=threads)

    try:
        table = parse(_convert_options(options, types, include))
        # What Arrow took for truth values, dates or times is read again as written.
        odd = [field.name for field in table.schema if field.name not in types and not _is_kept(field.type)]
        if odd:
            again = parse(_convert_options(options, dict.fromkeys(odd, "text"), odd))
            for name in odd:
                table = table.set_column(table.column_names.index(name), name, again.column(name))
    except pa.ArrowInvalid as error:
        message = str(error)
        try:
            # Only without threads does Arrow count the records.
            parse(_convert_options(options, types, include), threads=False)
        except pa.ArrowInvalid as counted:
            message = str(counted)
        raise _fault(text, options, types, message) from error
    return table


def _is_kept(kind: Any) -> bool:
    return bool(
        pa.types.is_int64(kind) or pa.types.is_float64(kind) or pa.types.is_string(kind) or pa.types.is_null(kind)
    )


def _fault(text: CsvText, options: CsvOptions, types: Mapping[str, str], message: str) -> DataError:
    """What Arrow refused, with the line and the column."""
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


_KIND_NAMES = {"int": "an int", "float": "a float", "bool": "a truth value", "text": "text", "date": "a date"}


def _one(text: CsvText, table: pa.Table, options: CsvOptions) -> Table:
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


def _lines(text: CsvText, rows: int, options: CsvOptions) -> Array | None:
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


def check_columns(path: Path, names: list[str], first: Path, expected: list[str], span: Span | None) -> None:
    """Compares the columns of two files.

    Raises:
        DataError: They differ.
    """
    odd = sorted(set(names) ^ set(expected))
    if odd:
        message = f"'{path}' and '{first}' have different columns: only one has '{odd[0]}'"
        raise DataError(message, span=span, hint="give all files the same columns")


def _join(texts: list[CsvText], tables: list[pa.Table], options: CsvOptions) -> pa.Table:
    """The rows of all files; a column is text in all when it is in one.

    Raises:
        DataError: The files have different columns, or a quote is never closed.
    """
    names = texts[0].names
    for text in texts[1:]:
        check_columns(text.path, text.names, texts[0].path, names, options.span)
    kinds = {name: {str(table.schema.field(name).type) for table in tables} - {"null"} for name in names}
    mixed = {name: "text" for name, kind in kinds.items() if "string" in kind and len(kind) > 1}
    out = []
    for text, table in zip(texts, tables, strict=True):
        _lines(text, table.num_rows, options)
        same = parse_csv(text, options, {**mixed, **options.types}) if mixed else table
        out.append(same.select(names))
    return pa.concat_tables(out, promote_options="permissive")
