"""How far reading is: told to whoever listens by whatever reads many rows, however many calls lie between them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Protocol, TypeVar

# What is counted (`samples`, `bytes`), how many are done, of how many.
Listener = Callable[[str, int, int], None]

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


class _Block(Protocol):
    @property
    def samples(self) -> int:
        """Its rows."""


BlockT = TypeVar("BlockT", bound=_Block)


@contextlib.contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tells a listener of all reading inside the block, in this thread."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(what: str, done: int, total: int) -> None:
    """Says how far a pass over the data is."""
    listener = _listener.get()
    if listener is not None:
        listener(what, done, total)


def told(blocks: Iterable[BlockT], total: int) -> Iterator[BlockT]:
    """The blocks of a pass over so many samples; says how many of them are done."""
    done = 0
    for block in blocks:
        yield block
        done += block.samples
        tell("samples", done, total)
