"""A CSV file, or several that match a pattern → a table, with every fault named by file, line and column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from kerascli.data.arrow_columns import to_numpy
from kerascli.data.csv_text import TYPES, CsvOptions, CsvText, parse_csv, parse_sound, read_names
from kerascli.data.find_files import file_bytes, find_files
from kerascli.data.rows import Rows
from kerascli.data.skipped import SkipLog
from kerascli.data.table import Array, Table, make_table
from kerascli.data.text_file import find_records, read_text
from kerascli.errors import DataError, Span, SpecError, did_you_mean


def read_csv(
    path: str | Path,
    *,
    separator: str = ",",
    decimal: str = ".",
    encoding: str = "utf-8",
    header: bool = True,
    columns: Mapping[str, str] | None = None,
    budget: int | None = None,
    skipped: SkipLog | None = None,
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
        skipped: Counts the records that can't be read, which are left out; None: the first of them is an error.
        span: Where the source is written.

    Raises:
        DataError: A file is missing, no text, or has a fault; the message names the line and the column.
        SpecError: The separator, the decimal mark, the encoding or a type is none.
    """
    options = CsvOptions(separator, decimal, encoding, header, columns or {}, span, skipped)
    _check_options(options)
    files = find_files(str(path), span)
    if budget is not None and _is_large(files, encoding, budget):
        from kerascli.data.chunk_csv import chunk_csv

        return chunk_csv(files, str(path), options)
    parsed = [parse_sound(_open(file, options), options, options.types, header=header) for file in files]
    texts, tables = [text for text, _, _ in parsed], [table for _, table, _ in parsed]
    for text, table in zip(texts, tables, strict=True):
        if not table.num_rows:
            raise DataError(f"'{text.path}' has no rows that can be read", span=span)
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
        return can_chunk(files, encoding) and file_bytes(files) > budget
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
        if kind not in TYPES:
            message = f"unknown type '{kind}' of the column '{name}'"
            raise SpecError(message, span=options.span, hint=did_you_mean(str(kind), TYPES))


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
