"""What each worker gets of a machine that several share: its part of the cores and of the graphics cards."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from kerascli.errors import UsageError

_CARDS = Path("/proc/driver/nvidia/gpus")
_VISIBLE = "CUDA_VISIBLE_DEVICES"
_THREADS = "TF_NUM_INTRAOP_THREADS"
# Workers that a small machine may have all the same, to try things out.
_FEW = 8


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def require_sensible(workers: int, environment: Mapping[str, str]) -> None:
    """Refuses more workers than this machine can be meant to have.

    Raises:
        UsageError: There are more than two a core (8 on a small machine), or more than graphics cards.
    """
    most, held = max(_FEW, 2 * cores()), cards(environment)
    if workers > most:
        hint = f"say at most {most}; 'docs/scale.md' tells of several machines"
        raise UsageError(f"{workers} workers are too many for {cores()} cores", code="workers", hint=hint)
    if held and workers > len(held):
        hint = f"say at most {len(held)}, or set '{_VISIBLE}=' to train without them"
        raise UsageError(f"{workers} workers can't share {len(held)} graphics cards", code="workers", hint=hint)


def share(index: int, workers: int, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that give a worker its part; what the user has set stays, but that cards are shared out.

    Args:
        index: The worker.
        workers: How many there are.
        environment: The environment of this process.
    """
    found = {}
    if _THREADS not in environment:
        found[_THREADS] = str(max(1, cores() // workers))
    held = cards(environment)
    if held:
        size = len(held) // workers
        found[_VISIBLE] = ",".join(held[index * size : (index + 1) * size])
    return found


def cards(environment: Mapping[str, str]) -> list[str]:
    """The graphics cards that TensorFlow would see, as their driver tells of them."""
    count = len(list(_CARDS.glob("*"))) if _CARDS.is_dir() else 0
    if _VISIBLE in environment:
        return [name for name in environment[_VISIBLE].replace(" ", "").split(",") if name not in ("", "-1")]
    return [str(number) for number in range(count)]
