"""What many write out of habit, from Python or from an older Keras: the hints that say it in the language's own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Sequence as Items

from kerascli.catalog import load_catalog
from kerascli.catalog.entries import Entry, Parameter
from kerascli.errors import did_you_mean
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence
from kerascli.spec.places import ENTRY_KEYS

# `Dense(3)`, `Dense 3`, `Dense:3`.
_CALL = re.compile(r"([A-Za-z_][\w.]*)\s*(?:\((.*)\)|(?:\s|:)\s*([^\s(][^(]*))\s*\Z", re.DOTALL)
_KEYWORD = re.compile(r"([A-Za-z_]\w*)\s*[=:]\s*(.+)\Z")
_NOTHING = ("none", "no", "off", "false", "null", "nothing")
_FORMER_ARGUMENTS = {
    "border_mode": "padding",
    "dim_ordering": "data_format",
    "lr": "learning_rate",
    "nb_filter": "filters",
    "period": "save_freq",
    "subsample": "strides",
}
_SHAPES = ("input_shape", "batch_input_shape", "input_dim")


def call_hint(text: str, is_known: Callable[[str], bool]) -> str | None:
    """For a component that is written as a call: how the language writes it.

    Args:
        text: What stands where a name is expected.
        is_known: Whether the group has a name.
    """
    match = _CALL.match(text)
    if match is None or not is_known(match[1]):
        return None
    inside = (match[2] if match[2] is not None else match[3]).strip()
    if not inside:
        return f"write '{match[1]}'"
    if match[2] is None and inside.isidentifier():
        # `Dense units: 3`, of which this is the key.
        return f"write '{match[1]}: {{{inside}: …}}'"
    if any(sign in inside for sign in "([{'\"") or len(inside) > 60:
        return f"write '{match[1]}: {{argument: value}}'"
    parts = [part.strip() for part in inside.split(",")]
    pairs = [_KEYWORD.match(part) for part in parts]
    if all(pairs):
        words = ", ".join(f"{pair[1]}: {_scalar(pair[2])}" for pair in pairs if pair is not None)
        return f"write '{match[1]}: {{{words}}}'"
    return f"write '{match[1]}: {_scalar(parts[0])}'" if len(parts) == 1 else f"write '{match[1]}: {{argument: value}}'"


def _scalar(text: str) -> str:
    """A value of Python's as YAML writes it."""
    return {"True": "true", "False": "false", "None": "null"}.get(text, text)


def nothing_hint(value: object) -> str | None:
    """For a word that means no component at all."""
    if value is False or (isinstance(value, str) and value.lower() in _NOTHING):
        return "write 'null' for none, or leave it out"
    return None


def argument_hint(entry: Entry, name: str, words: Items[str]) -> str | None:
    """For an argument that a class does not have: its name of today, or the nearest of those that it has."""
    former = _FORMER_ARGUMENTS.get(name)
    if former is not None and entry.parameter(former) is not None:
        return f"write '{former}'"
    if name in _SHAPES and entry.group == "layers":
        return "write the shape of one sample in 'model.inputs'"
    if name.isdecimal() and entry.parameter("schedule") is not None:
        return f"write 'schedule: {{{name}: …}}'"
    groups = load_catalog().groups_of(name) if name[:1].isupper() else ()
    for parameter in entry.parameters:
        if parameter.group in groups:
            # `Adam: {CosineDecay: …}`: a component that stands where its argument's name does.
            return f"write '{parameter.name}: {{{name}: …}}'"
    return did_you_mean(name, words)


def layer_hint(text: str) -> str | None:
    """For an argument that stands where a layer is expected, as `- units: 3` below `- Dense:` does."""
    catalog = load_catalog()
    for name in catalog.names("layers") if text.islower() else ():
        entry = catalog.find("layers", name)
        if entry is not None and any(parameter.name == text for parameter in entry.parameters):
            return f"'{text}' is an argument; write it below its layer, further in and without '- '"
    return None


def is_wiring(entry: Entry, name: str) -> bool:
    """Whether a word that is no argument of a layer says how it is wired, and so belongs beside it."""
    return entry.group in ("layers", "ops", "applications") and name in ENTRY_KEYS and name != "path"


def list_hint(entry: Entry, node: Sequence, free: Items[Parameter]) -> str:
    """For arguments in a list, as they stand in a call of Python: the same by name."""
    items = node.items
    first = items[0] if items else None
    if isinstance(first, Mapping) and first.entries:
        return f"write '{first.entries[0][0].text}: …' without the '- ' before it"
    pairs = [(free[0], items[0])] if items else []
    for parameter, item in zip(free[1:], items[1:], strict=False):
        if not _fits(parameter, item):
            break
        pairs.append((parameter, item))
    words = ", ".join(f"{parameter.name}: {_text(item)}" for parameter, item in pairs)
    return f"write '{entry.name}: {{{words}}}'" if words else f"write '{entry.name}: {{argument: value}}'"


def _text(node: Node) -> str:
    if isinstance(node, Sequence):
        return "[" + ", ".join(_text(item) for item in node.items) + "]"
    return node.text if isinstance(node, Scalar) else "…"


def _fits(parameter: Parameter, node: Node) -> bool:
    """Whether an argument could take a value that stands in its place."""
    if not parameter.types or "any" in parameter.types:
        return True
    if isinstance(node, Sequence):
        return "list" in parameter.types
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool):
        return "bool" in parameter.types
    if isinstance(value, int | float):
        return "float" in parameter.types or (isinstance(value, int) and "int" in parameter.types)
    return "str" in parameter.types or parameter.group is not None
