"""Each component of the installed Keras as a JSON Schema: its arguments with their types, choices, defaults and texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kerascli.translate.schema_values import (
    NAME,
    NUMBER,
    REFERENCE,
    SHAPE,
    Schema,
    described,
    either,
    listed,
    minimum,
    of_kinds,
    one_of_names,
    reference_to,
    removal,
    section,
)

if TYPE_CHECKING:
    from kerascli.catalog import Catalog, Entry, Parameter

Docs = Mapping[str, Mapping[str, Mapping[str, Any]]]

# These stand in lists alone, which `extends` replaces whole: nothing of theirs is ever removed, nor comes from a base.
_IN_LISTS = ("layers", "ops", "callbacks")
# What the language takes where Keras wants a function from epoch to learning rate.
_RATES: Schema = {
    "anyOf": [
        reference_to("schedules"),
        {"type": "string", "pattern": rf"^(plugins\.)?{NAME}$|{REFERENCE}"},
        {
            "type": "object",
            "patternProperties": {r"^\d+$": minimum(NUMBER, 0)},
            "additionalProperties": False,
            "minProperties": 1,
        },
    ]
}


def component_definitions(catalog: Catalog, docs: Docs) -> dict[str, Schema]:
    """The definitions of all components, `layers.Dense`, `ops.add`, and of the kinds of plain values in them."""
    every = [entry for group in catalog.groups for entry in entries(catalog, group)]
    # Activations and some dtype policies are names alone.
    built = [entry for entry in every if entry.kind != "name" and entry.group != "activations"]
    found = {
        definition_name(entry): component_schema(entry, docs.get(entry.group, {}).get(entry.name, {}))
        for entry in built
    }
    parameters = [parameter for entry in built for parameter in (*entry.parameters, *entry.base_parameters)]
    kinds = {parameter.types for parameter in parameters if parameter.group is None and not parameter.choices}
    plain = {_kinds_name(types): of_kinds(types) for types in sorted(kinds) if types}
    return {**found, "layers.Parameter": _parameter_layer(), **plain}


def entries(catalog: Catalog, group: str) -> list[Entry]:
    """The entries of a group, in the catalog's order."""
    found = (catalog.find(group, name) for name in catalog.names(group))
    return [entry for entry in found if entry is not None]


def definition_name(entry: Entry) -> str:
    """`layers.Dense`; operations and applications carry their prefix already."""
    return entry.name if entry.name.startswith(f"{entry.group}.") else f"{entry.group}.{entry.name}"


def component_schema(entry: Entry, docs: Mapping[str, Any]) -> Schema:
    """The arguments of one component: a mapping, or what its first parameter takes."""
    texts = docs.get("parameters", {})
    parameters = (*entry.parameters, *entry.base_parameters)
    properties = {parameter.name: parameter_schema(parameter, texts.get(parameter.name)) for parameter in parameters}
    if entry.name == "LearningRateScheduler":
        properties["schedule"] = described(_RATES, texts.get("schedule"))
    found = described({"title": entry.path}, docs.get("summary") or f"`{entry.path}`")
    found |= {**_short_form(entry), "properties": properties}
    if properties and entry.group not in _IN_LISTS:
        found["patternProperties"] = {removal(properties): {}}
    found["additionalProperties"] = False
    required = [parameter.name for parameter in entry.parameters if parameter.required]
    if required and entry.group == "layers":
        found["required"] = required
    return found


def _short_form(entry: Entry) -> Schema:
    """What may stand in place of the mapping of arguments: nothing, a reference, or the first parameter's value."""
    if entry.group == "ops":
        # It goes to the first parameter that the wiring does not fill, which is seen in the entry alone.
        return {}
    if not entry.parameters:
        return {"type": ["object", "null", "string"], "pattern": REFERENCE}
    first = entry.parameters[0]
    if first.group is not None or first.choices:
        return {
            "anyOf": [{"type": ["object", "null"]}, reference_to(f"{definition_name(entry)}/properties/{first.name}")]
        }
    # Written flat: of alternatives editors show the wrong one's message where an argument is misspelt.
    value = of_kinds([kind for kind in first.types if kind not in ("mapping", "component")])
    if not value:
        return {}
    if "errorMessage" in value:
        value["patternErrorMessage"] = value.pop("errorMessage")
    return {**value, "type": list(dict.fromkeys(["object", "null", *listed(value["type"])]))}


def parameter_schema(parameter: Parameter, text: str | None) -> Schema:
    """What one argument takes."""
    if parameter.group is not None:
        schema = _grouped(parameter)
    elif parameter.choices:
        schema = _choices(parameter)
    else:
        schema = reference_to(_kinds_name(parameter.types)) if parameter.types else {}
    found = described(schema, text, parameter.default)
    if parameter.default is None and not parameter.required:
        # No `default`: an editor would write `activation: null` where a value is wanted.
        shown = parameter.default_repr or "null"
        found["markdownDescription"] = f"{text or ''}\n\nDefault: `{shown}`".strip()
    return found


def _grouped(parameter: Parameter) -> Schema:
    """A component of a group, and the plain values that may stand beside it."""
    assert parameter.group is not None
    group = reference_to(parameter.group)
    forms = [group]
    if parameter.name.endswith("_map"):
        forms.append({"type": "object", "additionalProperties": group})
    if "list" in parameter.types:
        items = {"items": group} if parameter.group in ("layers", "optimizers") else {}
        forms.append({"type": "array", **items})
    plain = [kind for kind in parameter.types if kind not in ("component", "mapping", "str", "list")]
    return either(*forms, of_kinds(plain)) if plain else either(*forms)


def _choices(parameter: Parameter) -> Schema:
    """One of the words, in capitals too where Keras takes these, and the values of other kinds beside them."""
    capitals = [word.upper() for word in parameter.choices if parameter.any_case]
    pattern = f"{one_of_names(capitals)}|{REFERENCE}" if capitals else REFERENCE
    forms: list[Schema] = [{"enum": list(parameter.choices)}, {"type": "string", "pattern": pattern}]
    kinds = parameter.types or ("float", "bool", "null", "list", "mapping")
    if "component" in kinds:
        forms.append({"type": "object"})
    plain = [kind for kind in kinds if kind not in ("str", "component")]
    return either(*forms, of_kinds(plain)) if plain else either(*forms)


def _kinds_name(types: tuple[str, ...]) -> str:
    """The definition of a plain value of these kinds: the same few stand at most arguments."""
    return f"value.{'-'.join(types)}"


def _parameter_layer() -> Schema:
    """The layer `Parameter`, which Keras lacks."""
    keys = {
        "shape": described(SHAPE, "The shape of the learned tensor, without the batch axis."),
        "initializer": described(reference_to("initializers"), "How it starts.", "glorot_uniform"),
        "regularizer": described(either(reference_to("regularizers"), of_kinds(["null"])), "A penalty on it."),
        "constraint": described(either(reference_to("constraints"), of_kinds(["null"])), "What it is held to."),
        "name": of_kinds(["str", "null"]),
        "trainable": of_kinds(["bool"]),
        "dtype": reference_to("dtype_policies"),
    }
    text = "A learned tensor, repeated for each sample of the layer's input (positions, class tokens)."
    schema = described({"title": "kerascli.layers.Parameter", **section(keys, mergeable=False)}, text)
    return {**schema, "type": ["object", "null", "array", "string"]}
