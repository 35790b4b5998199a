"""Reads a whole file that others may have put there: never a FIFO or a device, which would be waited for, or has no end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

# No file of a run but its weights is larger.
MOST_BYTES = 256 << 20


def read_regular(path: Path, most: int = MOST_BYTES) -> bytes:
    """The bytes of a file.

    Args:
        path: The file.
        most: The bytes that it may have.

    Raises:
        OSError: It can't be read, is no regular file, or is larger.
    """
    # Without O_NONBLOCK the open itself would wait for a FIFO's writer.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if facts.st_size > most:
            raise OSError(errno.EFBIG, f"larger than {most >> 20:,} MiB", str(path))
        return file.read()
