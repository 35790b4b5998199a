"""How much memory the data of a run may take, asked before it is read."""

from __future__ import annotations

import os

from kerascli.errors import DataError, Span


def machine_memory() -> int | None:
    """The memory of the machine in bytes; None where the system doesn't say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        # Windows has no sysconf; there the read itself fails when memory runs out.
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
