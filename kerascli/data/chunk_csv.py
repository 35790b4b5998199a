"""CSV files that are larger than memory shall hold → `ChunkedRows`, checked wholly in one pass."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from kerascli.data.arrow_columns import to_numpy
from kerascli.data.csv_text import CsvOptions, CsvText, parse_csv, parse_sound, read_names
from kerascli.data.line_chunks import RANGE, LineRange, Stamp, line_ranges, read_range, stamp
from kerascli.data.read_csv import check_columns
from kerascli.data.rows import Chunk, ChunkedRows, chunked_rows
from kerascli.data.table import Table, make_table
from kerascli.data.text_file import find_records
from kerascli.errors import DataError

# From the narrowest: a column takes the first that holds all of its cells.
_WIDER = ("null", "int", "float", "text")


@dataclass
class _Columns:
    """What the parts that were read so far say of the columns.

    Attributes:
        kinds: Column to its kind so far.
        gaps: The columns with a missing cell.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    gaps: set[str] = field(default_factory=set)

    def add(self, table: pa.Table) -> None:
        for name in table.column_names:
            found = _kind(table.schema.field(name).type)
            known = self.kinds.get(name, "null")
            if found in _WIDER and known in _WIDER:
                found = _WIDER[max(_WIDER.index(found), _WIDER.index(known))]
            self.kinds[name] = found
            if table.column(name).null_count:
                self.gaps.add(name)

    def final(self) -> dict[str, str]:
        """Whole numbers with a gap are real numbers, as a missing one is NaN."""
        return {
            name: "float" if kind == "null" or (kind == "int" and name in self.gaps) else kind
            for name, kind in self.kinds.items()
        }


@dataclass(frozen=True)
class _Part:
    """One part of a file.

    Attributes:
        file: The file as it was.
        where: Its bytes.
        names: The columns of the file.
        header: Whether it begins with their names.
        gone: The bytes of the records that are left out.
        samples: Its rows.
    """

    file: Stamp
    where: LineRange
    names: list[str]
    header: bool
    gone: tuple[tuple[int, int], ...]
    samples: int


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_null(kind):
        return "null"
    if pa.types.is_integer(kind):
        return "int"
    if pa.types.is_floating(kind):
        return "float"
    return "bool" if pa.types.is_boolean(kind) else "date" if pa.types.is_temporal(kind) else "text"


def can_chunk(files: Collection[Path], encoding: str) -> bool:
    """Whether the files can be read in parts: a packed one can't, nor an encoding whose line ends are other bytes."""
    packed = any(file.suffix.lower() in (".gz", ".bz2", ".zst") for file in files)
    return not packed and not codecs.lookup(encoding).name.startswith("utf-16") and "utf-32" not in encoding.lower()


def chunk_csv(files: list[Path], source: str, options: CsvOptions, *, size: int = RANGE) -> ChunkedRows:
    """The rows of some files in parts.

    Every record is read once, so that a wrong number of cells, a cell that is not of the type that was asked for, and
    bytes that are no text are found before the first step; the columns have the types that `read_csv` finds.

    Args:
        files: The files in their order.
        source: What messages call them.
        options: How they are written.
        size: The bytes of a part.

    Raises:
        DataError: A file has a fault, named with its line.
    """
    columns = _Columns()
    parts: list[_Part] = []
    names: list[str] = []
    for path in files:
        file = stamp(path)
        own: list[str] = []
        for part, content in line_ranges(path, quotes=True, size=size):
            first = part.start == 0
            text = _text(path, content, part, own, options)
            if first:
                text = replace(text, names=read_names(text, options))
                own = text.names
                if not names:
                    names = own
                check_columns(path, own, files[0], names, options.span)
            header = first and options.header
            _, table, gone = parse_sound(text, options, options.types, header=header)
            columns.add(table)
            parts.append(_Part(file, part, own, header, gone, table.num_rows))
    kinds = columns.final()
    several = len(files) > 1
    called = source if several else files[0].name
    chunks = [
        Chunk(part.samples, partial(_read, part, kinds, options, called, several), part.where.stop - part.where.start)
        for part in parts
    ]
    hint = "add rows, or set 'header: false'" if options.header else "add rows"
    return chunked_rows(chunks, called, options.span, hint)


def _text(path: Path, content: bytes, part: LineRange, names: list[str], options: CsvOptions) -> CsvText:
    """The text of a part as UTF-8, with the lines of its records.

    Raises:
        DataError: It is not text in the encoding.
    """
    if b"\x00" in content:
        line = part.line + content.count(b"\n", 0, content.index(b"\x00"))
        message = f"'{path}' is not text: line {line} holds a NUL byte"
        raise DataError(message, span=options.span, hint="name a text file")
    try:
        decoded = content.decode(options.encoding)
    except UnicodeDecodeError as error:
        line = part.line + content.count(b"\n", 0, error.start)
        message = f"'{path}' is not '{options.encoding}' text: byte 0x{content[error.start]:02x} in line {line}"
        message += f" (byte {part.start + error.start + 1})"
        raise DataError(message, span=options.span, hint="set 'encoding', for instance to 'latin-1'") from error
    if codecs.lookup(options.encoding).name != "utf-8":
        content = decoded.encode("utf-8")
    buffer = pa.py_buffer(content)
    records = find_records(buffer, quotes=True)
    return CsvText(path, buffer, replace(records, lines=records.lines + part.line - 1), names, part.line)


def _read(
    part: _Part,
    kinds: Mapping[str, str],
    options: CsvOptions,
    source: str,
    several: bool,
    fields: Collection[str] | None,
) -> Table:
    """The rows of one part."""
    path, names = part.file.path, part.names
    content = read_range(part.file, part.where, options.span)
    text = _text(path, content, part.where, names, options).without(part.gone)
    wanted = [name for name in names if fields is None or name in fields] or names[:1]
    table = parse_csv(text, options, {name: kinds[name] for name in wanted}, header=part.header, include=wanted)
    arrays = {name: to_numpy(table.column(name), name, f"'{path}'", options.span) for name in wanted}
    lines = text.records.lines[1 if part.header else 0 :]
    return make_table(arrays, source, lines if len(lines) == table.num_rows and not several else None, options.span)
