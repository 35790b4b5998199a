"""A large file of lines → byte ranges that end where records end, found in one pass over the file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kerascli.data.told import tell
from kerascli.errors import DataError, Span

# The bytes of a range: large enough for Arrow's speed, small beside the memory.
RANGE = 8 << 20
# A longer record is taken for one whose quote is never closed.
LONGEST = 256 << 20
_LINE_END, _QUOTE = 10, 34


@dataclass(frozen=True)
class Stamp:
    """What a file was when it was looked at.

    Attributes:
        path: The file.
        size: Its bytes.
        changed: When it was last changed, in nanoseconds.
    """

    path: Path
    size: int
    changed: int

    def check(self, span: Span | None) -> None:
        """Refuses a file that is no longer what it was.

        Raises:
            DataError: It has been changed or removed.
        """
        try:
            found = stamp(self.path)
        except OSError as error:
            message = f"can't read '{self.path}' any more: {error.strerror or error}"
            raise DataError(message, code="data-changed", span=span) from error
        if found != self:
            message = f"'{self.path}' was changed while it was being read"
            raise DataError(message, code="data-changed", span=span, hint="start again")


def stamp(path: Path) -> Stamp:
    """The file as it is now.

    Raises:
        OSError: There is none.
    """
    found = path.stat()
    return Stamp(path, found.st_size, found.st_mtime_ns)


@dataclass(frozen=True)
class LineRange:
    """A part of a file that holds whole records.

    Attributes:
        start: Its first byte.
        stop: The byte after its last.
        line: The line (from 1) on which it starts.
    """

    start: int
    stop: int
    line: int


def line_ranges(path: Path, *, quotes: bool, size: int = RANGE) -> Iterator[tuple[LineRange, bytes]]:
    """The ranges of a file with their bytes, one after the other.

    Args:
        path: The file.
        quotes: Whether a line's end between double quotes belongs to the record.
        size: The bytes of a range; a longer record makes a longer one.
    """
    start, line = 0, 1
    rest = b""
    with path.open("rb") as file:
        length = os.fstat(file.fileno()).st_size
        while block := file.read(size):
            rest += block
            end = _last_end(rest, quotes=quotes)
            if end == 0:
                if len(rest) > LONGEST:
                    what = "record" if quotes else "line"
                    message = f"the {what} that begins in line {line} of '{path}' has no end"
                    raise DataError(message, hint="close its quote" if quotes else "name a file of lines")
                continue
            yield LineRange(start, start + end, line), rest[:end]
            tell("bytes", start + end, length)
            line += rest.count(b"\n", 0, end)
            start, rest = start + end, rest[end:]
    if rest:
        yield LineRange(start, start + len(rest), line), rest


def _last_end(content: bytes, *, quotes: bool) -> int:
    """The byte after the last line's end that ends a record; 0 where there is none.

    The content starts outside quotes, as every range does.
    """
    if not quotes or b'"' not in content:
        return content.rfind(b"\n") + 1
    data = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(data == _LINE_END)
    marks = np.flatnonzero(data == _QUOTE)
    outside = ends[np.searchsorted(marks, ends) % 2 == 0]
    return int(outside[-1]) + 1 if len(outside) else 0


def read_range(file: Stamp, part: LineRange, span: Span | None) -> bytes:
    """The bytes of a range.

    Raises:
        DataError: The file is not what it was.
    """
    file.check(span)
    try:
        with file.path.open("rb") as opened:
            opened.seek(part.start)
            return opened.read(part.stop - part.start)
    except OSError as error:
        raise DataError(f"can't read '{file.path}': {error.strerror or error}", span=span) from error
