"""`$name` and `$(name)`: variables and parameters filled in, node by node."""

from __future__ import annotations

import re
from collections.abc import Mapping as Scope
from dataclasses import replace

from kerascli.errors import did_you_mean
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence
from kerascli.spec.problems import Problems

_REFERENCE = re.compile(r"\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\(([A-Za-z_][A-Za-z0-9_]*)\))")


def substitute(node: Node, scope: Scope[str, Node], problems: Problems, bound: frozenset[str] = frozenset()) -> Node:
    """The node with its references filled in.

    Args:
        node: The node.
        scope: What each name means.
        problems: Where faults go.
        bound: Names that are filled in later: parameters of a block around it, the word of a `repeat`.
    """
    if isinstance(node, Mapping):
        entries: list[tuple[Scalar, Node]] = []
        inner = bound | _repeated(node)
        for key, value in node.entries:
            if key.value == "blocks" and isinstance(value, Mapping):
                blocks = tuple((k, substitute(v, scope, problems, inner | _parameters(v))) for k, v in value.entries)
                entries.append((key, replace(value, entries=blocks)))
            else:
                entries.append((key, substitute(value, scope, problems, bound if key.value == "repeat" else inner)))
        return replace(node, entries=tuple(entries))
    if isinstance(node, Sequence):
        return replace(node, items=tuple(substitute(item, scope, problems, bound) for item in node.items))
    if not isinstance(node.value, str) or "$" not in node.value:
        return node
    return _fill(node, scope, problems, bound)


def _repeated(node: Mapping) -> frozenset[str]:
    over = node.get("repeat")
    return frozenset(over.keys()) if isinstance(over, Mapping) else frozenset()


def _parameters(node: Node) -> frozenset[str]:
    parameters = node.get("parameters") if isinstance(node, Mapping) else None
    return frozenset(parameters.keys()) if isinstance(parameters, Mapping) else frozenset()


def _fill(node: Scalar, scope: Scope[str, Node], problems: Problems, bound: frozenset[str]) -> Node:
    text = str(node.value)
    whole = _REFERENCE.fullmatch(text)
    if whole is not None and (name := whole[1] or whole[2]) and name not in bound:
        if name in scope:
            return scope[name]
        _report(name, node, scope, problems)
        return node

    def filled(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name is None:
            return "$$" if bound else "$"
        if name in bound:
            return match[0]
        value = scope.get(name)
        if not isinstance(value, Scalar):
            _report(name, node, scope, problems)
            return ""
        return str(value.value)

    done = _REFERENCE.sub(filled, text)
    return replace(node, value=done, text=done)


def _report(name: str, node: Scalar, scope: Scope[str, Node], problems: Problems) -> None:
    problems.add("unknown-variable", f"no variable is named '{name}'", node, did_you_mean(name, scope))
