"""`validation` and `test` → `SplitSpec`: a count, a fraction, their long form, or a source of its own."""

from __future__ import annotations

from kerascli.spec.component_parser import parse_component
from kerascli.spec.data_spec import SplitSpec
from kerascli.spec.nodes import Mapping, Node, Scalar
from kerascli.spec.places import SPLIT
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys, number, text, truth, whole_number
from kerascli.spec.sources import SOURCES

# What a split may go by instead of a plain draw.
_SPLIT_FIELDS = ("stratify", "group", "order")


def parse_split(node: Node | None, name: str, problems: Problems) -> SplitSpec | None:
    """A count, a fraction, their long form, or a source of its own."""
    if node is None or (isinstance(node, Scalar) and node.value is None):
        return None
    if isinstance(node, Scalar) and not isinstance(node.value, str):
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return SplitSpec(count=whole_number(node, name, problems, minimum=1), span=node.span)
        return SplitSpec(fraction=_fraction(node, name, problems), span=node.span)
    if isinstance(node, Scalar) and not node.quoted and "/" in node.text and node.text[0].isdigit():
        return SplitSpec(fraction=_fraction(node, name, problems), span=node.span)
    if isinstance(node, Mapping) and not _is_source(node):
        return _long_split(node, name, problems)
    source = parse_component(node, "sources", problems)
    return None if source is None else SplitSpec(source=source, span=node.span)


def _is_source(node: Mapping) -> bool:
    words = list(node.keys())
    return len(words) == 1 and words[0] not in SPLIT.keys and words[0] in SOURCES


def _long_split(node: Mapping, name: str, problems: Problems) -> SplitSpec | None:
    check_keys(node, SPLIT, f"'{name}'", problems)
    count, fraction, shuffle = node.get("count"), node.get("fraction"), node.get("shuffle")
    if set(node.keys()) - set(SPLIT.keys):
        return None
    if (count is None) == (fraction is None):
        problems.add("split", f"'{name}' takes a 'count' or a 'fraction'", node, "write one of them")
        return None
    shuffled = truth(shuffle, "shuffle", problems) if shuffle is not None else True
    by = [word for word in _SPLIT_FIELDS if node.get(word) is not None]
    for word in by[1:]:
        message = f"a split goes by one field, not by '{by[0]}' and '{word}'"
        problems.add("split", message, node.key(word), "remove one of them")
    if node.get("order") is not None and shuffle is not None:
        message = "a split by 'order' takes the latest samples, and 'shuffle' says nothing of it"
        problems.add("split", message, node.key("shuffle"), "remove it")
    fields = {word: text(value, word, problems) for word in by if (value := node.get(word)) is not None}
    place = node.get(by[0]) if by else None
    return SplitSpec(
        count=whole_number(count, "count", problems, minimum=1) if count is not None else None,
        fraction=_fraction(fraction, "fraction", problems) if fraction is not None else None,
        shuffle=shuffled is not False,
        stratify=fields.get("stratify"),
        group=fields.get("group"),
        order=fields.get("order"),
        field_span=place.span if place is not None else None,
        span=(count if count is not None else fraction if fraction is not None else node).span,
    )


def _fraction(node: Node, name: str, problems: Problems) -> float | None:
    value = number(node, name, problems)
    if value is not None and not 0 < value < 1:
        problems.add("out-of-range", f"'{name}' must lie between 0 and 1, not {value:g}", node, "write 0.2 for a fifth")
        return None
    return value
