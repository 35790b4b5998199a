"""Where a value of a spec comes from, and what it beat: the answer of `config why`."""

from __future__ import annotations

from typing import Any, Literal

from kerascli.errors import Note, Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component_parser import find_name
from kerascli.spec.environment import FROM_ENVIRONMENT
from kerascli.spec.nodes import Mapping, Node, plain
from kerascli.spec.paths import Step, UnknownPath, component_key, expand, find_step
from kerascli.spec.places import ROOT, Place
from kerascli.spec.problems import COMMAND_LINE
from kerascli.spec.sources import SOURCES


@dataclass(frozen=True)
class Origin:
    """One value of a spec and where it comes from.

    Attributes:
        value: The value as plain Python values.
        kind: `file`, `environment`, `command line` or `default`.
        span: Where it is written; None for a default.
        default_of: What the default belongs to: `kerascli`, or the Keras class.
        through: How it came to its path: the variables and the environment, each with its place.
    """

    value: Any
    kind: Literal["file", "environment", "command line", "default"]
    span: Span | None = None
    default_of: str | None = None
    through: tuple[Note, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The origin as JSON values."""
        place = None if self.span is None else str(self.span)
        through = [{"message": n.message, "place": None if n.span is None else str(n.span)} for n in self.through]
        return {
            "value": self.value,
            "from": self.kind,
            "place": place,
            "default_of": self.default_of,
            "through": through,
        }


def why(tree: Mapping, path: str) -> tuple[Origin, ...]:
    """The origin of the value at a path, then those that it beat, the latest first.

    Args:
        tree: The spec's nodes after the overrides, variables filled in.
        path: A path as in overrides.

    Returns:
        At least one origin; the first one holds.

    Raises:
        UnknownPath: The path names nothing.
    """
    segments = path.split(".")
    node: Node = tree
    place = ROOT
    at = 0
    while at < len(segments):
        node = expand(node, place)
        owner = component_key(node, place)
        step = find_step(node, place, segments, at)
        if step.child is None:
            return (_default(place, step, owner.value if owner else None, segments, at),)
        node, place, at = step.child, _inside(step, owner, place), step.next
    return (_origin(node), *(_origin(beaten) for beaten in node.beats))


def _inside(step: Step, owner: Any, place: Place) -> Place:
    """The place below a step; the arguments of a component remember whose they are."""
    if owner is not None and step.place.kind == "names" and place.group is not None:
        return Place("names", f"{place.group}:{owner.value}", each=step.place.each)
    return step.place


def _origin(node: Node) -> Origin:
    kind: Literal["file", "environment", "command line"] = "file"
    if any(note.message.startswith(FROM_ENVIRONMENT) for note in node.span.notes):
        kind = "environment"
    elif node.span.source.name == COMMAND_LINE:
        kind = "command line"
    return Origin(plain(node), kind, node.span, through=node.span.notes)


def _default(place: Place, step: Step, owner: object, segments: list[str], at: int) -> Origin:
    """The default of a value that nothing writes."""
    group, _, name = (place.group or "").partition(":")
    if not name and owner is not None:
        name = str(owner)
    if name:
        default = _component_default(group, name, step.key)
        if default is not None:
            return default
    inner: Place | None = place
    for word in segments[at:]:
        inner = inner.keys.get(word) if inner is not None and inner.kind == "section" else None
    if inner is not None:
        return Origin(inner.default, "default", None, "kerascli")
    if step.next < len(segments):
        raise UnknownPath.at(segments, at, "'{path}' is not written, and has no default", None)
    raise UnknownPath.at(segments, at, "'{path}' is not written, and has no default", None)


def _component_default(group: str, name: str, parameter: str) -> Origin | None:
    if group == "sources":
        found = next((p for p in SOURCES[name].parameters if p.name == parameter), None)
        return None if found is None else Origin(found.default, "default", None, f"the source {name}")
    entry = find_name(name, group)
    known = entry.parameter(parameter) if entry is not None else None
    if entry is None or known is None or not known.has_default:
        return None
    return Origin(known.default, "default", None, f"Keras's {entry.name}")
