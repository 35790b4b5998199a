"""Two specs → one: mappings merge, a component merges with its own class, all else replaces, `~key:` removes."""

from __future__ import annotations

from dataclasses import replace

from kerascli.catalog import load_catalog
from kerascli.spec.nodes import Mapping, Node, Scalar, beaten
from kerascli.spec.paths import arguments_place, component_key, expand, same_class
from kerascli.spec.places import SPLIT, Place
from kerascli.spec.problems import Problems
from kerascli.spec.removals import removes, report_removal, without_removals
from kerascli.spec.sources import SOURCES

_VALUE = Place()
_SOURCE = Place("component", "sources")


def merge(base: Node, upper: Node, place: Place, problems: Problems) -> Node:
    """What `upper` makes of `base`, which it extends.

    Args:
        base: The node of the file that is extended.
        upper: The node in the same place of the file that extends it.
        place: What stands there.
        problems: Where faults go: a `~key` that removes nothing.
    """
    place = _component_place(place, base, upper)
    base_class, upper_class = _class_key(base, place), _class_key(upper, place)
    if base_class is not None and upper_class is not None:
        if _same(base_class, upper_class, place):
            return _merged_component(base, upper, base_class, upper_class, place, problems)
    elif base_class is None and upper_class is None and isinstance(base, Mapping) and isinstance(upper, Mapping):
        return _merged_mapping(base, upper, place, problems)
    upper = without_removals(upper, problems)
    return replace(upper, beats=beaten(upper, base))


def _component_place(place: Place, base: Node, upper: Node) -> Place:
    """A split may be a source too."""
    words = [str(key.value) for node in (base, upper) if isinstance(node, Mapping) for key, _ in node.entries]
    sources = (word in SOURCES for word in words if word not in SPLIT.keys)
    return _SOURCE if place is SPLIT and any(sources) else place


def _class_key(node: Node, place: Place) -> Scalar | None:
    """The node of a component's class name; of one that only a plugin knows, by its capital."""
    key = component_key(node, place)
    if key is not None or place.kind in ("section", "entries", "entry", "names", "free"):
        return key
    if isinstance(node, Mapping) and len(node.entries) == 1:
        only = node.entries[0][0]
        if (place.kind == "component" or str(only.value)[:1].isupper()) and not removes(only):
            return only
    if isinstance(node, Scalar) and place.kind in ("component", "components") and isinstance(node.value, str):
        return node
    return None


def _same(base: Scalar, upper: Scalar, place: Place) -> bool:
    one, other = str(base.value), str(upper.value)
    if one == other:
        return True
    if place.group is not None:
        return same_class(one, other, place.group)
    # A value of the user's own, such as a variable: any group that has both.
    catalog = load_catalog()
    return any(same_class(one, other, group) for group in catalog.groups_of(one))


def _merged_component(
    base: Node, upper: Node, base_class: Scalar, upper_class: Scalar, place: Place, problems: Problems
) -> Node:
    """The same class in both: the arguments merge, short forms written out."""
    if isinstance(base, Scalar) and isinstance(upper, Scalar):
        return replace(upper, beats=beaten(upper, base))
    lower, higher = _written_out(base, base_class, place), _written_out(upper, upper_class, place)
    low, high = lower.get(str(base_class.value)), higher.get(str(upper_class.value))
    assert low is not None and high is not None
    inner = arguments_place(str(upper_class.value), place.group) if place.group else _VALUE
    if isinstance(low, Mapping) and isinstance(high, Mapping):
        arguments: Node = _merged_mapping(low, high, inner, problems)
    else:
        arguments = replace(high, beats=beaten(high, low))
    return replace(higher, entries=((upper_class, arguments),))


def _written_out(node: Node, key: Scalar, place: Place) -> Mapping:
    """`{Class: {…}}`; the short form of a class that only a plugin knows stays as it is."""
    found = expand(node, place)
    if isinstance(found, Scalar):
        return Mapping(((key, Mapping((), node.span)),), node.span, node.beats)
    assert isinstance(found, Mapping)
    value = found.get(str(key.value))
    if value is None or (isinstance(value, Scalar) and value.value is None):
        found = found.with_entry(key, Mapping((), key.span))
    return found


def _merged_mapping(base: Mapping, upper: Mapping, place: Place, problems: Problems) -> Mapping:
    """The keys of both; the base's come first, in its order."""
    merged = replace(upper, entries=base.entries, beats=upper.beats)
    for key, value in upper.entries:
        if not removes(key):
            continue
        word = str(key.value)[1:]
        if merged.key(word) is None:
            report_removal(key, value, list(base.keys()), problems)
        elif not (isinstance(value, Scalar) and value.value is None):
            message = f"'{key.value}' removes '{word}', and takes no value"
            problems.add(
                "removal", message, value, f"write '{key.value}:' alone, and '{word}: …' beside it for another"
            )
        merged = merged.without(word)
    entries = {_identity(key): (key, value) for key, value in merged.entries}
    for key, value in upper.entries:
        if removes(key):
            continue
        old = entries.get(_identity(key))
        new = without_removals(value, problems) if old is None else _over(old[1], key, value, place, problems)
        entries[_identity(key)] = (key, new)
    return replace(merged, entries=tuple(entries.values()))


def _over(base: Node, key: Scalar, value: Node, place: Place, problems: Problems) -> Node:
    return merge(base, value, _inner(place, str(key.value)), problems)


def _identity(key: Scalar) -> tuple[type, object]:
    """What tells one key from another: `1` is not `true`."""
    return type(key.value), key.value


def _same_key(one: Scalar, other: Scalar) -> bool:
    return type(one.value) is type(other.value) and one.value == other.value


def _inner(place: Place, word: str) -> Place:
    if place.kind == "section":
        return place.keys.get(word, _VALUE)
    if place.kind == "by_output":
        return Place("components", place.group)
    if place.kind == "names":
        return place.keys.get(word) or place.each or _VALUE
    return _VALUE
