"""What the static check would refuse, by the catalog alone."""

from __future__ import annotations

from typing import Any

from kerascli.catalog import Entry, Parameter, load_catalog

_KINDS = {bool: "bool", int: "int", float: "float", str: "str", list: "list", tuple: "list", dict: "mapping"}


def refusal(entry: Entry, name: str, value: Any) -> str | None:
    """Why an argument would be refused, or None."""
    parameter = entry.parameter(name)
    if parameter is None:
        return f"{entry.name} has no argument {name}"
    kind = "null" if value is None else _KINDS.get(type(value), "component")
    if parameter.types and kind not in parameter.types:
        return f"{entry.name}.{name}={value!r}: {kind} is not in {parameter.types}"
    if isinstance(value, str) and parameter.group is not None and not _known(parameter, value):
        return f"{entry.name}.{name}={value!r} is not in {parameter.group}"
    if isinstance(value, str) and not parameter.allows_choice(value):
        return f"{entry.name}.{name}={value!r} is not in {parameter.choices}"
    return None


def _known(parameter: Parameter, name: str) -> bool:
    assert parameter.group is not None
    return load_catalog().find(parameter.group, name) is not None
