"""How much memory this machine has, and how much of it is free."""

from __future__ import annotations

import os
from pathlib import Path


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
