"""Predictions → a file by its ending, or JSON lines on standard output."""

from __future__ import annotations

import contextlib
import csv
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO

import numpy as np

from kerascli.data.spool import Spool
from kerascli.errors import DataError, EnvironmentProblem, UsageError
from kerascli.record.atomic import finite, replace_file

if TYPE_CHECKING:
    from kerascli.data.table import Array

Labels = Mapping[str, Sequence[str]]
Blocks = Iterable[Mapping[str, Any]]
# Rows that are made Python values at once.
_BLOCK = 4096


def check_output(path: str) -> None:
    """Checks, before any work, that an output can be written as its name says.

    Raises:
        UsageError: The ending is not known, the path is a folder, or its folder does not exist.
    """
    if path == "-":
        return
    if Path(path).suffix.lower() not in _WRITERS:
        endings = ", ".join(_WRITERS)
        raise UsageError(f"can't tell how to write '{path}'", hint=f"end it in one of {endings}, or write '-'")
    if Path(path).is_dir():
        raise UsageError(f"'{path}' is a folder", hint="name a file")
    if not Path(path).parent.is_dir():
        raise UsageError(f"there is no folder '{Path(path).parent}'", hint="create it first")


def write_predictions(
    columns: Mapping[str, Array], path: str, *, labels: Labels | None = None, stream: TextIO | None = None
) -> None:
    """`write_blocks` for columns that are there at once."""
    write_blocks([columns], path, labels=labels, stream=stream)


def write_blocks(
    blocks: Iterable[Mapping[str, Array]], path: str, *, labels: Labels | None = None, stream: TextIO | None = None
) -> None:
    """Writes a file that is there wholly or not at all, block by block; only one block is in memory.

    Args:
        blocks: At least one; each maps the same names to arrays `(samples, ...)` of one length. One of `(samples, 1)`
            has a number a sample, as a regression head gives it: only the arrays of NumPy's files keep that axis.
        path: Ends in `.npz`, `.npy` (one column), `.csv`, `.jsonl` or `.parquet`; `-` writes JSON lines to `stream`.
        labels: For columns `(samples, n)`, the names of the n values, which CSV files put behind the column's name; they
            may come with the first block.
        stream: What `-` means; standard output where it is left out.

    Raises:
        UsageError: The ending is not known, or the columns don't fit into this kind of file.
        DataError: The samples of a block have another shape or kind than this kind of file can hold beside the others.
        EnvironmentProblem: The file can't be written; an old one is as it was.
    """
    check_output(path)
    plain = ({name: _plain(array) for name, array in columns.items()} for columns in blocks)
    if path == "-":
        _write_lines(plain, stream if stream is not None else sys.stdout)
        return
    write = _WRITERS[Path(path).suffix.lower()]
    try:
        alike = plain if write is _write_jsonl else _alike(plain)
        replace_file(Path(path), lambda temporary: write(temporary, alike, labels if labels is not None else {}))
    except OSError as error:
        raise EnvironmentProblem(f"can't write '{path}': {error}", hint="check the disk and the folder") from error


def check_alike(first: Mapping[str, Array], columns: Mapping[str, Array]) -> None:
    """Refuses samples of another shape than those of the first block.

    Raises:
        DataError: A column has them.
    """
    for name, array in columns.items():
        before, now = (" × ".join(map(str, found.shape[1:])) or "1" for found in (first[name], array))
        if before != now:
            message = f"'{name}' has {before} values for some samples, and {now} for others"
            hint = "give all sequences one length with 'pad: {length: …}', or write a .jsonl file"
            raise DataError(message, code="shape", hint=hint)


def _alike(blocks: Blocks) -> Iterator[Mapping[str, Any]]:
    """The blocks, which a file with one header needs to have one shape."""
    first: Mapping[str, Array] | None = None
    for columns in blocks:
        if first is None:
            first = {name: array[:0] for name, array in columns.items()}
        check_alike(first, columns)
        yield columns


def _plain(array: Array) -> Array:
    """The array in a dtype that every kind of file knows: bfloat16 is none of NumPy's."""
    return array.astype(np.float32) if array.dtype.kind == "V" or array.dtype == np.float16 else array


def _without_single_axis(columns: Mapping[str, Array]) -> dict[str, Array]:
    """The columns with a number a sample where an array has one value a sample."""
    return {name: array[:, 0] if array.ndim == 2 and array.shape[1] == 1 else array for name, array in columns.items()}


def _write_npz(path: Path, blocks: Blocks, labels: Labels) -> None:
    del labels
    with _spooled(blocks, path.parent) as columns, zipfile.ZipFile(path, "w") as archive:
        for name, column in columns.items():
            # Not np.savez: it takes names as keywords, and one of its own is `file`.
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                column.write_to(file)


def _write_npy(path: Path, blocks: Blocks, labels: Labels) -> None:
    del labels
    with _spooled(blocks, path.parent) as columns, path.open("wb") as file:
        if len(columns) != 1:
            names = ", ".join(f"'{name}'" for name in columns)
            message = f"an .npy file holds one column, there are {len(columns)}: {names}"
            raise UsageError(message, hint="write an .npz file")
        next(iter(columns.values())).write_to(file)


@contextlib.contextmanager
def _spooled(blocks: Blocks, folder: Path) -> Iterator[dict[str, Spool]]:
    """The columns of all blocks, gathered on the disk: NumPy's files begin with the number of rows."""
    columns: dict[str, Spool] = {}
    try:
        for block in blocks:
            for name, array in block.items():
                if name not in columns:
                    columns[name] = Spool(folder)
                columns[name].add(array)
        yield columns
    finally:
        for column in columns.values():
            column.close()


def _write_csv(path: Path, blocks: Blocks, labels: Labels) -> None:
    header: list[str] = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for columns in blocks:
            flat: list[tuple[str, Array]] = []
            for name, array in _without_single_axis(columns).items():
                flat += _flat_columns(name, array, labels.get(name))
            if not header:
                header = [name for name, _ in flat]
                twice = [name for name, count in Counter(header).items() if count > 1]
                if twice:
                    message = f"two columns would be named '{twice[0]}'"
                    raise UsageError(message, hint="write an .npz or .parquet file")
                writer.writerow(header)
            for block in _blocks([array for _, array in flat]):
                writer.writerows(zip(*(_shortest(part).tolist() for part in block), strict=True))


def _flat_columns(name: str, array: Array, labels: Sequence[str] | None) -> Iterator[tuple[str, Array]]:
    """A column for each value of a sample, named by its label or its place.

    Raises:
        UsageError: A sample is no single value and no list.
    """
    if array.ndim > 2:
        shape = " × ".join(str(size) for size in array.shape[1:])
        raise UsageError(f"'{name}' has {shape} values a sample, which no CSV file can hold", hint="write an .npz file")
    if array.ndim == 1:
        yield name, array
        return
    ends = labels if labels is not None else [str(place) for place in range(array.shape[1])]
    for place, end in enumerate(ends):
        yield f"{name}_{end}", array[:, place]


def _write_jsonl(path: Path, blocks: Blocks, labels: Labels) -> None:
    del labels
    with path.open("w", encoding="utf-8", newline="\n") as file:
        _write_lines(blocks, file)


def _write_lines(blocks: Blocks, file: TextIO | IO[str]) -> None:
    """Writes one JSON object a sample; JSON has no NaN and no infinity, so they become null."""
    for found in blocks:
        columns = _without_single_axis(found)
        for block in _blocks(list(columns.values())):
            for row in zip(*(_shortest(part).tolist() for part in block), strict=True):
                file.write(json.dumps(finite(dict(zip(columns, row, strict=True))), ensure_ascii=False) + "\n")
        # Who reads a pipe sees each block as soon as it is there.
        file.flush()


def _write_parquet(path: Path, blocks: Blocks, labels: Labels) -> None:
    # Arrow is slow to import, and most predictions are not written as Parquet.
    import pyarrow as pa
    import pyarrow.parquet as pa_parquet

    del labels
    writer = None
    try:
        for columns in blocks:
            table = pa.table({name: _nested(pa, array) for name, array in _without_single_axis(columns).items()})
            writer = writer or pa_parquet.ParquetWriter(path, table.schema)
            try:
                table = table.cast(writer.schema)
            except pa.ArrowInvalid as error:
                message = f"'{path.suffix}' files take one kind of values a column: {error}".splitlines()[0]
                hint = "give the field one type in all rows, or write a .csv or .jsonl file"
                raise DataError(message, hint=hint) from error
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _nested(pa: Any, array: Array) -> Any:
    """The Arrow array, with a list of fixed length for every further axis."""
    values = pa.array(np.ascontiguousarray(array).reshape(-1))
    for size in reversed(array.shape[1:]):
        values = pa.FixedSizeListArray.from_arrays(values, size)
    return values


def _blocks(arrays: list[Array]) -> Iterator[list[Array]]:
    samples = len(arrays[0]) if arrays else 0
    for start in range(0, samples, _BLOCK):
        yield [array[start : start + _BLOCK] for array in arrays]


def _shortest(array: Array) -> Array:
    """float32 as the float64 of the same shortest text: 0.1, not 0.10000000149011612."""
    return array.astype(str).astype(np.float64) if array.dtype == np.float32 else array


_WRITERS: Mapping[str, Callable[[Path, Blocks, Labels], None]] = {
    ".npz": _write_npz,
    ".npy": _write_npy,
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}
