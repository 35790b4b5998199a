"""Decides which kinds of value an argument takes, from its default, its docs and trials.

A kind that is missing here makes the check refuse a spec, so each is kept unless the evidence against it is strong:
text and mappings must be neither documented nor the default's kind, numbers and lists must fail in trials too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

KINDS = ("int", "float", "bool", "str", "list", "mapping", "null", "component")

_WORDS = {
    "int": r"\bint(eger)?s?\b|\bnumber\b|\bscalar\b",
    "float": r"\bfloat(s|ing)?\b|\bnumber\b|\bscalar\b|\bfraction\b|\bprobability\b|\bratio\b",
    "bool": r"\bbool(ean)?s?\b|^whether\b|\bor `?(True|False)\b|^if `?(True|False)\b",
    "str": r"\bstr(ing)?s?\b|\bfilename\b|\bpath\b|\bone of\b",
    "list": r"\blists?\b|\btuples?\b|\bsequence of\b|\biterable\b|\bshape\b|\barrays?\b|\bcollection\b|\bmatrix\b",
    "mapping": r"\bdict(ionary|ionaries|s)?\b|\bmapping\b",
    "null": r"\bNone\b|\bnull\b",
}
# What is said of values that no YAML scalar is: anything that could stand for them must pass.
_OPEN = {
    r"\bcallables?\b|\bfunctions?\b|\blambda\b": {"str", "component"},
    r"\btensors?\b|\bndarrays?\b|\barray[-_ ]like\b": {"int", "float", "list"},
    r"\binstances?\b|\bobjects?\b|\bpolic(y|ies)\b": {"component", "mapping"},
}
# Further on in the text, quotes stand around the values of other arguments.
_BEGINNING = 120

# `digits` asks for text that is read as numbers, where other text is refused.
Accepts = Callable[[str], bool | None]


def documented_kinds(description: str, *, quotes: int = _BEGINNING) -> set[str]:
    """The kinds that the text on an argument mentions anywhere; words in quotes count within so many characters."""
    found = {kind for kind, pattern in _WORDS.items() if re.search(pattern, description, re.IGNORECASE)}
    for pattern, kinds in _OPEN.items():
        if re.search(pattern, description, re.IGNORECASE):
            found |= kinds
    if re.search(r"[\"'][\w./*-]+[\"']", description[:quotes]):
        found.add("str")
    return found


def kind_of(value: Any) -> str:
    """The kind of a default; `component` for any object."""
    if value is None:
        return "null"
    names = {bool: "bool", int: "int", float: "float", str: "str", list: "list", tuple: "list", dict: "mapping"}
    return names.get(type(value), "component")


def value_kinds(default: Any, description: str, accepts: Accepts) -> tuple[str, ...]:
    """The kinds that an argument without a group of components takes; empty where anything goes.

    Args:
        default: Its default; any object that JSON can't hold for none.
        description: The text on it in the docs.
        accepts: Says whether a trial with some value of a kind went well; None where no trial could be made.
    """
    of_default = kind_of(default)
    documented = documented_kinds(description)
    if of_default == "bool":
        # Keras takes anything for a switch, and `use_bias: "no"` would switch it on.
        return _ordered({"bool", "int"} if accepts("int") is not False else {"bool"})
    if of_default == "str":
        return _ordered({"str"} | documented | _accepted(("null",), accepts))
    if of_default in ("null", "component"):
        documented = documented_kinds(description, quotes=len(description))
        return _ordered(_kinds_without_default(of_default, documented, accepts))
    kinds = {of_default} | documented | _accepted(("int", "float", "list", "null"), accepts)
    return _ordered(kinds | {"str"} if accepts("digits") else kinds)


def _kinds_without_default(of_default: str, documented: set[str], accepts: Accepts) -> set[str]:
    """The default says nothing of the kind here: the docs do, and what they leave out must fail in a trial too."""
    by_default = {"null"} if of_default == "null" else set()
    if documented - {"null"}:
        kinds = ("int", "float", "list", "null", "str", "mapping")
        return by_default | documented | _accepted(kinds, accepts)
    if by_default or accepts("str") is None:
        return set()
    tried = {kind for kind in ("int", "float", "bool", "str", "list", "mapping", "null") if accepts(kind)}
    # Where nothing of ours went well, the values are at fault, not the kinds.
    return tried | {"component"} if tried else set()


def component_kinds(default: Any, description: str, group: str, accepts: Accepts) -> tuple[str, ...]:
    """The kinds that an argument for components takes: a component, its name, or a mapping; for others a trial decides.

    Args:
        default: Its default.
        description: The text on it in the docs.
        group: The group of the components.
        accepts: As in `value_kinds`.
    """
    kinds = {"component", "mapping", "str"}
    if group in ("layers", "optimizers"):
        kinds |= documented_kinds(description) & {"list"}
    of_default = kind_of(default)
    return _ordered(kinds | {of_default} | _accepted(("int", "float", "list", "null"), accepts))


def _accepted(kinds: tuple[str, ...], accepts: Accepts) -> set[str]:
    return {kind for kind in kinds if accepts(kind) is not False}


def _ordered(kinds: set[str]) -> tuple[str, ...]:
    if "float" in kinds:
        kinds = kinds | {"int"}
    return tuple(kind for kind in KINDS if kind in kinds)
