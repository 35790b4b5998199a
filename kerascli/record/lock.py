"""One folder, one writer: a lock that the system frees when its process dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from kerascli.errors import EnvironmentProblem
from kerascli.record.regular_file import read_regular

LOCK = ".lock"


@contextlib.contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Holds the folder's lock while the block runs.

    The lock is the system's own on the open file, so that one of a dead process is free at once.

    Raises:
        EnvironmentProblem: Another process holds it.
    """
    path = folder / LOCK
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        holder = _holder(path)
        message = f"another process{holder} writes '{folder}'"
        raise EnvironmentProblem(message, code="locked", hint="wait until it ends, or stop it") from None
    try:
        with contextlib.suppress(OSError):
            path.write_text(f"{os.getpid()}\n", encoding="utf-8")
        yield
    finally:
        # Removed while it is still held: after the release it could be another's.
        with contextlib.suppress(OSError):
            path.unlink()
        lock.release()


def _holder(path: Path) -> str:
    try:
        return f" (process {int(read_regular(path))})"
    except (OSError, ValueError):
        return ""


def is_held(folder: Path) -> bool:
    """Whether a living process holds the folder's lock."""
    if not (folder / LOCK).exists():
        return False
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    lock.release()
    return False
