"""The members of a `.keras` archive, checked by what the archive says of them before any is read."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from pathlib import Path
from typing import IO, Any

from kerascli.errors import EnvironmentProblem

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"

# A layer has at most two members: a folder and a file of its assets.
MAXIMUM_MEMBERS = 10_000
# Keras stores its members as they are, and weights hardly shrink: what unpacks to far more than it takes is a bomb. The
# bound grows with the file, so that no honest model is too large for it.
GROWTH, FLOOR = 10, 64 * 1024 * 1024

_ASSET = re.compile(r"assets/(?:[^/\\:]+/)*(?:[^/\\:]+)?\Z")
_LOCAL_HEADER = 30


def unpacked_bound(file_bytes: int) -> int:
    """How many bytes the content of a file of so many bytes may take."""
    return FLOOR + GROWTH * file_bytes


def check_members(archive: zipfile.ZipFile, path: Path, file_bytes: int) -> None:
    """Looks at the archive's directory alone.

    Args:
        archive: The opened archive.
        path: For messages.
        file_bytes: The size of the file.

    Raises:
        EnvironmentProblem: It has members that Keras does not write, or they would unpack to too much.
    """
    members = archive.infolist()
    if len(members) > MAXIMUM_MEMBERS:
        raise unsafe(path, f"it has {len(members):,} members, where {MAXIMUM_MEMBERS:,} are the most")
    seen: set[str] = set()
    for one in members:
        reason = _fault(one)
        if one.filename in seen:
            reason = "stands in it twice"
        if reason is not None:
            raise unsafe(path, f"its member '{one.filename[:200]}' {reason}")
        seen.add(one.filename)
    total = sum(one.file_size for one in members)
    if total > unpacked_bound(file_bytes):
        raise unsafe(path, f"its {file_bytes:,} bytes would unpack to {total:,}")


def _fault(member: zipfile.ZipInfo) -> str | None:
    """What is wrong with a member, as the end of a sentence."""
    name = member.filename
    if any(part in ("..", ".") for part in re.split(r"[/\\]", name)) or name.startswith(("/", "\\")):
        return "leaves the archive"
    if not name.isprintable():
        return "has control characters in its name"
    if name not in (CONFIG, METADATA, WEIGHTS) and not _ASSET.match(name):
        return "is none that Keras writes"
    if member.external_attr >> 16 and stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no file"
    if member.flag_bits & 0x1:
        return "is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is packed in a way that Keras does not use"
    return None


def unsafe(path: Path, reason: str) -> EnvironmentProblem:
    """The refusal of an archive that was not made by saving a model, or not to be loaded."""
    hint = "save the model again with model.save('model.keras'), or leave the file alone"
    return EnvironmentProblem(f"'{path}' is refused: {reason}", code="unsafe-model", hint=hint)


class StoredMember(io.RawIOBase):
    """A member that is stored as it is, read in place: it may be larger than memory."""

    def __init__(self, file: IO[bytes], member: zipfile.ZipInfo) -> None:
        """Finds where the member's bytes begin."""
        super().__init__()
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER:
            raise zipfile.BadZipFile("a member begins behind the end")
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        self._file, self._start = file, member.header_offset + _LOCAL_HEADER + names
        self._size, self._place = member.file_size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The place in the member."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to a place in the member."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Reads no further than the member's end."""
        wanted = max(0, min(len(buffer), self._size - self._place))
        self._file.seek(self._start + self._place)
        found = self._file.read(wanted)
        buffer[: len(found)] = found
        self._place += len(found)
        return len(found)
