"""NumPy's `.npz` and `.npy` files → a table; the headers are checked before any array is read."""

from __future__ import annotations

import math
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from kerascli.data.find_files import regular
from kerascli.data.memory import check_size
from kerascli.data.table import Array, Table, make_table
from kerascli.errors import DataError, Span
from kerascli.record.archive_members import unpacked_bound
from kerascli.record.keras_archive import open_regular

if TYPE_CHECKING:
    from pathlib import Path

_DAMAGE = (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError)


def read_npz(path: Path, span: Span | None = None) -> Table:
    """The arrays of an archive, one field each.

    Raises:
        DataError: The file is missing, no archive or damaged; an array is too large, of objects, or a single value.
    """
    _check_file(path, span)
    try:
        with zipfile.ZipFile(path) as archive:
            members = {_field_name(info.filename): info for info in archive.infolist()}
            if len(members) < len(archive.infolist()):
                raise DataError(f"'{path}' has two arrays of one name", span=span, hint="save them under other names")
            total = 0
            for name, info in members.items():
                with archive.open(info) as file:
                    total += _claimed_bytes(file, info.file_size, name, path, span)
            check_size(total, str(path), span)
            fields = {name: _read_member(archive, info) for name, info in members.items()}
    except _DAMAGE as error:
        raise _damaged(path, "an .npz archive", error, span) from error
    return make_table(fields, path.name, span=span)


def read_arrays(path: Path, *, single: bool = False) -> dict[str, Array]:
    """The arrays of an `.npz` or `.npy` file as they are, in its order; the one of an `.npy` file is called `array`.

    Args:
        path: The file.
        single: Whether an array may be a single value.

    Raises:
        DataError: The file is missing, of another kind or damaged; an array is of objects, or claims more than is there.
    """
    _check_file(path, None)
    try:
        with open_regular(path) as file:
            if file.read(2) != b"PK":
                file.seek(0)
                _claimed_bytes(file, path.stat().st_size, "array", path, None, single=single)
                file.seek(0)
                return {"array": _native(np.lib.format.read_array(file, allow_pickle=False))}
            with zipfile.ZipFile(file) as archive:
                total = 0
                for info in archive.infolist():
                    with archive.open(info) as member:
                        name = _field_name(info.filename)
                        total += _claimed_bytes(member, info.file_size, name, path, None, single=single)
                if total > unpacked_bound(path.stat().st_size):
                    raise DataError(f"'{path}' is refused: it would unpack to {total:,} bytes", code="unsafe-model")
                return {_field_name(info.filename): _read_member(archive, info) for info in archive.infolist()}
    except _DAMAGE as error:
        raise _damaged(path, "an .npy or .npz file", error, None) from error


def read_npy(path: Path, field: str, span: Span | None = None) -> Table:
    """The array of a file, as one field.

    Raises:
        DataError: The file is missing, no array or damaged; the array is too large, of objects, or a single value.
    """
    _check_file(path, span)
    try:
        with path.open("rb") as file:
            check_size(_claimed_bytes(file, path.stat().st_size, field, path, span), str(path), span)
            file.seek(0)
            array = _native(np.lib.format.read_array(file, allow_pickle=False))
    except _DAMAGE as error:
        raise _damaged(path, "an .npy file", error, span) from error
    return make_table({field: array}, path.name, span=span)


def _check_file(path: Path, span: Span | None) -> None:
    if path.is_dir():
        raise DataError(f"'{path}' is a folder", span=span, hint="name a file")
    regular(path, span)
    if not path.exists():
        raise DataError(f"there is no file '{path}'", span=span, hint="check the path")


def _damaged(path: Path, kind: str, error: Exception, span: Span | None) -> DataError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return DataError(f"'{path}' is not {kind}, or damaged: {reason}", span=span, hint="save it again with NumPy")


def _field_name(member: str) -> str:
    return member.removesuffix(".npy")


def _claimed_bytes(
    file: IO[bytes], size: int, name: str, path: Path, span: Span | None, *, single: bool = False
) -> int:
    """The bytes that an array's header claims, once its type and shape are found good.

    Args:
        file: At the start of the header.
        size: How many bytes the file has.
        name: The field.
        path: For messages.
        span: Where the source is written.
        single: Whether the array may be a single value.

    Raises:
        DataError: The array is of objects, a single value, or has less or more bytes than its header claims.
        ValueError: There is no header.
    """
    version = np.lib.format.read_magic(file)
    # Versions 2 and 3 differ only in the names of structured fields, which no field of ours has.
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read(file)
    if dtype.hasobject:
        message = f"'{name}' in '{path}' holds Python objects, which could run code when read"
        raise DataError(message, span=span, hint="save it as numbers or text of one shape")
    if dtype.kind not in "biufU":
        message = f"'{name}' in '{path}' holds {dtype}, not numbers or text"
        raise DataError(message, span=span, hint="save it as numbers or text")
    if not shape and not single:
        hint = "give it an axis for the samples, or leave it out"
        raise DataError(f"'{name}' in '{path}' is a single value, not an array of samples", span=span, hint=hint)
    if min(shape, default=0) < 0:
        raise ValueError(f"the header claims the shape {shape}")
    claimed = math.prod(shape) * dtype.itemsize
    check_size(claimed, f"{name} in {path}", span)
    held = size - file.tell()
    if claimed > held:
        message = f"'{name}' in '{path}' is cut off: it claims {claimed:,} bytes and has {held:,}"
        raise DataError(message, span=span, hint="copy or save the file again")
    return claimed


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    with archive.open(info) as file:
        array = _native(np.lib.format.read_array(file, allow_pickle=False))
        # Only at the end does the archive compare the checksum.
        file.read(1)
    return array


def _native(array: Any) -> Array:
    """The array in the machine's byte order, which TensorFlow needs."""
    native: Array = array.astype(array.dtype.newbyteorder("="), copy=False)
    return native
