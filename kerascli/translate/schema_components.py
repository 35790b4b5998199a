"""Every component of the installed Keras as a JSON Schema: its arguments, and each group as a choice of components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from kerascli.spec.component_parser import SHAPE_LOSSES, SHAPE_METRICS, SINGULAR
from kerascli.spec.sources import SOURCES, SYNTHETIC_DISTRIBUTIONS, SourceEntry
from kerascli.translate.schema_values import (
    COUNT,
    NAME,
    NUMBER,
    REFERENCE,
    SHAPE,
    Schema,
    described,
    either,
    of_kinds,
    one_of_names,
    reference_to,
    removal,
    section,
)

if TYPE_CHECKING:
    from kerascli.catalog import Catalog, Entry, Parameter

Docs = Mapping[str, Mapping[str, Mapping[str, Any]]]

# Layers, operations and models share one place in a spec.
LAYER_GROUPS = ("layers", "ops", "applications")
# These stand in lists alone, which `extends` replaces whole: nothing of theirs is ever removed, nor comes from a base.
_IN_LISTS = ("layers", "ops", "callbacks")
# Names that Keras resolves by the shapes of target and output.
SPECIAL_NAMES: Mapping[str, tuple[str, ...]] = {"metrics": SHAPE_METRICS, "losses": SHAPE_LOSSES}
# A class of a plugin, and its function where a callable may stand.
PLUGIN_CLASS = rf"^(plugins\.)?[A-Z]\w*$|^plugins\.{NAME}$"
PLUGIN_NAME = rf"^(plugins\.)?{NAME}$"


def component_definitions(catalog: Catalog, docs: Docs) -> dict[str, Schema]:
    """The definitions of all components and of all groups, by name: `layers.Dense`, `ops.add`, `layers`."""
    found: dict[str, Schema] = {}
    for group in catalog.groups:
        found |= {
            definition_name(entry): component_schema(entry, docs.get(group, {}).get(entry.name, {}))
            for entry in entries(catalog, group)
            if entry.kind != "name" and group != "activations"
        }
        if group not in LAYER_GROUPS:
            found[group] = group_schema(catalog, docs, group)
    found |= {f"sources.{name}": source_schema(entry) for name, entry in SOURCES.items()}
    found["sources"] = _sources()
    found["layers"] = group_schema(catalog, docs, "layers")
    found["layers.Parameter"] = parameter_layer()
    return found | _value_definitions(catalog)


def _value_definitions(catalog: Catalog) -> dict[str, Schema]:
    every = (entry for group in catalog.groups for entry in entries(catalog, group))
    kinds = {parameter.types for entry in every for parameter in (*entry.parameters, *entry.base_parameters)}
    return {kinds_name(types): of_kinds(types) for types in sorted(kinds) if types}


def entries(catalog: Catalog, group: str) -> list[Entry]:
    """The entries of a group, in the catalog's order."""
    found = (catalog.find(group, name) for name in catalog.names(group))
    return [entry for entry in found if entry is not None]


def kinds_name(types: tuple[str, ...]) -> str:
    """The definition of a plain value of these kinds: the same few stand at most arguments."""
    return f"value.{'-'.join(types)}"


def members_of(group: str) -> tuple[str, ...]:
    """The groups whose components a place of the group takes: applications are layers, layers are activations."""
    return {"layers": ("layers", "applications"), "activations": ("activations", "layers")}.get(group, (group,))


def definition_name(entry: Entry) -> str:
    """`layers.Dense`; operations and applications carry their prefix already."""
    return entry.name if entry.name.startswith(f"{entry.group}.") else f"{entry.group}.{entry.name}"


def component_schema(entry: Entry, docs: Mapping[str, Any]) -> Schema:
    """The arguments of one component: a mapping, or what its first parameter takes."""
    texts = docs.get("parameters", {})
    parameters = (*entry.parameters, *entry.base_parameters)
    properties = {parameter.name: parameter_schema(parameter, texts.get(parameter.name)) for parameter in parameters}
    found: Schema = {"title": entry.path}
    found |= _texts(entry, docs)
    found |= _short_form(entry)
    found["properties"] = properties
    patterns: dict[str, Schema] = {} if entry.group in _IN_LISTS or not properties else {removal(properties): {}}
    if entry.name == "LearningRateScheduler":
        # Its mapping from epoch to learning rate is the short form.
        patterns[r"^\d+$"] = NUMBER
    if patterns:
        found["patternProperties"] = patterns
    found["additionalProperties"] = False
    required = [parameter.name for parameter in entry.parameters if parameter.required]
    if required and entry.group == "layers":
        found["required"] = required
    return found


def _texts(entry: Entry, docs: Mapping[str, Any]) -> Schema:
    summary = docs.get("summary") or f"`{entry.path}`"
    return described({}, summary)


def _short_form(entry: Entry) -> Schema:
    """What may stand in place of the mapping of arguments: nothing, a reference, or the first parameter's value."""
    filled = entry.call.tensor_parameters if entry.call is not None and entry.group == "ops" else ()
    free = next((parameter for parameter in entry.parameters if parameter.name not in filled), None)
    if entry.group == "ops":
        # Which of the tensors the wiring fills is seen in the entry alone.
        return {}
    if free is None:
        return {"type": ["object", "null", "string"], "pattern": REFERENCE}
    if free.group is None and not free.choices:
        if not free.types:
            return {}
        schema = of_kinds([kind for kind in free.types if kind not in ("mapping", "component")])
        if "errorMessage" in schema:
            # An `errorMessage` would stand for an unknown argument too.
            schema["patternErrorMessage"] = schema.pop("errorMessage")
        return {**schema, "type": list(dict.fromkeys(["object", "null", *_listed(schema.get("type", []))]))}
    first = reference_to(f"{definition_name(entry)}/properties/{free.name}")
    return {"anyOf": [{"type": ["object", "null"]}, first]}


def _listed(types: str | list[str]) -> list[str]:
    return [types] if isinstance(types, str) else types


def parameter_schema(parameter: Parameter, text: str | None) -> Schema:
    """What one argument takes."""
    if parameter.group is not None:
        schema = _grouped(parameter)
    elif parameter.choices:
        schema = _choices(parameter)
    else:
        schema = reference_to(kinds_name(parameter.types)) if parameter.types else {}
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
    plain = [kind for kind in parameter.types if kind not in ("component", "mapping", "str", "list")]
    if plain:
        forms.append(of_kinds(plain))
    if "list" in parameter.types:
        forms.append({"type": "array", "items": group} if parameter.group in ("layers", "optimizers") else _LIST)
    return either(*forms)


_LIST: Schema = {"type": "array"}


def _choices(parameter: Parameter) -> Schema:
    others = [kind for kind in parameter.types if kind != "str"] if parameter.types else ["int", "float", "bool"]
    capitals = [word.upper() for word in parameter.choices if parameter.any_case]
    pattern = f"{one_of_names(capitals)}|{REFERENCE}" if capitals else REFERENCE
    forms: list[Schema] = [{"enum": list(parameter.choices)}, {"type": "string", "pattern": pattern}]
    if not parameter.types:
        forms += [{"type": ["number", "boolean", "null", "array", "object"]}]
    elif others:
        kinds = [kind for kind in others if kind != "component"]
        forms += [{"type": "object"}] if "component" in others else []
        forms += [of_kinds(kinds)] if kinds else []
    return either(*forms)


def group_schema(catalog: Catalog, docs: Docs, group: str) -> Schema:
    """A component of one group: its name, or a mapping from its name to its arguments."""
    members = [entry for each in members_of(group) for entry in entries(catalog, each)]
    built = {entry.name: entry for entry in members if entry.kind == "class" or entry.group == "applications"}
    keys = {name: reference_to(definition_name(entry)) for name, entry in built.items()}
    if group == "layers":
        keys |= {"Model": reference_to("model"), "Parameter": reference_to("layers.Parameter")}
    mapping = {
        "type": "object",
        "properties": {**keys, "plain": {}},
        "patternProperties": {**alias_keys(keys, built.values()), PLUGIN_CLASS: {}},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }
    callables = group in ("activations", "losses", "metrics", "initializers", "regularizers", "constraints")
    return {"anyOf": [*name_forms(members, docs, group, PLUGIN_NAME if callables else PLUGIN_CLASS), mapping]}


def name_forms(members: Iterable[Entry], docs: Docs, group: str, others: str) -> list[Schema]:
    """A component written as its name: those that editors offer, and all others that hold."""
    offered = {entry.name: docs.get(entry.group, {}).get(entry.name, {}).get("summary", "") for entry in members}
    for entry in members:
        if entry.group not in LAYER_GROUPS:
            offered |= {alias: offered[entry.name] for alias in entry.aliases if alias.islower()}
    offered |= dict.fromkeys(SPECIAL_NAMES.get(group, ()), "")
    aliases = [alias for entry in members for alias in entry.aliases if alias not in offered]
    pattern = f"{one_of_names(aliases)}|{others}|{REFERENCE}" if aliases else f"{others}|{REFERENCE}"
    return [
        {
            "enum": list(offered),
            "markdownEnumDescriptions": list(offered.values()),
            "errorMessage": f"expected a {SINGULAR[group]}: its name, or its name with arguments",
        },
        {"type": "string", "pattern": pattern},
    ]


def alias_keys(keys: Mapping[str, Schema], members: Iterable[Entry]) -> dict[str, Schema]:
    """The arguments of each component by the pattern of its other names: they hold, but editors don't offer them."""
    return {one_of_names(entry.aliases): keys[entry.name] for entry in members if entry.aliases}


def parameter_layer() -> Schema:
    """The layer `Parameter`, which Keras lacks."""
    keys = {
        "shape": described(SHAPE, "The shape of the learned tensor, without the batch axis."),
        "initializer": described(reference_to("initializers"), "How it starts.", "glorot_uniform"),
        "name": of_kinds(["str", "null"]),
        "trainable": of_kinds(["bool"]),
        "dtype": reference_to("dtype_policies"),
    }
    text = "A learned tensor, repeated for each sample of the layer's input (positions, class tokens)."
    schema = described({"title": "kerascli.layers.Parameter", **section(keys, mergeable=False)}, text)
    return {**schema, "type": ["object", "null", "array", "string"]}


def _sources() -> Schema:
    summaries = [entry.summary for entry in SOURCES.values()]
    return {
        "anyOf": [
            {"enum": list(SOURCES), "markdownEnumDescriptions": summaries},
            {"type": "string", "pattern": REFERENCE},
            {
                "type": "object",
                "properties": {name: reference_to(f"sources.{name}") for name in SOURCES},
                "additionalProperties": False,
                "minProperties": 1,
                "maxProperties": 1,
            },
        ]
    }


def source_schema(entry: SourceEntry) -> Schema:
    """The arguments of one data source."""
    properties = {
        parameter.name: described(of_kinds(parameter.types), parameter.help, parameter.default)
        for parameter in entry.parameters
    }
    if entry.name == "synthetic":
        properties["fields"] = {**properties["fields"], "additionalProperties": _synthetic_field()}
    found: Schema = described({"title": f"source {entry.name}"}, entry.summary)
    first = of_kinds(entry.parameters[0].types) if entry.parameters else {}
    types = ["object", "null", "string", *_listed(first.get("type", []))]
    found |= {"type": list(dict.fromkeys(types)), "properties": properties}
    if "pattern" in first or not entry.parameters:
        found["pattern"] = first.get("pattern", REFERENCE)
    if properties:
        found["patternProperties"] = {removal(properties): {}}
    found["additionalProperties"] = {"type": "string"} if entry.any_name else False
    return found


def _synthetic_field() -> Schema:
    pair: Schema = {"type": ["array", "string"], "pattern": REFERENCE, "minItems": 2, "maxItems": 2}
    forms: dict[str, Schema] = {"choice": {"type": ["array", "string"], "pattern": REFERENCE}, "one_hot": COUNT}
    keys: dict[str, Schema] = {"shape": {**SHAPE, "items": COUNT}}
    return section({**keys, **{name: forms.get(name, pair) for name in SYNTHETIC_DISTRIBUTIONS}})
