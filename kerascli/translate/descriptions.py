"""What a description holds: `Description` and its parts, as data for the terminal and for JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class ParameterRow:
    """One argument of a component.

    Attributes:
        name: Its name.
        takes: What a value may be, in words: `int`, `valid | same`, `initializer or null`.
        default: Its default as YAML; empty where it is required or has none that YAML can write.
        required: Whether it must be given.
        text: What it means, in a sentence.
    """

    name: str
    takes: str
    default: str
    required: bool
    text: str


@dataclass(frozen=True)
class KeyRow:
    """One key below a section: its name and what it means."""

    name: str
    text: str


@dataclass(frozen=True)
class Description:
    """What one word of the language means, in one of its meanings.

    Attributes:
        kind: `component`, `source` or `key`.
        name: The word as specs write it: a class, a source, the path of a key.
        group: The catalog's group, or `sources`; empty for keys.
        what: What it is, in a few words: `Keras layer`, `data source`, `key of a spec`.
        path: Where Python finds it: `keras.layers.Conv2D`; empty where it does not.
        aliases: Other names that it goes by.
        summary: What it does, in a sentence; code stands in backticks, here and below.
        text: More on it, in paragraphs.
        reads: What its call reads (layers, operations, applications); the class's name first.
        parameters: Its arguments.
        shared: The names of the arguments that it has in common with all of its group.
        keys: What may stand below it (sections).
        example: A piece of a spec, valid as it stands; empty where there is none.
        note: What must be known before it is used; empty for most.
        see_also: Words that mean something near.
    """

    kind: Literal["component", "source", "key"]
    name: str
    group: str
    what: str
    path: str = ""
    aliases: tuple[str, ...] = ()
    summary: str = ""
    text: tuple[str, ...] = ()
    reads: str = ""
    parameters: tuple[ParameterRow, ...] = ()
    shared: tuple[str, ...] = ()
    keys: tuple[KeyRow, ...] = ()
    example: str = ""
    note: str = ""
    see_also: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The description as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class GroupRow:
    """One group of words: its name, how many words it has, and where they stand in a spec."""

    name: str
    count: int
    text: str


@dataclass(frozen=True)
class WordRow:
    """One word of a group, with what it means in a sentence."""

    name: str
    summary: str
