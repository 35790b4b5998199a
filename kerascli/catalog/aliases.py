"""Finds the names that Keras takes as text (`mse`, `adam`, `he_normal`) and the class or function behind each."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# `Model.compile` resolves these by the shapes of target and output, before it looks at the classes.
SPECIAL_METRICS = ("accuracy", "acc", "crossentropy", "ce")


def string_aliases(members: Mapping[str, Any], get: Callable[[str], Any]) -> dict[str, str]:
    """Alias → canonical name, for all that the group's `get` takes.

    Args:
        members: The group's classes or functions by canonical name.
        get: Keras's own lookup, such as `keras.losses.get`.
    """
    table: Mapping[str, Any] = getattr(get, "__globals__", {}).get("ALL_OBJECTS_DICT", {})
    names = _targets(members)
    found: dict[str, str] = {}
    for word in _candidates(members, table):
        target = _resolve(word, table, get)
        canonical = names.get(id(target)) or names.get(id(type(target)))
        if canonical is not None and word not in members and word not in SPECIAL_METRICS:
            found[word] = canonical
    return found


def _candidates(members: Mapping[str, Any], table: Mapping[str, Any]) -> list[str]:
    words = [*table, *members, *(name.lower() for name in members), *(name.upper() for name in members)]
    return sorted(dict.fromkeys(words))


def _resolve(word: str, table: Mapping[str, Any], get: Callable[[str], Any]) -> Any:
    target = table.get(word)
    if inspect.isclass(target):
        # `get` would make it, which fails for those with required arguments.
        return target
    try:
        return get(word)
    except Exception:  # noqa: BLE001 - whatever Keras raises, it does not take the word
        return None


def _targets(members: Mapping[str, Any]) -> dict[int, str]:
    """What an alias may resolve to → canonical name: the members, and the functions that loss classes wrap."""
    found = {id(member): name for name, member in members.items()}
    for name, member in members.items():
        if not inspect.isclass(member):
            continue
        try:
            function = getattr(member(), "fn", None)
        except Exception:  # noqa: BLE001, S112 - a class that needs arguments wraps no function of its own
            continue
        if inspect.isfunction(function):
            found.setdefault(id(function), name)
    return found
