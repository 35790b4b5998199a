"""What Python was asked to do while a hostile file was read: files opened, programs started, addresses reached."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "pty.spawn")
_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.bind", "urllib.Request")
_CHANGES = (
    "os.mkdir",
    "os.rename",
    "os.remove",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "shutil.rmtree",
    "os.chmod",
)


@dataclass
class Seen:
    """What was done.

    Attributes:
        reads: The files that were opened for reading.
        writes: The files that were opened for writing, made, moved or removed.
        others: Programs and addresses.
    """

    reads: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


_watching: list[Seen] = []
_installed: list[bool] = []


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _watching:
        return
    seen = _watching[-1]
    if event == "open":
        path, mode, flags = (*arguments, None, None, None)[:3]
        if isinstance(path, int):
            return
        writes = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        (seen.writes if writes or (isinstance(mode, str) and set(mode) & set("wax+")) else seen.reads).append(str(path))
    elif event in _CHANGES:
        seen.writes.append(f"{event} {arguments[0]}")
    elif event in _PROGRAMS or event in _NETWORK:
        seen.others.append(f"{event} {arguments}")


@contextmanager
def watched() -> Iterator[Seen]:
    """Notes what is done inside; a hook can't be taken away, so there is one for all tests."""
    if not _installed:
        sys.addaudithook(_hook)
        _installed.append(True)
    seen = Seen()
    _watching.append(seen)
    try:
        yield seen
    finally:
        _watching.remove(seen)
