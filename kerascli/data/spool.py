"""`Spool`: the rows of one column gathered on the disk, until their number is known and a header can be written."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import IO, Any

import numpy as np

from kerascli.data.table import Array


class Spool:
    """One column of an `.npy` file that is written when all of it is known.

    Each block is kept as it came. The column has the narrowest dtype that holds all of them: whole numbers become
    fractions where a later block misses one, and text where a later block has text.

    Args:
        folder: Where the rows lie, in a file without a name; that of the output, whose disk must have the room anyway.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`
        self._blocks: list[tuple[np.dtype[Any], int]] = []
        self._shape: tuple[int, ...] = ()

    def add(self, array: Array) -> None:
        """Adds rows `(rows, ...)` of the shape that the others have."""
        if array.dtype.kind in "OU":
            array = array.astype(str)
        self._shape = array.shape[1:]
        self._blocks.append((array.dtype, len(array)))
        self._file.write(np.ascontiguousarray(array).tobytes())

    def write_to(self, file: IO[bytes]) -> None:
        """Writes header and rows of all, one block in memory."""
        dtype = np.result_type(*(dtype for dtype, _ in self._blocks))
        header: dict[str, Any] = {
            "descr": np.lib.format.dtype_to_descr(dtype),
            "fortran_order": False,
            "shape": (sum(rows for _, rows in self._blocks), *self._shape),
        }
        np.lib.format.write_array_header_1_0(file, header)
        self._file.seek(0)
        for own, rows in self._blocks:
            size = own.itemsize * rows * int(np.prod(self._shape, dtype=np.int64))
            # Of no bytes NumPy makes no array: a column of empty texts has none.
            if size:
                block = np.frombuffer(self._file.read(size), own)
                file.write(block.astype(dtype).tobytes())
            else:
                file.write(bytes(dtype.itemsize * rows))

    def close(self) -> None:
        """Removes what lies on the disk."""
        self._file.close()
