"""The lengths of a TFRecord file's records, looked at before TensorFlow reads it: it takes memory for what they claim."""

from __future__ import annotations

import gzip
import mmap
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kerascli.data.memory import check_size
from kerascli.errors import DataError, Span

# A record is its length (8 bytes, little-endian), a checksum (4), the data, another checksum (4).
HEAD, TAIL = 12, 4
# A packed record of more bytes is refused, and a file that unpacks to more, and to so many times its size.
_MOST, _TIMES = 64 << 20, 200
_BLOCK = 1 << 20


def check_lengths(path: Path, compression: str | None, span: Span | None) -> None:
    """Refuses a file whose records claim more bytes than there are.

    Args:
        path: The file.
        compression: `GZIP`, `ZLIB` or None.
        span: Where the source is written.

    Raises:
        DataError: One does, the file is cut off, or it is packed beyond all measure.
    """
    try:
        if path.stat().st_size == 0:
            return
        if compression is None:
            _check_plain(path, span)
        else:
            _check_packed(path, compression, span)
    except (OSError, EOFError, zlib.error) as error:
        message = f"'{path}' is damaged, or no TFRecord file: {getattr(error, 'strerror', None) or error}"
        hint = "write it again, or set 'compression'"
        raise DataError(message, code="unreadable", span=span, hint=hint) from error


def _check_plain(path: Path, span: Span | None) -> None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        place, size, record = 0, len(content), 0
        while place < size:
            record += 1
            length = _length(content[place : place + HEAD])
            place += HEAD + length + TAIL
            if place > size:
                raise _too_long(path, record, length, span)


def _check_packed(path: Path, compression: str, span: Span | None) -> None:
    """Goes through the unpacked bytes; `waiting` are those that no length was read from yet, `left` those to pass over."""
    size = left = record = 0
    waiting = b""
    for block in _unpacked(path, compression):
        size += len(block)
        check_size(size, str(path), span)
        if size > _MOST and size > _TIMES * path.stat().st_size:
            message = f"'{path}' unpacks to more than {_TIMES:,} times its size"
            raise DataError(message, code="too-large", span=span, hint="write it again without compression")
        passed = min(left, len(block))
        left, waiting = left - passed, waiting + block[passed:]
        place = 0
        while not left and place + HEAD <= len(waiting):
            record += 1
            length = _length(waiting[place : place + HEAD])
            if length > _MOST:
                raise _too_long(path, record, length, span)
            place += HEAD + length + TAIL
            left = max(0, place - len(waiting))
        waiting = waiting[place:]


def _length(head: bytes) -> int:
    """What a record's head claims; a head of zeros, whose checksum is surely wrong, claims all that there could be."""
    return int.from_bytes(head[:8], "little") if any(head) else 2**64 - 1


def _unpacked(path: Path, compression: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        if compression == "GZIP":
            with gzip.open(file) as unpacked:
                yield from _blocks(unpacked)
            return
        packed = zlib.decompressobj()
        for block in _blocks(file):
            while block:
                yield packed.decompress(block, _BLOCK)
                block = packed.unconsumed_tail


def _blocks(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _too_long(path: Path, record: int, length: int, span: Span | None) -> DataError:
    message = f"'{path}' is damaged, or no TFRecord file, at record {record:,}: it claims {length:,} bytes"
    hint = "write it again, or set 'compression'"
    return DataError(message, code="unreadable", span=span, hint=hint)
