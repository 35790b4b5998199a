"""The bytes of a text file as UTF-8: checked to be text, with the line that each record starts on."""

from __future__ import annotations

import codecs
import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from kerascli.data.memory import check_size
from kerascli.errors import DataError, Span, SpecError

if TYPE_CHECKING:
    from pathlib import Path

    from kerascli.data.table import Array

# How much is scanned at once: large enough for NumPy's speed, small beside the file.
BLOCK = 1 << 24
_LINE_END, _RETURN, _QUOTE = 10, 13, 34


@dataclass(frozen=True)
class Records:
    """Where the records of a text stand; empty lines are none.

    Attributes:
        lines: The line (from 1) on which each record starts, `(records,)`.
        first_end: The byte after the first record.
        longest: The length in bytes of the longest record.
        quoted_line_ends: Whether a quoted value holds a line's end.
        open_quote: Whether the quotes are odd in number, so that one may never be closed.
    """

    lines: Array
    first_end: int
    longest: int
    quoted_line_ends: bool
    open_quote: bool


def read_text(path: Path, encoding: str, span: Span | None) -> pa.Buffer:
    """The text of a file, unpacked where its name ends in `.gz`, as UTF-8.

    Raises:
        DataError: The file is missing, a folder, empty, damaged, too large, not text, or in another encoding.
        SpecError: There is no such encoding.
    """
    try:
        codec = codecs.lookup(encoding).name
    except LookupError as error:
        raise SpecError(f"unknown encoding '{encoding}'", span=span, hint="write 'utf-8' or 'latin-1'") from error
    raw = _read_bytes(path, span)
    if raw.size == 0:
        raise DataError(f"'{path}' is empty", span=span, hint="name a file with a header and rows")
    if codec == "utf-8":
        # A file in UTF-8 stays where it is: it is only looked at, block by block.
        _check_blocks(raw, path, span)
        return raw
    try:
        text = codecs.decode(raw.to_pybytes(), encoding)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(path, encoding, raw, error.start, span) from error
    except UnicodeError as error:
        raise DataError(f"'{path}' is not '{encoding}' text: {error}", span=span, hint="set 'encoding'") from error
    content = pa.py_buffer(text.encode("utf-8"))
    _check_blocks(content, path, span)
    return content


def _read_bytes(path: Path, span: Span | None) -> pa.Buffer:
    if path.is_dir():
        raise DataError(f"'{path}' is a folder", span=span, hint="name a file, or a pattern such as '*.csv'")
    try:
        check_size(path.stat().st_size, str(path), span)
        if path.name.lower().endswith(".gz"):
            return _unpack(path, span)
        if path.stat().st_size == 0:
            return pa.py_buffer(b"")
        with pa.memory_map(str(path)) as file:
            return file.read_buffer()
    except FileNotFoundError as error:
        raise DataError(f"there is no file '{path}'", span=span, hint="check the path") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"can't read '{path}': {error}", span=span, hint="check the file") from error


def _unpack(path: Path, span: Span | None) -> pa.Buffer:
    out = pa.BufferOutputStream()
    size = 0
    with gzip.open(path) as file:
        while block := file.read(BLOCK):
            # A small archive can unpack to any size.
            size += len(block)
            check_size(size, str(path), span)
            out.write(block)
    return out.getvalue()


def _check_blocks(content: pa.Buffer, path: Path, span: Span | None) -> None:
    """Refuses NUL bytes and what is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(content)
    for start in range(0, len(view), BLOCK):
        block = bytes(view[start : start + BLOCK])
        if b"\x00" in block:
            line = line_at(content, start + block.index(b"\x00"))
            hint = "write 'encoding: utf-16'" if bytes(view[:2]) in (b"\xff\xfe", b"\xfe\xff") else "name a text file"
            raise DataError(f"'{path}' is not text: line {line} holds a NUL byte", span=span, hint=hint)
        # The decoder keeps the head of a character that the block cuts, up to 3 bytes.
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=start + BLOCK >= len(view))
        except UnicodeDecodeError as error:
            raise _wrong_encoding(path, "utf-8", content, start - kept + error.start, span) from error


def _wrong_encoding(path: Path, encoding: str, content: pa.Buffer, byte: int, span: Span | None) -> DataError:
    value = int(_bytes(content)[byte])
    message = (
        f"'{path}' is not '{encoding}' text: byte 0x{value:02x} in line {line_at(content, byte)} (byte {byte + 1})"
    )
    return DataError(message, span=span, hint="set 'encoding', for instance to 'latin-1'")


def line_at(content: pa.Buffer, byte: int) -> int:
    """The line (from 1) that a byte stands on."""
    return int(np.count_nonzero(_bytes(content)[:byte] == _LINE_END)) + 1


def _bytes(content: pa.Buffer) -> Array:
    return np.frombuffer(content, np.uint8)


def find_records(content: pa.Buffer, *, quotes: bool) -> Records:
    """Finds the records of a text.

    Args:
        content: UTF-8.
        quotes: Whether a line's end between double quotes belongs to the record.
    """
    data = _bytes(content)
    ends, quoted, odd = _line_ends(data, quotes=quotes)
    # Every line's end counts as a line, also those between quotes.
    all_ends = _line_ends(data, quotes=False)[0] if quoted else ends
    spans = _full(data, ends)
    lines = np.searchsorted(all_ends, spans[:, 0]) + 1
    if not len(spans):
        return Records(lines, 0, 0, quoted, odd)
    return Records(lines, int(spans[0, 1]), int((spans[:, 1] - spans[:, 0]).max()), quoted, odd)


def record_spans(content: pa.Buffer, *, quotes: bool) -> Array:
    """The first byte of each record, and the byte after its last, `(records, 2)` int64; see `find_records`."""
    data = _bytes(content)
    return _full(data, _line_ends(data, quotes=quotes)[0])


def _full(data: Array, ends: Array) -> Array:
    """The bytes between line ends, without empty lines."""
    starts = np.concatenate([np.zeros(1, np.int64), ends + 1])
    stops = np.concatenate([ends, np.full(1, len(data), np.int64)])
    sizes = stops - starts
    returned = (sizes == 1) & (data[np.minimum(starts, len(data) - 1)] == _RETURN) if len(data) else sizes > 0
    full = (sizes > 0) & ~returned
    return np.stack([starts[full], stops[full]], 1)


def _line_ends(data: Array, *, quotes: bool) -> tuple[Array, bool, bool]:
    """The places of the line ends that end a record, whether others were passed over, whether a quote is left open."""
    found: list[Any] = []
    inside, passed = False, False
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK]
        places = np.flatnonzero(block == _LINE_END)
        if quotes:
            # Between quotes is where an odd number of them went before; a doubled quote changes nothing.
            marks = np.flatnonzero(block == _QUOTE)
            odd = (np.searchsorted(marks, places) + inside) % 2 == 1
            inside = bool((len(marks) + inside) % 2)
            passed = passed or bool(odd.any())
            places = places[~odd]
        found.append(places + start)
    return (np.concatenate(found) if found else np.zeros(0, np.int64)), passed, inside
