"""Paths such as `model.layers.digit.units`: one step at a time through the nodes, short forms expanded on the way."""

from __future__ import annotations

from dataclasses import replace

from kerascli.errors import did_you_mean
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component_parser import find_name
from kerascli.spec.learning_rates import is_rate_schedule
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence
from kerascli.spec.places import ENTRY_KEYS, MODEL, Place
from kerascli.spec.sources import SOURCES

_VALUE = Place()
_NESTED = "Model"
_ENTRY = Place("entry", "layers")


@dataclass(frozen=True)
class Step:
    """Where one step leads.

    Attributes:
        key: The key of the mapping, or the index of the list as text.
        child: The node there; None when nothing is written there yet.
        place: What may stand there.
        next: How many segments of the path are used up.
    """

    key: str
    child: Node | None
    place: Place
    next: int


class UnknownPath(Exception):
    """A path that names nothing: the segment, its column in the path (from 1), a message and a hint."""

    def __init__(self, segment: str, column: int, message: str, hint: str | None) -> None:
        """Takes the segment at fault."""
        super().__init__(message)
        self.segment, self.column, self.message, self.hint = segment, column, message, hint

    @classmethod
    def at(cls, segments: list[str], position: int, message: str, hint: str | None) -> UnknownPath:
        """The error for `segments[position]`; `{path}` in the message is the path up to it."""
        column = sum(len(segment) + 1 for segment in segments[:position]) + 1
        path = ".".join(segments[: position + 1])
        return cls(segments[position], column, message.replace("{path}", path), hint)


def component_key(node: Node, place: Place) -> Scalar | None:
    """The class name's node of a component (or of an entry of `layers`), or None when the node writes none."""
    if place.kind not in ("component", "components", "by_output", "entry") or place.group is None:
        return None
    if isinstance(node, Scalar):
        return node if isinstance(node.value, str) and _known(node.value, place.group) else None
    if not isinstance(node, Mapping):
        return None
    for key, _ in node.entries:
        if place.kind == "entry" and key.value in ENTRY_KEYS:
            continue
        if _known(str(key.value), place.group):
            return key
    if place.kind == "entry":
        # A block, or a plugin's layer, whose names are not known here.
        others = [key for key, _ in node.entries if key.value not in ENTRY_KEYS]
        return others[0] if len(others) == 1 else None
    return None


def _known(name: str, group: str) -> bool:
    if name == _NESTED:
        return group == "layers"
    return name in SOURCES if group == "sources" else find_name(name, group) is not None


def expand(node: Node, place: Place) -> Node:
    """The node with a short form written out: `adam` → `{adam: {}}`, `Dropout: 0.5` → `{Dropout: {rate: 0.5}}`."""
    if place.kind in ("components", "by_output") and isinstance(node, Sequence):
        return node
    key = component_key(node, place)
    if key is None:
        return node
    if isinstance(node, Scalar):
        return Mapping(((key, Mapping((), node.span)),), node.span, node.beats)
    assert isinstance(node, Mapping) and place.group is not None
    arguments = node.get(str(key.value))
    if isinstance(arguments, Mapping):
        return node
    if arguments is None or (isinstance(arguments, Scalar) and arguments.value is None):
        return node.with_entry(key, Mapping((), key.span))
    first = _first_parameter(str(key.value), place.group)
    if first is None:
        return node
    written = Mapping(((Scalar(first, arguments.span, first), arguments),), arguments.span)
    return node.with_entry(key, written)


def _first_parameter(name: str, group: str) -> str | None:
    if group == "sources":
        parameters = SOURCES[name].parameters
        return parameters[0].name if parameters else None
    entry = find_name(name, group)
    return entry.parameters[0].name if entry is not None and entry.parameters else None


def find_step(node: Node, place: Place, segments: list[str], at: int) -> Step:
    """One step from a node (short forms expanded) along the path.

    Raises:
        UnknownPath: Nothing of that name can stand there.
    """
    if isinstance(node, Sequence):
        return _list_step(node, place, segments, at)
    key = component_key(node, place)
    if key is not None and isinstance(node, Mapping):
        return _component_step(node, key, place, segments, at)
    if isinstance(node, Scalar) and place.kind == "section" and node.value is None:
        node = Mapping((), node.span)
    if not isinstance(node, Mapping):
        raise UnknownPath.at(segments, at, f"'{{path}}' names nothing: '{segments[at - 1]}' is a plain value", None)
    return _mapping_step(node, place, segments, at)


def _mapping_step(node: Mapping, place: Place, segments: list[str], at: int) -> Step:
    word = segments[at]
    child = next((value for key, value in node.entries if str(key.value) == word), None)
    if place.kind == "section":
        known = place.keys.get(word)
        if known is None and child is None and not word.startswith("x-"):
            raise UnknownPath.at(segments, at, "'{path}' names nothing", _path_hint(segments, at, list(place.keys)))
        return Step(word, child, known or _VALUE, at + 1)
    if place.kind == "component" and place.group is not None and not node.entries and not _known(word, place.group):
        message = f"'{'.'.join(segments[:at])}' is not written, so it has no '{word}'"
        raise UnknownPath.at(segments, at, message, f"set '{'.'.join(segments[:at])}' first")
    inner = place.each or _VALUE
    if place.kind == "by_output":
        inner = Place("components", place.group)
    return Step(word, child, inner, at + 1)


def _component_step(node: Mapping, key: Scalar, place: Place, segments: list[str], at: int) -> Step:
    """Into a component: a wiring key of the entry, the class name itself, or an argument (the class name skipped)."""
    name = str(key.value)
    word = segments[at]
    if place.kind == "entry" and word in ENTRY_KEYS:
        return Step(word, node.get(word), _VALUE, at + 1)
    dotted = ".".join(segments[at : at + 1 + name.count(".")])
    if dotted == name or same_class(word, name, place.group or ""):
        used = 1 + name.count(".") if dotted == name else 1
        return Step(name, node.get(name), MODEL if name == _NESTED else Place("free", place.group), at + used)
    arguments = node.get(name)
    inner = arguments if isinstance(arguments, Mapping) else Mapping((), key.span)
    entry = find_name(name, place.group or "") if place.group != "sources" else None
    if entry is not None and entry.parameter(word) is None and word not in entry.accepts_base:
        words = [parameter.name for parameter in entry.parameters]
        if place.kind == "entry":
            words += ENTRY_KEYS
        raise UnknownPath.at(
            segments, at, f"'{{path}}' names nothing: {entry.name} has no '{word}'", _path_hint(segments, at, words)
        )
    # The class name is stepped over: the step leads to the arguments, and the same segment is looked up there.
    return Step(name, inner, _arguments_place(name, place.group or "", word), at)


def same_class(word: str, name: str, group: str) -> bool:
    """Whether two names mean the same class of a group: `adam` and `Adam`."""
    if group == "sources" or word == name:
        return word == name
    entry = find_name(word, group)
    return entry is not None and entry is find_name(name, group)


def arguments_place(name: str, group: str) -> Place:
    """The place of all arguments of a component: those that may be components themselves by their groups."""
    if name == _NESTED:
        return MODEL
    entry = find_name(name, group) if group != "sources" else None
    known = {p.name: Place("component", p.group) for p in entry.parameters if p.group} if entry is not None else {}
    return Place("names", keys=known, each=_VALUE)


def _arguments_place(name: str, group: str, word: str) -> Place:
    """The place of a component's arguments: its argument `word` may be a component itself."""
    if name == _NESTED:
        return MODEL
    entry = find_name(name, group) if group != "sources" else None
    parameter = entry.parameter(word) if entry is not None else None
    if parameter is not None and parameter.group is not None:
        return Place("names", each=Place("component", parameter.group))
    if is_rate_schedule(name, word):
        return Place("names", each=Place("component", "schedules"))
    return Place("names", each=Place("free"))


def _list_step(node: Sequence, place: Place, segments: list[str], at: int) -> Step:
    """Into a list: by name, by class where it is the only one, by index."""
    word = segments[at]
    inner = _place_in_list(place)
    for index, item in enumerate(node.items):
        if isinstance(item, Mapping) and _text_at(item, "name") == word:
            return Step(str(index), item, inner, at + 1)
    classes = [component_key(item, inner) for item in node.items]
    matching = [
        index
        for index, key in enumerate(classes)
        if key is not None
        and (_matches(segments, at, str(key.value)) or same_class(word, str(key.value), inner.group or ""))
    ]
    if len(matching) == 1:
        key = classes[matching[0]]
        used = 1 + str(key.value).count(".") if key is not None and _matches(segments, at, str(key.value)) else 1
        return Step(str(matching[0]), node.items[matching[0]], inner, at + used)
    if word.lstrip("-").isdecimal() and -len(node.items) <= int(word) < len(node.items):
        index = int(word) % len(node.items)
        return Step(str(index), node.items[index], inner, at + 1)
    if matching:
        message = f"'{{path}}' is not one entry: {len(matching)} of the list are '{word}'"
        raise UnknownPath.at(segments, at, message, f"name the entry, or write its index, such as '{matching[0]}'")
    words = [name for item in node.items if isinstance(item, Mapping) and (name := _text_at(item, "name"))]
    words += [str(key.value) for key in classes if key is not None]
    raise UnknownPath.at(segments, at, "'{path}' names nothing in the list", _path_hint(segments, at, words))


def _place_in_list(place: Place) -> Place:
    if place.kind == "entries":
        return _ENTRY
    if place.kind == "sections":
        return replace(place, kind="section")
    return replace(place, kind="component") if place.group else _VALUE


def _matches(segments: list[str], at: int, name: str) -> bool:
    return ".".join(segments[at : at + 1 + name.count(".")]) == name


def _text_at(item: Mapping, key: str) -> str | None:
    """The text at a key of an entry, or among the arguments of its component."""
    node = item.get(key)
    if node is None:
        node = next(
            (value.get(key) for _, value in item.entries if isinstance(value, Mapping) and value.get(key)), None
        )
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def _path_hint(segments: list[str], at: int, words: list[str]) -> str | None:
    hint = did_you_mean(segments[at], words)
    if hint is None or not hint.startswith("did you mean '"):
        return hint
    word = hint.removeprefix("did you mean '").removesuffix("'?")
    return f"did you mean '{'.'.join([*segments[:at], word])}'?"
