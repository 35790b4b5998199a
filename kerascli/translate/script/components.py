"""A component as the Python call that makes it."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.catalog import load_catalog
from kerascli.catalog.overlay import PREFIX
from kerascli.errors import SpecError
from kerascli.spec.component import Component
from kerascli.spec.indexing import read_index
from kerascli.translate.script.python_text import Call, Source


def expression(component: Component, **more: object) -> Call | Source | str:
    """The source that makes a component.

    Args:
        component: The component.
        **more: Keyword arguments from its place, such as `name`.

    Raises:
        SpecError: A script can't say it, at its place.
    """
    entry = load_catalog().find(component.group, component.name)
    if component.name == "Parameter" and component.group == "layers":
        function = "Parameter"
    elif entry is None:
        if component.group in ("metrics", "losses") and not component.arguments:
            return component.name
        message = f"a script can't say '{component.name}'"
        raise SpecError(message, code="not-ejectable", span=component.span)
    elif component.name.startswith(PREFIX):
        function = plugin_name(entry.path)
    else:
        function = entry.path
    if entry is not None and entry.kind == "function" and component.group not in ("ops", "applications"):
        return component.name if not component.name.startswith(PREFIX) else Source(function)
    arguments = {name: argument(value) for name, value in component.keywords.items()} | more
    positional = []
    if entry is not None and component.group != "ops":
        # What a class can't do without stands first, as people write it: `Dense(64)`, `Conv2D(32, 3)`.
        for parameter in entry.parameters:
            if not parameter.required or parameter.name not in arguments:
                break
            positional.append(arguments.pop(parameter.name))
    return Call(function, tuple(positional), tuple(arguments.items()))


def plugin_name(path: str) -> str:
    """`my_layers.Linear` for the object of a plugin's file, whose module here has a name of its own."""
    module, _, name = path.rpartition(".")
    stem = module.rpartition(".")[2]
    if stem.startswith("kerascli_plugin_"):
        stem = stem.removeprefix("kerascli_plugin_").partition("_")[2]
    return f"{stem}.{name}"


def argument(value: object) -> object:
    """The value of an argument."""
    if isinstance(value, Component):
        return expression(value)
    if isinstance(value, Mapping):
        return {name: argument(item) for name, item in value.items()}
    if isinstance(value, tuple | list):
        return [argument(item) for item in value]
    if isinstance(value, float) and 0 < value < 0.1 and len(repr(value)) > 8 and 1 / round(1 / value) == value:
        return Source(f"1 / {round(1 / value)}")
    return value


def index_source(text: str) -> str:
    """The subscript of `ops.get_item` as Python writes it, checked to be one."""
    assert read_index(text) is not None, "the parser let it pass"
    return text.replace("null", "None").replace("newaxis", "None")
