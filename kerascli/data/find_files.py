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
        return [Path(path)]
    found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 - the pattern may be absolute
    if not found:
        raise DataError(f"no file matches '{path}'", span=span, hint="check the pattern")
    return [Path(name) for name in found]


def file_bytes(files: Iterable[Path]) -> int:
    """The bytes of all files; what is wrong with one is said by its reader."""
    return sum(file.stat().st_size for file in files if file.is_file())
