"""Names beside Keras's own: the objects of a spec's plugins, known while that spec is in work."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar

from kerascli.catalog.entries import Entry

PREFIX = "plugins."
# The parameter of a plugin's function that takes any name (`**keywords`).
ANY_NAME = "**"

Entries = Mapping[tuple[str, str], Entry]
_NOTHING: Entries = {}
_IN_WORK: ContextVar[Entries] = ContextVar("plugins", default=_NOTHING)


@contextlib.contextmanager
def with_entries(entries: Entries) -> Iterator[None]:
    """Adds entries, by group and bare name, to every catalog while the block runs."""
    token = _IN_WORK.set(entries)
    try:
        yield
    finally:
        _IN_WORK.reset(token)


def added_entry(group: str, name: str) -> Entry | None:
    """The entry of a plugin's object in a group, by its bare name or as `plugins.Name`."""
    return _IN_WORK.get().get((group, name.removeprefix(PREFIX)))


def added_names(group: str) -> list[str]:
    """The bare names that plugins add to a group."""
    return [name for where, name in _IN_WORK.get() if where == group]
