"""Where the log files of a run end: kept with each checkpoint, so that a run that goes on drops what came after it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

_EVENTS = "events.out.tfevents.*"


def log_ends(folder: Path, callbacks: Sequence[Any]) -> dict[str, int]:
    """The bytes of each file that grows while the run goes on: event files, and those of `CSVLogger`.

    Args:
        folder: The run's folder.
        callbacks: The callbacks, whose events are written out first: a kill would lose what they hold back.

    Returns:
        Path below the folder to its size in bytes.
    """
    for callback in callbacks:
        if isinstance(callback, keras.callbacks.TensorBoard):
            # Keras has no public way to its writers, which hold back events for up to two minutes.
            for writer in getattr(callback, "_writers", {}).values():
                try:
                    writer.flush()
                except (OSError, tf.errors.OpError):
                    # A log that can't be written never ends a run; its own hook warns.
                    continue
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in _growing(folder, callbacks)}


def cut_logs(folder: Path, callbacks: Sequence[Any], ends: Mapping[str, int]) -> list[str]:
    """Drops what was logged after a checkpoint, so that the run that goes on can append.

    Args:
        folder: The run's folder.
        callbacks: The callbacks of the phase that goes on; a `CSVLogger` of them appends from now on.
        ends: What `log_ends` gave at the checkpoint; empty where the run begins anew.

    Returns:
        The files that are shorter than they were at the checkpoint, or gone; the entry that was torn is dropped.

    Raises:
        OSError: A file can't be cut.
    """
    for path in _growing(folder, callbacks):
        end = ends.get(path.relative_to(folder).as_posix())
        if end is None:
            path.unlink()
        else:
            os.truncate(path, end if path.stat().st_size >= end else _last_whole(path))
    for callback in callbacks:
        if isinstance(callback, keras.callbacks.CSVLogger) and ends:
            callback.append = True
    return [name for name, end in ends.items() if not (folder / name).is_file() or (folder / name).stat().st_size < end]


def _last_whole(path: Path) -> int:
    """The bytes up to the end of the last whole entry: what is appended to half a line would change its numbers."""
    content = path.read_bytes()
    if not path.name.startswith(_EVENTS.rstrip("*")):
        return content.rfind(b"\n") + 1
    # A record is its length (8 bytes, little-endian), a checksum (4), the data, another checksum (4).
    end = 0
    while end + 12 <= len(content):
        after = end + 16 + int.from_bytes(content[end : end + 8], "little")
        if after > len(content):
            break
        end = after
    return end


def _growing(folder: Path, callbacks: Sequence[Any]) -> list[Path]:
    files = {path for path in folder.rglob(_EVENTS) if path.is_file() and not path.is_symlink()}
    for callback in callbacks:
        if isinstance(callback, keras.callbacks.CSVLogger):
            path = Path(callback.filename)
            # One that the spec puts elsewhere belongs to others too.
            if path.is_file() and path.is_relative_to(folder):
                files.add(path)
    return sorted(files)
