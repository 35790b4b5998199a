"""Each group of components as a JSON Schema: the choice of one, by its name or with its arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kerascli.spec.component_parser import SHAPE_LOSSES, SHAPE_METRICS
from kerascli.spec.unknown_names import SINGULAR
from kerascli.translate.schema_components import definition_name, entries
from kerascli.translate.schema_values import NAME, REFERENCE, Schema, one_of_names, reference_to

if TYPE_CHECKING:
    from kerascli.catalog import Catalog, Entry
    from kerascli.translate.schema_components import Docs

# Layers, operations and models share one place in a spec.
LAYER_GROUPS = ("layers", "ops", "applications")
# Names that Keras resolves by the shapes of target and output.
SPECIAL_NAMES: Mapping[str, tuple[str, ...]] = {"metrics": SHAPE_METRICS, "losses": SHAPE_LOSSES}
# Where a function may stand by its name, one of a plugin may too.
_CALLABLES = ("activations", "losses", "metrics", "initializers", "regularizers", "constraints")
PLUGIN_CLASS = rf"^(plugins\.)?[A-Z]\w*$|^plugins\.{NAME}$"
_PLUGIN_NAME = rf"^(plugins\.)?{NAME}$"


def group_definitions(catalog: Catalog, docs: Docs) -> dict[str, Schema]:
    """The definition of each group that a place can call for."""
    groups = [group for group in catalog.groups if group not in ("ops", "applications")]
    return {group: _group(catalog, docs, group) for group in groups}


def members_of(group: str) -> tuple[str, ...]:
    """The groups whose components a place of the group takes: applications are layers, layers are activations."""
    return {"layers": ("layers", "applications"), "activations": ("activations", "layers")}.get(group, (group,))


def _group(catalog: Catalog, docs: Docs, group: str) -> Schema:
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
    others = _PLUGIN_NAME if group in _CALLABLES else PLUGIN_CLASS
    return {"anyOf": [*name_forms(members, docs, group, others), mapping]}


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
