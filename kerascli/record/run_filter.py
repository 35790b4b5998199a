"""Filters over runs, `val_accuracy > 0.97 and status == done`: Python's own grammar of comparisons, nothing else of it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kerascli.errors import UsageError, did_you_mean
from kerascli.record.run_list import RunRow

Value = Callable[[RunRow, str], Any]

_ORDER: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}
_HINT = "write comparisons such as 'val_accuracy > 0.97 and status == done', joined by 'and', 'or' and 'not'"


def filter_runs(rows: Sequence[RunRow], text: str, value: Value) -> list[RunRow]:
    """The runs for which a filter holds; a run that lacks a value is none of them.

    Args:
        rows: The runs.
        text: The filter.
        value: A run and a name → its value, or None.

    Raises:
        UsageError: The filter can't be read, or no run knows a name in it.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = getattr(error, "offset", None)
        place = f" at character {column}" if column else ""
        hint = "write '==' to compare" if "=" in text and "==" not in text else _HINT
        raise UsageError(f"can't read the filter '{text}'{place}", code="filter", hint=hint) from None
    check_names(rows, _names(tree), value)
    return [row for row in rows if _holds(tree, row, value)]


def sort_runs(rows: Sequence[RunRow], keys: str, value: Value) -> list[RunRow]:
    """The runs by some values, `-val_accuracy,started`; `-` turns one round, and what lacks a value comes last.

    Raises:
        UsageError: No run knows a name.
    """
    found = list(rows)
    words = [word.strip() for word in keys.split(",") if word.strip()]
    check_names(rows, [word.lstrip("-+") for word in words], value)
    for word in reversed(words):
        name = word.lstrip("-+")
        found.sort(key=lambda row: _key(value(row, name)), reverse=word.startswith("-"))
        found.sort(key=lambda row: value(row, name) is None)
    return found


def check_names(rows: Sequence[RunRow], names: Iterable[str], value: Value) -> None:
    """Refuses a name that no run knows.

    Raises:
        UsageError: There is one.
    """
    for name in names:
        if rows and all(value(row, name) is None for row in rows):
            known = sorted({one for row in rows[-200:] for one in row.names})
            raise UsageError(f"no run has a value '{name}'", code="filter", hint=did_you_mean(name, known))


def _key(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool | int | float):
        return (0, value)
    return (1, str(value))


def _names(node: ast.expr) -> list[str]:
    """The names that are read, which stand on the left of a comparison, or on the right of `in`."""
    if isinstance(node, ast.BoolOp):
        return [name for one in node.values for name in _names(one)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _names(node.operand)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        read = node.comparators[0] if isinstance(node.ops[0], ast.In | ast.NotIn) else node.left
        return [_path(read)]
    return [_path(node)]


def _path(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_path(node.value)}.{node.attr}"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return f"{_path(node.value)}.{node.slice.value!s}"
    raise UsageError(f"'{ast.unparse(node)}' is no name of a value", code="filter", hint=_HINT)


def _holds(node: ast.expr, row: RunRow, value: Value) -> bool:
    if isinstance(node, ast.BoolOp):
        parts = (_holds(one, row, value) for one in node.values)
        return all(parts) if isinstance(node.op, ast.And) else any(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _holds(node.operand, row, value)
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return bool(value(row, _path(node)))
    sign, right = node.ops[0], node.comparators[0]
    if isinstance(sign, ast.In | ast.NotIn):
        found = value(row, _path(right))
        inside = found is not None and _literal(node.left) in (found if isinstance(found, list | tuple) else str(found))
        return inside is isinstance(sign, ast.In)
    ours, theirs = value(row, _path(node.left)), _literal(right)
    if isinstance(sign, ast.Eq | ast.NotEq):
        return bool(_same(ours, theirs)) is isinstance(sign, ast.Eq)
    if type(sign) not in _ORDER:
        raise UsageError(f"can't compare by '{ast.unparse(node)}'", code="filter", hint=_HINT)
    if ours is None:
        return False
    if isinstance(ours, str) is not isinstance(theirs, str) or isinstance(ours, list | tuple | dict):
        message = f"'{ast.unparse(node.left)}' is {ours!r}, which can't be compared with {theirs!r}"
        raise UsageError(message, code="filter", hint=_HINT)
    return bool(_ORDER[type(sign)](ours, theirs))


def _same(ours: Any, theirs: Any) -> bool:
    return bool(ours == theirs) or (isinstance(ours, str) is False and str(ours).lower() == str(theirs).lower())


def _literal(node: ast.expr) -> Any:
    """A number, a text, or a bare word, which is taken for a text."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        return -node.operand.value  # type: ignore[operator]
    try:
        return _path(node)
    except UsageError:
        raise UsageError(f"'{ast.unparse(node)}' is no number and no word", code="filter", hint=_HINT) from None
