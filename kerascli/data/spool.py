"""`Spool`: the rows of one column gathered on the disk, until their number is known and a header can be written."""

from __future__ import annotations

import shutil
import tempfile
from typing import IO, Any

import numpy as np

from kerascli.data.table import Array


class Spool:
    """One column of an `.npy` file that is written when all of it is known; text, whose width is not known, is kept."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        self._texts: list[Array] = []
        self._first: Array | None = None
        self._rows = 0

    def add(self, array: Array) -> None:
        """Adds rows `(rows, ...)` of the dtype and shape that the others have."""
        if self._first is None:
            self._first = array[:0]
        self._rows += len(array)
        if array.dtype.kind in "OU":
            self._texts.append(array.astype(str))
        else:
            self._file.write(np.ascontiguousarray(array, self._first.dtype).tobytes())

    def write_to(self, file: IO[bytes]) -> None:
        """Writes header and rows of all."""
        assert self._first is not None
        if self._texts:
            np.lib.format.write_array(file, np.concatenate(self._texts), allow_pickle=False)
            return
        header: dict[str, Any] = {
            "descr": np.lib.format.dtype_to_descr(self._first.dtype),
            "fortran_order": False,
            "shape": (self._rows, *self._first.shape[1:]),
        }
        np.lib.format.write_array_header_1_0(file, header)
        self._file.seek(0)
        shutil.copyfileobj(self._file, file)

    def close(self) -> None:
        """Removes what lies on the disk."""
        self._file.close()
