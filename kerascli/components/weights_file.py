"""The HDF5 file of a model's weights, looked through before Keras reads it: arrays of numbers and nothing else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import h5py

from kerascli.record.archive_members import WEIGHTS, StoredMember, check_members, unpacked_bound, unsafe
from kerascli.record.keras_archive import open_regular

MAXIMUM_DEPTH = 64
MAXIMUM_NODES = 1_000_000
# Floats, whole numbers (bfloat16 is stored as such) and truth values.
_KINDS = "fiub"


def weights_in(path: Path) -> int:
    """How many numbers the weights of a `.keras` file hold.

    Raises:
        EnvironmentProblem: The file holds links to elsewhere, claims more than is there, or other things than numbers.
        OSError: It can't be read.
        zipfile.BadZipFile: It is no archive.
    """
    with open_regular(path) as file, zipfile.ZipFile(file) as archive:
        size = path.stat().st_size
        check_members(archive, path, size)
        if WEIGHTS not in archive.namelist():
            raise unsafe(path, f"it has no {WEIGHTS}")
        member = archive.getinfo(WEIGHTS)
        stored = member.compress_type == zipfile.ZIP_STORED
        content = StoredMember(file, member) if stored else io.BytesIO(archive.read(member))
        with h5py.File(content, "r") as opened:
            return _count(opened, path, unpacked_bound(member.file_size))


def _count(root: h5py.Group, path: Path, bound: int) -> int:
    """How many numbers all arrays hold together; their bytes stay below the bound."""
    seen: set[int] = set()
    numbers = claimed = 0
    trail: list[tuple[h5py.Group, int]] = [(root, 0)]
    while trail:
        group, depth = trail.pop()
        if depth > MAXIMUM_DEPTH or len(seen) > MAXIMUM_NODES:
            raise unsafe(path, "its weights are nested too deeply, or are too many")
        for name in group:
            node = _child(group, name, path, seen)
            if isinstance(node, h5py.Group):
                trail.append((node, depth + 1))
                continue
            _check_dataset(node, path)
            numbers += int(node.size or 0)
            claimed += int(node.nbytes)
            if claimed > bound:
                raise unsafe(path, f"its weights claim {claimed:,} bytes or more, and have fewer")
    return numbers


def _child(group: h5py.Group, name: str, path: Path, seen: set[int]) -> h5py.Group | h5py.Dataset:
    """What a name stands for, if it lies in this file and nowhere else."""
    if not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise unsafe(path, f"its weights have a link at '{group.name}/{name}'")
    node = group[name]
    address = h5py.h5o.get_info(node.id).addr
    if address in seen or not isinstance(node, h5py.Group | h5py.Dataset):
        raise unsafe(path, f"its weights have a link at '{group.name}/{name}'")
    seen.add(address)
    return node


def _check_dataset(node: h5py.Dataset, path: Path) -> None:
    where = f"its weights at '{node.name}'"
    if node.external or node.is_virtual:
        raise unsafe(path, f"{where} lie in another file")
    if node.dtype.kind not in _KINDS or node.dtype.itemsize > 8:
        raise unsafe(path, f"{where} are of the type {node.dtype}, not numbers")
