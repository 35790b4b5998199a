"""`~key`: removes what a file that is extended has in the same place, and is a fault where there is nothing."""

from __future__ import annotations

from dataclasses import replace

from kerascli.errors import did_you_mean
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence
from kerascli.spec.problems import Problems


def removes(key: Scalar) -> bool:
    """Whether a key is a `~key`."""
    return isinstance(key.value, str) and key.value.startswith("~") and len(key.value) > 1


def without_removals(node: Node, problems: Problems) -> Node:
    """The node where it extends nothing: each `~key` in it is a fault."""
    if isinstance(node, Sequence):
        items = tuple(without_removals(item, problems) for item in node.items)
        return node if all(a is b for a, b in zip(items, node.items, strict=True)) else replace(node, items=items)
    if not isinstance(node, Mapping):
        return node
    entries = []
    for key, value in node.entries:
        if removes(key):
            report_removal(key, value, [], problems)
        else:
            entries.append((key, without_removals(value, problems)))
    same = len(entries) == len(node.entries) and all(
        new[1] is old[1] for new, old in zip(entries, node.entries, strict=True)
    )
    return node if same else replace(node, entries=tuple(entries))


def report_removal(key: Scalar, value: Node, words: list[str], problems: Problems) -> None:
    """Says that a `~key` removes nothing, with what it may have meant out of `words`."""
    word = str(key.value)[1:]
    hint = did_you_mean(word, words) if words else "'~key' removes what a file that is extended has in the same place"
    if hint is not None and hint.startswith("did you mean '"):
        hint = hint.replace("did you mean '", "did you mean '~")
    problems.add("removal", f"there is no '{word}' to remove here", key, hint)
    problems.settle(value)
