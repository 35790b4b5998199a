"""The codes that the source gives to diagnostics, found by its syntax tree."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
# Callables that take a code by place.
_FUNCTIONS = {"Diagnostic": 0, "Misfit": 0, "_of_layers": 0, "_off_range": 0}
_PLACES = {**_FUNCTIONS, "add": 0, "warn": 0, "stop": 0, "fault": 0, "_warn": 1}


def codes_in(folder: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Each code with its places, and the places whose code can't be told: a code has to be found by searching for it."""
    found: dict[str, list[str]] = defaultdict(list)
    unknown = []
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bound = _bound(tree)
        for place, node in _code_nodes(tree):
            codes = _values(node, bound)
            for code in codes:
                found[code].append(f"{path}:{place}")
            # What is only passed on stands where it comes from.
            if not codes and not (isinstance(node, ast.Name | ast.Attribute) and _last(node) == "code"):
                unknown.append(f"{path}:{place}: {ast.unparse(node)}")
    return dict(found), unknown


def _code_nodes(tree: ast.AST) -> Iterator[tuple[int, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            # The code of an error that is given none.
            for line in node.body:
                if isinstance(line, ast.Assign) and _last(line.targets[0]) == "code":
                    yield line.lineno, line.value
        if not isinstance(node, ast.Call):
            continue
        yield from ((node.lineno, one.value) for one in node.keywords if one.arg == "code")
        place = _PLACES.get(_last(node.func)) if _is_asked(node.func) else None
        if place is None or len(node.args) <= place:
            continue
        code = node.args[place]
        # Sets and tables have an `add` too.
        if _last(node.func) != "add" or (len(node.args) >= 3 and _last(_owner(node.func)) != "seen"):
            yield node.lineno, code


def _is_asked(called: ast.expr) -> bool:
    """Whether this is the callable that takes a code: one of the functions, or a method."""
    return isinstance(called, ast.Attribute) or _last(called) in _FUNCTIONS


def _owner(called: ast.expr) -> ast.expr:
    return called.value if isinstance(called, ast.Attribute) else called


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _bound(tree: ast.AST) -> dict[str, list[ast.expr]]:
    """What names stand for, where that is written: by assignment, or one after the other in a loop."""
    found: dict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id].append(node.value)
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            found[node.target.id].append(node.iter)
    return found


def _values(node: ast.expr, bound: dict[str, list[ast.expr]], depth: int = 0) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and _SLUG.match(node.value) else []
    if isinstance(node, ast.IfExp):
        return _values(node.body, bound, depth) + _values(node.orelse, bound, depth)
    if isinstance(node, ast.BoolOp):
        return [code for value in node.values for code in _values(value, bound, depth)]
    if isinstance(node, ast.Tuple):
        return [code for item in node.elts for code in _values(item, bound, depth)]
    if isinstance(node, ast.Name) and depth < 2:
        return [code for value in bound.get(node.id, []) for code in _values(value, bound, depth + 1)]
    return []
