"""Finds the public function behind each class of operation that a saved functional model holds (`Add`: `ops.add`).

A function of `keras.ops` says so itself: on symbolic tensors it returns `Mean(axis=axis).symbolic_call(x)`. Its source is
read here, so that a saved `Mean` with its config and its call can be written as the call of `ops.mean` again.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any


def operation_rows(functions: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The row of every operation class by `module.Class`: its function, and what becomes of its arguments.

    Args:
        functions: The functions of `keras.ops` by canonical name.

    Returns:
        Rows of `function`, `config` (constructor argument → the function's argument) and `call` (the function's argument
        for each of the call, `*name` for any number).
    """
    found: dict[str, dict[str, Any]] = {}
    for name, function in functions.items():
        for made, called in _symbolic_calls(function):
            cls = _named(function, made.func)
            config = _config(cls, made)
            call = _call(called)
            if inspect.isclass(cls) and config is not None and call is not None:
                row = {"function": name, "config": config, "call": call}
                # The first of several functions wins: `ops.image.extract_patches` takes what its 3D twin takes.
                found.setdefault(f"{cls.__module__}.{cls.__name__}", row)
    return dict(sorted(found.items()))


def _symbolic_calls(function: Any) -> Iterator[tuple[ast.Call, ast.Call]]:
    """Every `Class(…).symbolic_call(…)` or `Class(…)(…)` of a function: the making and the call."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Call):
            yield node.func, node
            continue
        on = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "symbolic_call" else None
        if isinstance(on, ast.Call):
            yield on, node


def _named(function: Any, node: ast.expr) -> Any:
    return function.__globals__.get(node.id) if isinstance(node, ast.Name) else None


def _config(cls: Any, made: ast.Call) -> dict[str, str] | None:
    """Constructor argument → the function's argument; None where one is more than a plain name."""
    if not inspect.isclass(cls):
        return None
    own = list(inspect.signature(cls.__init__).parameters)[1:]
    pairs = [*zip(own, made.args, strict=False), *((k.arg, k.value) for k in made.keywords)]
    if not all(isinstance(value, ast.Name) and name for name, value in pairs):
        return None
    return {str(name): value.id for name, value in pairs if isinstance(value, ast.Name)}


def _call(called: ast.Call) -> list[str] | None:
    """The function's arguments in the order of the operation's call."""
    names: list[str] = []
    for value in [*called.args, *(keyword.value for keyword in called.keywords if keyword.arg)]:
        if isinstance(value, ast.Starred) and isinstance(value.value, ast.Name):
            names.append(f"*{value.value.id}")
        elif isinstance(value, ast.Name):
            names.append(value.id)
        else:
            return None
    return names
