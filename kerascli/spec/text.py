"""Reads the text of a spec: a regular file of at most 1 MiB, strictly UTF-8, without control characters."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from kerascli.errors import SourceText, SpecError, UsageError

MAXIMUM_BYTES = 1 << 20

# What YAML 1.2 calls printable (section 5.1), but for the byte order mark, which is taken off first; for the ends of lines
# that YAML 1.1 alone knows (U+0085, U+2028, U+2029); and for what makes a text look like another one (U+202A and so on).
_NOT_PRINTABLE = (
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
# The same of ASCII, as most specs are: the wide ranges take milliseconds to compile.
_NOT_PRINTABLE_ASCII = "[^\t\n\r\x20-\x7e]"


def read_text(path: Path) -> SourceText:
    """The text of a spec.

    Args:
        path: The file; named in messages as it is given here.

    Returns:
        The text with its name.

    Raises:
        UsageError: There is no such file, it is not a regular file, or it can't be read.
        SpecError: It is too large, not UTF-8, or holds control characters.
    """
    raw = _read_bytes(path)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        span = SourceText(str(path), raw.decode("utf-8", errors="replace")).span(*_position(before))
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise SpecError(message, code="encoding", span=span, hint="save the file as UTF-8") from None
    source = SourceText(str(path), text.removeprefix("\ufeff"))
    bad = re.search(_NOT_PRINTABLE_ASCII if source.text.isascii() else _NOT_PRINTABLE, source.text)
    if bad is not None:
        span = source.span(*_position(source.text[: bad.start()]))
        message = f"a control character (U+{ord(bad.group()):04X}) in the text"
        raise SpecError(message, code="control-character", span=span, hint="remove it")
    return source


def _read_bytes(path: Path) -> bytes:
    """The bytes, opened so that a FIFO or a device can't hold the command."""
    try:
        # Without O_NONBLOCK the open itself would wait for a FIFO's writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        hint = _hint_for_missing(path) if isinstance(error, FileNotFoundError) else None
        raise UsageError(f"can't read '{path}': {reason}", code="unreadable-file", hint=hint) from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise UsageError(f"can't read '{path}': it is {kind}", code="unreadable-file", hint="name a YAML file")
    with os.fdopen(descriptor, "rb") as file:
        try:
            raw = file.read(MAXIMUM_BYTES + 1)
        except OSError as error:
            raise UsageError(f"can't read '{path}': {error.strerror}", code="unreadable-file") from None
    if len(raw) > MAXIMUM_BYTES:
        message = f"'{path}' has more than {MAXIMUM_BYTES:,} bytes, the most that a spec may have"
        raise SpecError(message, code="too-large", hint="keep data out of the spec")
    return raw


def _hint_for_missing(path: Path) -> str | None:
    """The nearest YAML file of that folder."""
    from kerascli.errors import did_you_mean

    try:
        names = sorted(entry.name for entry in path.parent.iterdir() if entry.suffix in {".yaml", ".yml"})
    except OSError:
        return None
    return did_you_mean(path.name, names[:200])


def _position(before: str) -> tuple[int, int]:
    """The line and column, from 1, of what follows this text."""
    lines = before.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1
