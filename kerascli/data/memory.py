"""How much memory the data of a run may take, asked before it is read."""

from __future__ import annotations

import os
from pathlib import Path

from kerascli.errors import DataError, Span


def machine_memory() -> int | None:
    """The memory of the machine in bytes; None where the system doesn't say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        # Windows has no sysconf; there the read itself fails when memory runs out.
        return None


def available_memory() -> int | None:
    """The bytes that can be taken without driving other programs out; None where the system doesn't say."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        memory = machine_memory()
        return None if memory is None else memory // 2
    limit = _group_limit()
    return free if limit is None else min(free, limit)


def _group_limit() -> int | None:
    """What is left of the memory that a container was given (Linux control groups), or None."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit, used = (int((folder / name).read_text(encoding="ascii")) for name in ("memory.max", "memory.current"))
        return max(0, limit - used)
    except (OSError, ValueError):
        return None


def check_size(size: int, name: str, span: Span | None) -> None:
    """Refuses data that would take more than half of the machine's memory: batches and the model need the rest.

    Raises:
        DataError: It would (code `too-large`).
    """
    memory = machine_memory()
    if memory is not None and size > memory // 2:
        message = f"'{name}' takes {size / 2**30:,.1f} GiB, more than half of the machine's {memory / 2**30:,.1f} GiB"
        raise DataError(message, span=span, code="too-large", hint="use fewer samples or a smaller dtype")
