"""Which objects of plugins a part of a spec uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from kerascli.catalog.overlay import PREFIX
from kerascli.errors import Span
from kerascli.spec.component import Component


def plugin_objects(part: object) -> Iterator[tuple[str, str]]:
    """The groups and bare names of all plugins' objects that stand in a part of a spec, at any depth."""
    if isinstance(part, Component) and part.name.startswith(PREFIX):
        yield part.group, part.name.removeprefix(PREFIX)
    if isinstance(part, Span):
        return
    if is_dataclass(part):
        for field in fields(part):
            yield from plugin_objects(getattr(part, field.name))
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from plugin_objects(value)
    elif isinstance(part, tuple | list):
        for value in part:
            yield from plugin_objects(value)
