"""Writes plain values as YAML on one line, as specs are written by hand: `{filters: 32, padding: same}`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from kerascli.spec.scalars import AmbiguousScalar, read_fraction, read_plain

# Text that needs no quotes anywhere on a line in flow style.
_SAFE = re.compile(r"[A-Za-z0-9_./$~][A-Za-z0-9_.$/ +~^-]*\Z")


def flow(value: object) -> str:
    """The value as YAML in flow style.

    Args:
        value: A scalar, a list or tuple, or a mapping, at any depth.
    """
    if isinstance(value, Mapping):
        inner = ", ".join(f"{flow(name)}: {flow(item)}" for name, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item) for item in value)}]"
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value)


def _text(value: str) -> str:
    try:
        plain = read_plain(value) == value and read_fraction(value) is None
    except AmbiguousScalar:
        plain = False
    if plain and _SAFE.match(value) and not value.endswith(" ") and ": " not in value and " #" not in value:
        return value
    return "'" + value.replace("'", "''") + "'"
