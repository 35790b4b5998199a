"""A data file → a table, by the file's ending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerascli.errors import DataError, Span, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kerascli.data.table import Table


def read_file(path: Path, span: Span | None = None) -> Table:
    """Reads a file of any known kind; the field of an `.npy` file is its stem.

    Raises:
        DataError: The file is missing, a folder, or has a fault.
        UsageError: The ending is not known.
    """
    if path.is_dir():
        raise DataError(f"'{path}' is a folder", span=span, hint="name a file")
    name = path.name.lower()
    read = next((reader for ending, reader in _READERS.items() if name.endswith(ending)), None)
    if read is None:
        endings = ", ".join(_READERS)
        message = f"can't tell what kind of file '{path}' is"
        raise UsageError(message, span=span, hint=f"name a file that ends in one of {endings}")
    if not path.exists():
        raise DataError(f"there is no file '{path}'", span=span, hint="check the path")
    return read(path, span)


def _npz(path: Path, span: Span | None) -> Table:
    from kerascli.data.read_arrays import read_npz

    return read_npz(path, span)


def _npy(path: Path, span: Span | None) -> Table:
    from kerascli.data.read_arrays import read_npy

    return read_npy(path, path.stem, span)


# Arrow is slow to import, and only tables need it, so each reader imports its own.
def _csv(path: Path, span: Span | None) -> Table:
    from kerascli.data.read_csv import read_csv

    return read_csv(path, span=span)


def _jsonl(path: Path, span: Span | None) -> Table:
    from kerascli.data.read_rows import read_jsonl

    return read_jsonl(path, span)


def _parquet(path: Path, span: Span | None) -> Table:
    from kerascli.data.read_rows import read_parquet

    return read_parquet(path, span)


_READERS: Mapping[str, Callable[[Path, Span | None], Table]] = {
    ".npz": _npz,
    ".npy": _npy,
    ".csv": _csv,
    ".csv.gz": _csv,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
}
