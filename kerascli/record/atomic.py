"""Writes that are visible only when complete: temporary name, flush, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# What a crash may leave behind; nothing with this prefix is ever read.
TEMPORARY_PREFIX = ".tmp-"


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file that is there wholly or not at all, also after a power cut.

    Raises:
        OSError: The file can't be written; the old one, if any, is as it was.
    """

    def write(temporary: Path) -> None:
        temporary.write_bytes(content)

    replace_file(path, write)


def write_text(path: Path, content: str) -> None:
    """`write_bytes` for UTF-8 text."""
    write_bytes(path, content.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """`write_bytes` for JSON; numbers that are not finite are written as null."""
    write_text(path, json.dumps(finite(value), indent=2, ensure_ascii=False) + "\n")


def finite(value: Any) -> Any:
    """The value with what JSON can't hold (NaN, infinities) as None, and tuples as lists."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, list | tuple) else value


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Lets `write` fill a temporary file beside `path`, then renames it.

    The temporary name keeps the ending, since writers such as Keras's go by it.

    Raises:
        OSError: Something could not be written; nothing is left behind.
    """
    temporary = path.parent / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:12]}{path.suffix}"
    try:
        write(temporary)
        sync_file(temporary)
        temporary.replace(path)
    except BaseException:  # Ctrl-C must leave nothing behind either.
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder that becomes `path`, renamed once, when the block ends well.

    Raises:
        OSError: Something could not be written, or `path` is there already; nothing is left behind.
    """
    temporary = path.parent / f"{TEMPORARY_PREFIX}{uuid.uuid4().hex[:12]}"
    temporary.mkdir(parents=True)
    try:
        yield temporary
        for file in sorted(temporary.rglob("*")):
            if file.is_file():
                sync_file(file)
            else:
                sync_folder(file)
        sync_folder(temporary)
        temporary.rename(path)
    except BaseException:  # Ctrl-C must leave nothing behind either.
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Forces a file's content to the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Forces a folder's entries to the disk, where the system can (Windows can't open a folder)."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Removes what an interrupted write left in a folder that this process has locked."""
    for leftover in folder.glob(f"{TEMPORARY_PREFIX}*"):
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)
