"""What `predict --input` names → tables of raw rows: a file, a folder, a source, or JSON lines on standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kerascli.data.fit_preprocessing import block_rows
from kerascli.data.kinds import check_kinds, with_absent
from kerascli.data.read_folders import IMAGES, TEXTS, read_files
from kerascli.data.rows import Rows
from kerascli.data.table import Table
from kerascli.errors import DataError
from kerascli.run.load_run import LoadedRun
from kerascli.run.read_data import is_there
from kerascli.spec.data_spec import Read

_ENDINGS = {"image": IMAGES, "text": TEXTS, "audio": (".wav",), "npy": (".npy",)}


def open_input(loaded: LoadedRun, given: str | os.PathLike[str]) -> tuple[LoadedRun, Iterator[Table], int | None]:
    """The rows in blocks, their number where it is known, and the run with the folder that paths are relative to.

    Raises:
        DataError: The input is wrong.
        UsageError: It is no kind of input.
    """
    if str(given) == "-":
        return loaded, _lines(loaded), None
    path = Path(given)
    if is_there(str(given)) and path.is_dir():
        rows: Rows = _folder(loaded, path)
    else:
        rows = loaded.read(given, targets=False)
        loaded = _relative_to(loaded, path)
    if rows.samples == 0:
        raise DataError(f"{rows.source} has no samples", code="no-samples", hint="give it at least one row")
    # Images of a block are decoded together, so that its rows go by their size.
    return loaded, rows.blocks(size=block_rows(loaded.preprocessing.inputs, loaded.named(rows).head)), rows.samples


def _lines(loaded: LoadedRun) -> Iterator[Table]:
    """JSON lines on standard input.

    A key that a line leaves out is a missing value. Where a block ends is a matter of time, so a block none of whose
    lines has a field with a rule for missing values is the same as a line without it among others.
    """
    from kerascli.data.read_stdin import read_lines

    inputs = loaded.preprocessing.inputs
    filled = [field for column in inputs if column.fill is not None for field in column.fields]
    for table in read_lines(sys.stdin.buffer):
        check_kinds(table, loaded.kinds, loaded.preprocessing.input_fields)
        yield with_absent(table, loaded.kinds, filled)


def _folder(loaded: LoadedRun, folder: Path) -> Table:
    """The files of a folder, for a run with one input that reads files.

    Raises:
        DataError: The run reads none, or several.
    """
    columns = [column for column in loaded.preprocessing.inputs if column.read is not None]
    if len(columns) != 1 or len(loaded.preprocessing.inputs) > 1:
        message = f"'{folder}' is a folder, and the run '{loaded.folder.name}' has no single input of files"
        raise DataError(message, hint="name a file with a column for each input")
    read = columns[0].read
    assert read is not None
    return read_files(folder, columns[0].fields[0], _ENDINGS[read.kind])


def _relative_to(loaded: LoadedRun, file: Path) -> LoadedRun:
    """The run, with paths in a file taken to be relative to it."""
    if not is_there(str(file)):
        return loaded

    def moved(read: Read | None) -> Read | None:
        if read is None:
            return None
        return replace(read, arguments=tuple({**dict(read.arguments), "folder": str(file.parent)}.items()))

    inputs = tuple(replace(column, read=moved(column.read)) for column in loaded.preprocessing.inputs)
    return replace(loaded, preprocessing=replace(loaded.preprocessing, inputs=inputs))
