"""Data files → rows, by their endings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kerascli.data.find_files import file_bytes, find_files
from kerascli.data.table import Table, join_tables
from kerascli.errors import DataError, Span, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kerascli.data.rows import Rows
    from kerascli.data.skipped import SkipLog


def read_file(path: Path, span: Span | None = None, *, budget: int | None = None) -> Rows:
    """Reads a file of any known kind; the field of an `.npy` file is its stem.

    Args:
        path: The file.
        span: Where it is named.
        budget: A file of more bytes is read in parts when they are needed, where its kind allows it; None: all is read
            now.

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
    return read(path, span, budget)


def read_parquet_files(path: str, span: Span | None, budget: int | None) -> Rows:
    """The rows of a Parquet file, or of all that match a pattern."""
    from kerascli.data.chunk_parquet import chunk_parquet, parquet_bytes
    from kerascli.data.read_rows import read_parquet

    files = find_files(path, span)
    if budget is not None and parquet_bytes(files) > budget:
        return chunk_parquet(files, path, span)
    return _joined([read_parquet(file, span) for file in files], files, path, span)


def read_jsonl_files(path: str, span: Span | None, budget: int | None, skipped: SkipLog | None = None) -> Rows:
    """The rows of a file of JSON lines, or of all that match a pattern."""
    from kerascli.data.chunk_jsonl import chunk_jsonl
    from kerascli.data.read_rows import read_jsonl

    files = find_files(path, span)
    packed = any(file.suffix.lower() == ".gz" for file in files)
    if budget is not None and not packed and file_bytes(files) > budget:
        return chunk_jsonl(files, path, span, skipped=skipped)
    return _joined([read_jsonl(file, span, skipped) for file in files], files, path, span)


def _joined(tables: list[Table], files: list[Path], source: str, span: Span | None) -> Table:
    """The rows of all files, which must have the same columns; rows of several files have no lines."""
    if len(tables) == 1:
        return tables[0]
    for file, table in zip(files, tables, strict=True):
        odd = sorted(set(table.fields) ^ set(tables[0].fields))
        if odd:
            message = f"'{file}' and '{files[0]}' have different columns: only one has '{odd[0]}'"
            raise DataError(message, span=span, hint="give all files the same columns")
    return replace(join_tables(tables), source=source, lines=None, rows=None)


def _npz(path: Path, span: Span | None, budget: int | None) -> Rows:
    from kerascli.data.read_arrays import read_npz

    del budget
    return read_npz(path, span)


def _npy(path: Path, span: Span | None, budget: int | None) -> Rows:
    from kerascli.data.read_arrays import read_npy

    del budget
    return read_npy(path, path.stem, span)


# Arrow is slow to import, and only tables need it, so each reader imports its own.
def _csv(path: Path, span: Span | None, budget: int | None) -> Rows:
    from kerascli.data.read_csv import read_csv

    return read_csv(path, budget=budget, span=span)


def _jsonl(path: Path, span: Span | None, budget: int | None) -> Rows:
    return read_jsonl_files(str(path), span, budget)


def _parquet(path: Path, span: Span | None, budget: int | None) -> Rows:
    return read_parquet_files(str(path), span, budget)


_READERS: Mapping[str, Callable[[Path, Span | None, int | None], Rows]] = {
    ".npz": _npz,
    ".npy": _npy,
    ".csv": _csv,
    ".csv.gz": _csv,
    ".jsonl": _jsonl,
    ".jsonl.gz": _jsonl,
    ".parquet": _parquet,
}
