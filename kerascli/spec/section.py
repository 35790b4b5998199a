"""Reads the values of a section: unknown keys, wrong types and numbers out of range become located faults."""

from __future__ import annotations

from collections.abc import Sequence as Choices

from kerascli.errors import did_you_mean
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.places import Place
from kerascli.spec.problems import Problems
from kerascli.spec.scalars import read_fraction


def section_of(node: Node, name: str, problems: Problems) -> Mapping | None:
    """The section's mapping, or None with a fault when it is something else."""
    if isinstance(node, Mapping):
        return node
    if isinstance(node, Scalar) and node.value is None:
        # A section whose keys are all commented out says nothing.
        return Mapping((), node.span)
    problems.add("wrong-type", f"'{name}' must be a mapping, not {kind_of(node)}", node, f"write keys below '{name}:'")
    return None


def check_keys(section: Mapping, place: Place, name: str, problems: Problems) -> None:
    """Reports every key that the section does not have, with the nearest one that it has."""
    for key, _ in section.entries:
        word = str(key.value)
        if word not in place.keys:
            problems.add("unknown-key", f"{name} has no key '{word}'", key, did_you_mean(word, place.keys))


def whole_number(node: Node, name: str, problems: Problems, *, minimum: int) -> int | None:
    """A whole number of at least `minimum`, or None with a fault."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, int):
        hint = "remove the quotes" if isinstance(node, Scalar) and node.quoted and node.text.isdecimal() else None
        if isinstance(value, float) and value.is_integer():
            hint = f"write {value:.0f}"
        problems.add("wrong-type", f"'{name}' must be a whole number, not {kind_of(node)}", node, hint)
        return None
    if value < minimum:
        problems.add("out-of-range", f"'{name}' must be at least {minimum}, not {value}", node)
        return None
    return value


def number(node: Node, name: str, problems: Problems) -> float | None:
    """A finite number (or an unquoted fraction such as `1/5`), or None with a fault."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, str) and isinstance(node, Scalar) and not node.quoted:
        value = read_fraction(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        problems.add("wrong-type", f"'{name}' must be a number, not {kind_of(node)}", node)
        return None
    if value != value or value in (float("inf"), float("-inf")):
        problems.add("out-of-range", f"'{name}' must be finite", node)
        return None
    return value


def truth(node: Node, name: str, problems: Problems) -> bool | None:
    """`true` or `false`, or None with a fault."""
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    shown = f"'{node.text}'" if isinstance(node, Scalar) else kind_of(node)
    problems.add("wrong-type", f"'{name}' must be true or false, not {shown}", node, "write 'true' or 'false'")
    return None


def text(node: Node, name: str, problems: Problems) -> str | None:
    """Text, or None with a fault."""
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
        return node.value
    problems.add("wrong-type", f"'{name}' must be text, not {kind_of(node)}", node, "quote it")
    return None


def choice(node: Node, name: str, words: Choices[str], problems: Problems) -> str | None:
    """One of a few words, or None with a fault."""
    if isinstance(node, Scalar) and node.value in words:
        return str(node.value)
    shown = f"'{node.text}'" if isinstance(node, Scalar) else kind_of(node)
    word = node.text if isinstance(node, Scalar) else ""
    problems.add("unknown-choice", f"'{name}' does not take {shown}", node, did_you_mean(word, words))
    return None


def texts(node: Node, name: str, problems: Problems) -> tuple[str, ...]:
    """A list of texts; one alone is a list of one."""
    items = node.items if isinstance(node, Sequence) else (node,)
    found = [text(item, name, problems) for item in items]
    return tuple(item for item in found if item is not None)
