"""The value of one argument: its type and choices checked, components inside it built, fractions read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerascli.catalog import load_catalog
from kerascli.catalog.overlay import PREFIX, added_entry
from kerascli.errors import did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.habits import nothing_hint
from kerascli.spec.indexing import read_index
from kerascli.spec.learning_rates import is_rate_schedule, parse_rate_schedule
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of, plain
from kerascli.spec.problems import Problems
from kerascli.spec.scalars import read_fraction

if TYPE_CHECKING:
    from kerascli.catalog import Parameter

# Groups whose members Keras takes as a name: they stay text, so that Keras makes them where it always does.
_BY_NAME = ("activations", "initializers", "regularizers", "constraints", "dtype_policies")

_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "list": "a list",
    "mapping": "a mapping",
    "null": "null",
    "component": "a component",
}


def parse_argument(
    node: Node, owner: str, name: str, parameter: Parameter | None, problems: Problems, *, trust: bool = False
) -> object:
    """The value of an argument.

    Args:
        node: What is written.
        owner: The class, for messages.
        name: The argument.
        parameter: What the catalog knows of it; None for those that a base class takes.
        problems: Where faults go.
        trust: Whether components that can run code are allowed.

    Returns:
        A scalar, a tuple, a dict or a `Component`, at any depth.
    """
    group = parameter.group if parameter is not None else _base_group(name)
    function = _plugin_function(node, owner, parameter)
    if function is not None:
        return function
    if is_rate_schedule(owner, name):
        text = _value(node, group, problems, trust=trust, numeric=False) if isinstance(node, Scalar) else None
        return parse_rate_schedule(node, text, problems, trust=trust)
    value = _value(node, group, problems, trust=trust, numeric=_takes_number(parameter))
    if group == "schedules" and isinstance(value, int) and not isinstance(value, bool):
        # Of a learning rate Keras takes no whole number, and `SGD: 1` is one.
        value = float(value)
    if parameter is not None:
        _check_type(node, value, owner, parameter, problems)
        _check_choice(node, value, owner, parameter, problems)
    if (owner, name) == ("ops.get_item", "key") and isinstance(value, str) and read_index(value) is None:
        message = f"'{value}' is no index"
        problems.add("wrong-type", message, node, "write what stands between the brackets of x[:, 0], such as ':, 0'")
    return value


def _plugin_function(node: Node, owner: str, parameter: Parameter | None) -> Component | None:
    """A plugin's function by its name, where an argument may be any callable."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or parameter is None:
        return None
    if parameter.group is not None or ("str" in parameter.types and not is_rate_schedule(owner, parameter.name)):
        return None
    entry = added_entry("functions", node.value)
    return None if entry is None else Component("functions", entry.name, (), node.span)


def _base_group(name: str) -> str | None:
    return {"dtype": "dtype_policies", "activity_regularizer": "regularizers"}.get(name)


def _takes_number(parameter: Parameter | None) -> bool:
    """Whether an unquoted `1/255` is a number here: not where the argument is expected to be text."""
    if parameter is None:
        return False
    types = set(parameter.types)
    return not types or bool(types & {"int", "float", "any"}) or "str" not in types


def _value(node: Node, group: str | None, problems: Problems, *, trust: bool, numeric: bool) -> object:
    if isinstance(node, Sequence):
        return tuple(_value(item, group, problems, trust=trust, numeric=numeric) for item in node.items)
    if isinstance(node, Mapping):
        return _mapping(node, group, problems, trust=trust, numeric=numeric)
    if not isinstance(node.value, str):
        return node.value
    if numeric and not node.quoted:
        fraction = read_fraction(node.text)
        if fraction is not None:
            return fraction
    return _name(node, group, problems, trust=trust) if group is not None else node.value


def _mapping(node: Mapping, group: str | None, problems: Problems, *, trust: bool, numeric: bool) -> object:
    """A component when it has one key that names one; otherwise plain values."""
    from kerascli.spec.component_parser import find_name, parse_component

    if len(node.entries) == 1:
        key, value = node.entries[0]
        word = str(key.value)
        if word == "plain":
            return plain(value)
        if group is not None and (find_name(word, group) is not None or word[:1].isupper()):
            found = find_name(word, group)
            if found is not None and found.group == "activations":
                hint = "a layer class takes arguments: '{LeakyReLU: 0.1}'"
                problems.add("activation-arguments", f"the function '{word}' takes no arguments here", key, hint)
                return found.name
            return parse_component(node, group, problems, trust=trust)
        if group is None and word[:1].isupper():
            groups = load_catalog().groups_of(word)
            if groups:
                return parse_component(node, groups[0], problems, trust=trust)
    return {str(key.value): _value(value, group, problems, trust=trust, numeric=numeric) for key, value in node.entries}


def _name(node: Scalar, group: str, problems: Problems, *, trust: bool) -> object:
    """Text where a component may stand: checked, and made where Keras does not take the name itself."""
    from kerascli.spec.component_parser import find_entry, find_name, parse_component

    if group not in _BY_NAME:
        return parse_component(node, group, problems, trust=trust)
    text = str(node.value)
    entry = find_name(text, group)
    if entry is None:
        find_entry(node, group, problems)
        return text
    if entry.group != group or entry.name.startswith(PREFIX):
        return parse_component(node, group, problems, trust=trust)
    # A name that a plugin has too is a fault.
    find_entry(node, group, problems)
    return entry.name


def _check_type(node: Node, value: object, owner: str, parameter: Parameter, problems: Problems) -> None:
    types = set(parameter.types)
    if not types or "any" in types or _kinds(value) & types:
        return
    if parameter.group is not None and isinstance(value, str | Component):
        return
    kinds = [kind for kind in parameter.types if kind != "int" or "float" not in types]
    expected = " or ".join(_WORDS[kind] for kind in kinds if kind in _WORDS)
    hint = f"write {_WORDS[parameter.types[0]]}" if len(parameter.types) == 1 else None
    if isinstance(node, Scalar) and node.quoted and types & {"int", "float"}:
        hint = "remove the quotes"
    elif isinstance(value, float) and value.is_integer() and "int" in types:
        hint = f"write {value:.0f}"
    elif parameter.group in ("activations", "regularizers", "constraints"):
        hint = nothing_hint(value) or hint
    problems.add("wrong-type", f"'{parameter.name}' of {owner} must be {expected}, not {kind_of(node)}", node, hint)


def _kinds(value: object) -> set[str]:
    """The type words that a value goes by: a whole number is also a number."""
    if value is None:
        return {"null"}
    if isinstance(value, bool):
        return {"bool"}
    if isinstance(value, int):
        return {"int", "float"}
    if isinstance(value, float):
        return {"float"}
    if isinstance(value, str):
        return {"str"}
    if isinstance(value, tuple):
        return {"list"}
    return {"component"} if isinstance(value, Component) else {"mapping"}


def _check_choice(node: Node, value: object, owner: str, parameter: Parameter, problems: Problems) -> None:
    if not isinstance(value, str) or parameter.allows_choice(value):
        return
    hint = did_you_mean(value, parameter.choices)
    problems.add("unknown-choice", f"'{parameter.name}' of {owner} does not take '{value}'", node, hint)
