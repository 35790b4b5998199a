"""How a CSV file is written, and its text → an Arrow table, with every fault named by line and column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from kerascli.data.bad_records import blanked, find_bad
from kerascli.data.skipped import SkipLog
from kerascli.data.text_file import Records, find_records
from kerascli.errors import DataError, Span, did_you_mean

TYPES: Mapping[str, Any] = {
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
    """How every file of a source is written; `skipped` counts the records that are left out, None: none may be."""

    separator: str
    decimal: str
    encoding: str
    header: bool
    types: Mapping[str, str]
    span: Span | None
    skipped: SkipLog | None = None


@dataclass(frozen=True)
class CsvText:
    """A file, or a part of one, its records found."""

    path: Path
    content: pa.Buffer
    records: Records
    names: list[str]
    first_line: int = 1

    def without(self, gone: tuple[tuple[int, int], ...]) -> CsvText:
        """The text with some bytes blanked, its lines as they were."""
        if not gone:
            return self
        content = pa.py_buffer(blanked(self.content.to_pybytes(), gone))
        records = find_records(content, quotes=True)
        return replace(self, content=content, records=replace(records, lines=records.lines + self.first_line - 1))


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


def parse_sound(
    text: CsvText, options: CsvOptions, types: Mapping[str, str], *, header: bool
) -> tuple[CsvText, pa.Table, tuple[tuple[int, int], ...]]:
    """`parse_csv`, without the records that it refuses where the options say so; these are counted.

    Returns:
        The text with such records blanked, its table, and the bytes where they stood.

    Raises:
        DataError: As `parse_csv`.
    """
    try:
        return text, parse_csv(text, options, types, header=header), ()
    except DataError:
        if options.skipped is None or text.records.open_quote:
            raise

    def fault(content: bytes, first: int) -> str | None:
        buffer = pa.py_buffer(content)
        records = find_records(buffer, quotes=True)
        part = replace(text, content=buffer, records=replace(records, lines=records.lines + first - 1))
        try:
            parse_csv(part, options, types, header=False)
        except DataError as error:
            return error.diagnostics[0].message
        return None

    bad = find_bad(text.content, fault, quotes=True, first=1 if header else 0, first_line=text.first_line)
    for _, reason in bad:
        options.skipped.add(reason)
    gone = tuple(span for span, _ in bad)
    sound = text.without(gone)
    return sound, parse_csv(sound, options, types, header=header), gone


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
        column_types={name: TYPES[kind] for name, kind in types.items()},
        include_columns=include,
        null_values=_MISSING,
        strings_can_be_null=True,
        decimal_point=options.decimal,
    )


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
