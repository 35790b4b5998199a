"""`Fingerprint`: a sha256 over the raw rows of all splits, added block by block, whatever the blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from kerascli.data.table import Array, Table, is_ragged, is_text


class Fingerprint:
    """Tells whether data is what it was: over names, types, shapes and values of the fields of each split.

    Args:
        paths: Fields that hold paths of files, with the folder that these are relative to: their last two names and the
            files' sizes count, so that the same files have the same fingerprint in another folder, and none has to be
            read.
        times: Whether the times of the files' last changes count too.
    """

    def __init__(self, paths: Mapping[str, Path] = MappingProxyType({}), *, times: bool = False) -> None:
        self._paths, self._times = paths, times
        self._digests: dict[str, Any] = {}
        self._samples: dict[str, int] = {}

    def add(self, split: str, table: Table) -> None:
        """Adds rows to those that a split has already."""
        for name, array in table.fields.items():
            key = f"{split}/{name}:{_kind(array)}"
            digest = self._digests.setdefault(key, hashlib.sha256())
            self._samples[key] = self._samples.get(key, 0) + len(array)
            if name in self._paths and is_text(array):
                array = self._files(array, self._paths[name])
            for part in _parts(array):
                digest.update(part)

    def _files(self, paths: Array, folder: Path) -> Array:
        """What counts of files, a text each."""
        found = np.empty(paths.size, object)
        found[:] = [_file(folder / path, times=self._times) for path in paths.reshape(-1)]
        return found

    def hexdigest(self) -> str:
        """The fingerprint, 64 hexadecimal digits."""
        lines = [f"{key};{self._samples[key]};{self._digests[key].hexdigest()}" for key in sorted(self._digests)]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _kind(array: Array) -> str:
    if array.dtype.kind in "OU":
        return "sequences" if is_ragged(array) else f"text{array.shape[1:]}"
    return f"{array.dtype.newbyteorder('<').str}{array.shape[1:]}"


def _parts(array: Array) -> list[Any]:
    if is_ragged(array):
        return [f"{one.dtype.str}{one.shape};".encode() + np.ascontiguousarray(one).tobytes() for one in array]
    if is_text(array):
        return ["".join(f"{text}\0" for text in array.reshape(-1)).encode("utf-8", "surrogatepass")]
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return [little.reshape(-1).view(np.uint8).data]


def _file(path: Path, *, times: bool) -> str:
    try:
        facts = path.stat()
        size, time = facts.st_size, facts.st_mtime_ns
    except OSError:
        size, time = -1, -1
    return f"{'/'.join(path.parts[-2:])}:{size}" + (f":{time}" if times else "")
