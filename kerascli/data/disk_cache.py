"""`cache: disk`: the transformed samples of a split as NumPy files in the user's cache folder, mapped into memory."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from kerascli.data.split import batch_of
from kerascli.data.streamed_split import StreamedSplit
from kerascli.data.table import Array, Table
from kerascli.errors import DataError, EnvironmentProblem, Span

Arrays = tuple[Mapping[str, Array], Mapping[str, Array], Mapping[str, Array]]
_PARTS = ("x", "y", "weights")


def cache_folder() -> Path:
    """Where prepared samples are kept: the user's cache folder for `kerascli`."""
    return platformdirs.user_cache_path("kerascli") / "data"


def cache_key(*words: str) -> str:
    """The name of what is kept: another one for other data, another preprocessing or another version of Keras or us."""
    own = version("kerascli")
    return hashlib.sha256("\0".join((own, *words)).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class DiskCache:
    """The samples of one split on the disk.

    Attributes:
        folder: The folder of this split.
        span: Where the spec asks for it.
    """

    folder: Path
    span: Span | None

    def split(self, samples: int, blocks: Iterator[Arrays], size: int) -> StreamedSplit:
        """The split, written first where it is not there yet.

        Args:
            samples: The number of samples.
            blocks: Their transformed blocks in order, read only where the split has to be written.
            size: The bytes of all, for the check of the disk's room.

        Raises:
            DataError: The samples are text, or differ in shape.
            EnvironmentProblem: The disk has no room, or can't be written.
        """
        if not self.folder.is_dir():
            try:
                self._write(samples, blocks, size)
            except OSError as error:
                message = f"can't keep samples in '{self.folder}': {error.strerror or error}"
                raise EnvironmentProblem(message, code="cache", hint="write 'cache: none'") from error
        names = sorted(self.folder.glob("*.npy"))
        fields = {path.stem: np.load(path, mmap_mode="r", allow_pickle=False) for path in names}
        order = (self.folder / "names.txt").read_text(encoding="utf-8").split("\n")

        def pick(table: Table) -> Any:
            parts: dict[str, dict[str, Array]] = {part: {} for part in _PARTS}
            for index, line in enumerate(order):
                part, _, name = line.partition("/")
                parts[part][name] = table.fields[str(index)]
            return batch_of(parts["x"], parts["y"], parts["weights"])

        return StreamedSplit(Table(fields, str(self.folder)), pick, (), 4096)

    def _write(self, samples: int, blocks: Iterator[Arrays], size: int) -> None:
        """Writes all files into a folder beside the right one, which it becomes at the end."""
        parent = self.folder.parent
        parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(parent).free
        if size > free:
            message = f"'{parent}' has {free / 1e9:,.1f} GB left, and the samples take {size / 1e9:,.1f} GB"
            raise EnvironmentProblem(message, code="cache", hint="write 'cache: none'")
        temporary = parent / f"{self.folder.name}.{os.getpid()}.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        try:
            files: dict[str, Any] = {}
            done = 0
            for block in blocks:
                named = {
                    f"{part}/{name}": array
                    for part, one in zip(_PARTS, block, strict=True)
                    for name, array in one.items()
                }
                for index, (name, array) in enumerate(named.items()):
                    if name not in files:
                        files[name] = self._new(temporary / f"{index}.npy", name, samples, array)
                    self._check(name, array, files[name])
                    files[name][done : done + len(array)] = array
                done += len(next(iter(named.values())))
            (temporary / "names.txt").write_text("\n".join(files), encoding="utf-8")
            for file in files.values():
                file.flush()
            os.replace(temporary, self.folder)  # noqa: PTH105 - a folder
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _check(self, name: str, array: Array, file: Array) -> None:
        if array.shape[1:] != file.shape[1:]:
            message = f"samples of '{name.partition('/')[2]}' have the shapes {file.shape[1:]} and {array.shape[1:]}"
            raise DataError(message, code="shape", span=self.span, hint="bring them into one shape")

    def _new(self, path: Path, name: str, samples: int, array: Array) -> Any:
        if array.dtype.kind not in "biuf":
            message = f"'{name.partition('/')[2]}' is {array.dtype}, which 'cache: disk' can't keep"
            raise DataError(message, code="cache", span=self.span, hint="write 'cache: none'")
        return np.lib.format.open_memmap(path, "w+", array.dtype, (samples, *array.shape[1:]))
