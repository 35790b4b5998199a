"""The nodes of a YAML text, each with its place: what the parser reads and what overrides change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from functools import cached_property
from pathlib import Path

from kerascli.errors import SourceText, Span
from kerascli.quick_dataclass import dataclass


@dataclass(frozen=True)
class Scalar:
    """A scalar.

    Attributes:
        value: Its value by YAML 1.2's core schema.
        span: Where it stands.
        text: As it is written, without quotes.
        quoted: Whether it is quoted (or a block), and so surely text.
        beats: The nodes that this one replaced, the latest first.
        begins_in: The text that its beginning stands in, where that is a variable's of another file.
    """

    value: bool | int | float | str | None
    span: Span = field(compare=False, repr=False)
    text: str = field(default="", compare=False, repr=False)
    quoted: bool = field(default=False, compare=False, repr=False)
    beats: tuple[Node, ...] = field(default=(), compare=False, repr=False)
    begins_in: SourceText | None = field(default=None, compare=False, repr=False)

    @property
    def size(self) -> int:
        """How many values it holds, itself included."""
        return 1

    @property
    def depth(self) -> int:
        """How many levels it has, itself included."""
        return 1


@dataclass(frozen=True)
class Sequence:
    """A list; `beats` as in `Scalar`."""

    items: tuple[Node, ...]
    span: Span = field(compare=False, repr=False)
    beats: tuple[Node, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def size(self) -> int:
        """How many values it holds, itself included; each node is counted once, so that shared ones cost nothing."""
        return 1 + sum(item.size for item in self.items)

    @cached_property
    def depth(self) -> int:
        """How many levels it has, itself included."""
        return 1 + max((item.depth for item in self.items), default=0)


@dataclass(frozen=True)
class Mapping:
    """A mapping, its keys unique and in order; `beats` as in `Scalar`."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span = field(compare=False, repr=False)
    beats: tuple[Node, ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def size(self) -> int:
        """How many values it holds, keys and itself included."""
        return 1 + sum(1 + value.size for _, value in self.entries)

    @cached_property
    def depth(self) -> int:
        """How many levels it has, itself included."""
        return 1 + max((value.depth for _, value in self.entries), default=0)

    def get(self, key: str) -> Node | None:
        """The value at `key`, or None; a key that is a number goes by its text."""
        return next((value for name, value in self.entries if str(name.value) == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key's own node, or None."""
        return next((name for name, _ in self.entries if str(name.value) == key), None)

    def keys(self) -> Iterator[str]:
        """The keys as text, in order."""
        return (str(name.value) for name, _ in self.entries)

    def with_entry(self, key: Scalar, value: Node) -> Mapping:
        """A copy in which `key` has `value`: in the old place, or at the end."""
        if self.key(str(key.value)) is None:
            return replace(self, entries=(*self.entries, (key, value)))
        entries = tuple((name, value if str(name.value) == str(key.value) else old) for name, old in self.entries)
        return replace(self, entries=entries)

    def without(self, key: str) -> Mapping:
        """A copy without `key`."""
        return replace(self, entries=tuple(entry for entry in self.entries if str(entry[0].value) != key))


# A chain of files has far fewer; files that extend each other in all ways would double it with each.
MAXIMUM_BEATEN = 256

# The name of the text that the command line's overrides stand in.
COMMAND_LINE = "command line"

Node = Scalar | Sequence | Mapping


def folder_of(node: Node) -> Path:
    """The folder that a relative path in a value starts from: that of its file; on the command line, the working folder."""
    source = node.span.source
    if isinstance(node, Scalar) and node.begins_in is not None:
        source = node.begins_in
    return Path() if source.name == COMMAND_LINE else Path(source.name).parent


def beaten(upper: Node, lower: Node) -> tuple[Node, ...]:
    """What a node beats that takes the place of another, the latest first."""
    return (*upper.beats, lower, *lower.beats)[:MAXIMUM_BEATEN]


def plain(node: Node) -> object:
    """The node as Python values: scalars, lists and dicts."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {str(key.value): plain(value) for key, value in node.entries}


def kind_of(node: Node) -> str:
    """What a message calls the node: `a mapping`, `a list`, `text`, `a number` and so on."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    return "a whole number" if isinstance(value, int) else "a number" if isinstance(value, float) else "text"
