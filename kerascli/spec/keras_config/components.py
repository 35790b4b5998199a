"""An object in a Keras config (`{module, class_name, config}`) → a `Component`, without what is Keras's default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kerascli.catalog import Entry, load_catalog
from kerascli.spec.component import Argument, Component
from kerascli.spec.keras_config.defaults import is_default, plainest, shortest, without_derived
from kerascli.spec.keras_config.objects import is_model, is_object
from kerascli.spec.keras_config.reading import Reading
from kerascli.spec.topology.names import snake_case
from kerascli.spec.trust import NEEDS_TRUST

# The class that Keras exports under another name than its own.
_OTHER_NAMES = {"GroupedQueryAttention": "GroupQueryAttention"}
# Text that Keras takes for a member of these groups stays text, as the parser has it.
_BY_NAME = ("activations", "initializers", "regularizers", "constraints", "dtype_policies")
# What a config holds beside the constructor's arguments, known to follow from them.
_DERIVED = {"vocabulary_size", "build_input_shape", "batch_input_shape", "input_length", "salt"}

_LEARN_WORDS = ("StringLookup", "IntegerLookup", "TextVectorization")

Config = Mapping[str, Any]


def find_class(config: Config, group: str | None = None) -> Entry | None:
    """The catalog's entry of a serialized object, or None for a class that is not Keras's own.

    Args:
        config: With `module` and `class_name`; an old file may leave `module` out.
        group: The group that the place calls for, which an object without `module` is looked up in.
    """
    catalog = load_catalog()
    module, name = str(config.get("module") or ""), str(config["class_name"])
    name = _OTHER_NAMES.get(name) or name
    if not module:
        return catalog.find(group, name) if group is not None else None
    if module.startswith("keras.src.applications."):
        return catalog.find("layers", f"applications.{module.rpartition('.')[2]}.{name}")
    if config.get("registered_name") == f"kerascli>{name}":
        return catalog.find("layers", name)
    if not module.startswith("keras."):
        return catalog.find("dtype_policies", name) if module == "keras" else None
    of_module = {"keras.optimizers.schedules": "schedules"}
    return catalog.find(of_module.get(module, module.removeprefix("keras.")), name)


def read_component(config: Config, where: str, reading: Reading, group: str | None = None) -> Component | None:
    """The component of a serialized object.

    Args:
        config: `{module, class_name, config, registered_name}`.
        where: What it is to the reader of a message, `the layer 'x'`.
        reading: The conversion.
        group: The group that the place calls for.

    Returns:
        The component, its arguments without those that equal Keras's defaults, and without `name` and `trainable` of a
        layer; None (with a fault) when its class is not Keras's own.
    """
    if is_model(config) and reading.read_model is not None:
        # A model as an argument, such as the layer of `TimeDistributed`.
        model = Argument("model", reading.read_model(config, reading), reading.span, reading.span)
        return Component("models", "Model", (model,), reading.span)
    entry = find_class(config, group)
    if entry is None or entry.name in NEEDS_TRUST:
        report_class(config, where, reading)
        return None
    inner = config["config"] if isinstance(config["config"], Mapping) else {}
    if entry.name in _LEARN_WORDS and inner.get("vocabulary") is None:
        hint = "write 'vocabulary:' to have it"
        reading.remark(f"{where} ({entry.name}) may have learned a vocabulary, which no config holds; {hint}")
    arguments = _arguments(entry, without_derived(entry, inner, config), where, reading)
    return Component(entry.group, entry.name, arguments, reading.span)


def report_class(config: Config, where: str, reading: Reading) -> None:
    """The fault of a class that a spec can't name."""
    name = str(config.get("class_name"))
    module = str(config.get("module") or "")
    if name in NEEDS_TRUST:
        reading.fault("not-convertible", f"{where} is a {name}, whose code a config can't say", "write it as a layer")
    elif name in ("__lambda__", "function"):
        hint = "use a function of Keras's own"
        what = f"the Python function '{config['config']}'" if isinstance(config["config"], str) else "a Python function"
        reading.fault("not-convertible", f"{where} is {what}, whose code a config does not hold", hint)
    else:
        of = f" of '{module}'" if module else ""
        plugin = None if module.startswith("keras") else "write a plugin that makes it"
        reading.fault("not-convertible", f"{where} is of the class '{name}'{of}, which is not Keras's own", plugin)


def _arguments(entry: Entry, config: Config, where: str, reading: Reading) -> tuple[Argument, ...]:
    given: list[Argument] = []
    for name, raw in config.items():
        if name in ("name", "trainable") and entry.group == "layers":
            continue
        parameter = entry.parameter(name)
        if parameter is None:
            if raw not in (None, False) and name not in _DERIVED:
                reading.remark(f"{where}: '{name}: {_short(raw)}' is left out, since {entry.name} does not take it")
            continue
        if name == "dtype":
            value: object = _policy(raw, where, reading)
            if value in (None, reading.dtype) and entry.group in ("layers", "losses", "metrics"):
                continue
        else:
            value = read_value(raw, f"'{name}' of {where}", reading, parameter.group)
            if entry.group == "optimizers" and name == "learning_rate" and isinstance(value, float):
                value = shortest(value)
        if name == "name" and _is_default_name(value, entry):
            continue
        if not is_default(value, parameter):
            given.append(Argument(name, plainest(name, value), reading.span, reading.span))
    return _in_order(entry, given)


def _is_default_name(name: object, entry: Entry) -> bool:
    """Whether Keras made the name of the class: `adam`, `auc_2`."""
    return isinstance(name, str) and re.fullmatch(rf"{re.escape(snake_case(entry.name))}(_\d+)?", name) is not None


def _in_order(entry: Entry, given: list[Argument]) -> tuple[Argument, ...]:
    """The arguments in the order of the constructor, as people write them."""
    places = {parameter.name: number for number, parameter in enumerate((*entry.parameters, *entry.base_parameters))}
    return tuple(sorted(given, key=lambda argument: places[argument.name]))


def read_value(raw: object, where: str, reading: Reading, group: str | None = None) -> object:
    """A value of a config as a component has it: scalars, tuples, mappings, components.

    Args:
        raw: The value.
        where: For messages.
        reading: The conversion.
        group: The group of the components that stand here.
    """
    if isinstance(raw, list | tuple):
        return tuple(read_value(item, where, reading, group) for item in raw)
    if is_object(raw):
        assert isinstance(raw, Mapping)
        return _object(raw, where, reading, group)
    if isinstance(raw, Mapping):
        return {str(key): read_value(item, where, reading, group) for key, item in raw.items()}
    if isinstance(raw, str) and group is not None:
        entry = load_catalog().find(group, raw)
        return entry.name if entry is not None else raw
    return raw


def _object(raw: Config, where: str, reading: Reading, group: str | None) -> object:
    name = str(raw["class_name"])
    inner = raw["config"]
    if name in ("__numpy__", "__tensor__"):
        return read_value(inner["value"], where, reading)
    if name == "SeedGenerator":
        return inner.get("seed")
    if name == "DTypePolicy":
        return inner.get("name")
    if name == "function" and isinstance(inner, str) and group is not None:
        entry = load_catalog().find(group, inner)
        if entry is not None and str(raw.get("registered_name") or "function") == "function":
            return entry.name
    component = read_component(raw, where, reading, group)
    if component is None:
        return None
    if component.group == "layers":
        component = _with_inner_name(component, inner, reading)
    # A name alone goes as text, which Keras looks up itself.
    return component.name if component.group in _BY_NAME and not component.arguments else component


def _with_inner_name(component: Component, config: Config, reading: Reading) -> Component:
    """A layer inside another one: its name where it was chosen, `trainable: false`."""
    name = str(config.get("name") or "")
    base = snake_case(component.name.rpartition(".")[2])
    added = []
    if name and not re.fullmatch(rf"(forward_|backward_)?{re.escape(base)}(_\d+)?", name):
        added.append(Argument("name", name, reading.span, reading.span))
    if config.get("trainable") is False:
        added.append(Argument("trainable", False, reading.span, reading.span))
    return Component(component.group, component.name, (*component.arguments, *added), component.span)


def _policy(raw: object, where: str, reading: Reading) -> object:
    """A dtype policy: its name where that says all."""
    if is_object(raw):
        return read_value(raw, f"'dtype' of {where}", reading, "dtype_policies")
    return raw


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:39] + "…"
