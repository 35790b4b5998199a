"""How much memory the data of a run may take, asked before it is read."""

from __future__ import annotations

from kerascli.check.machine_memory import available_memory as available_memory
from kerascli.check.machine_memory import machine_memory as machine_memory
from kerascli.errors import DataError, Span


def check_size(size: int, name: str, span: Span | None) -> None:
    """Refuses data that would take more than half of the machine's memory: batches and the model need the rest.

    Raises:
        DataError: It would (code `too-large`).
    """
    memory = machine_memory()
    if memory is not None and size > memory // 2:
        message = f"'{name}' takes {size / 2**30:,.1f} GiB, more than half of the machine's {memory / 2**30:,.1f} GiB"
        raise DataError(message, span=span, code="too-large", hint="use fewer samples or a smaller dtype")
