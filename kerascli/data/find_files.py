"""A path or a pattern → the files that it means."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from kerascli.errors import DataError, Span


def find_files(path: str, span: Span | None) -> list[Path]:
    """The files in the order of their names; a file whose own name looks like a pattern is meant itself.

    Raises:
        DataError: No file matches a pattern.
    """
    if not glob.has_magic(path) or Path(path).exists():
        return [regular(Path(path), span)]
    found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - the pattern may be absolute
    if not found:
        raise DataError(f"no file matches '{path}'", span=span, hint="check the pattern")
    return [regular(Path(name), span) for name in found]


def regular(path: Path, span: Span | None = None) -> Path:
    """The path, unless a FIFO or a device is there, which could hold the command or have no end.

    Raises:
        DataError: It is.
    """
    if "\0" in str(path):
        raise DataError(f"'{path}' is no path: it holds a NUL", span=span, hint="remove it")
    if path.exists() and not path.is_file() and not path.is_dir():
        raise DataError(f"'{path}' is not a regular file", span=span, hint="write what it gives into a file first")
    return path


def file_bytes(files: Iterable[Path]) -> int:
    """The bytes of all files; what is wrong with one is said by its reader."""
    return sum(file.stat().st_size for file in files if file.is_file())
