"""The rule that a file without `plugins`, `extends` and `blocks` names nothing but Keras's components, as a JSON Schema.

A schema can't know what a plugin or a base file brings. The definitions of the components therefore let any class name
pass; this second, small schema of names alone lies over them where the file itself shows that nothing is brought in.
All of it is written as patterns: editors make no proposals of these, and show a message of our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kerascli.spec.places import ENTRY_KEYS, ROOT, Place
from kerascli.spec.unknown_names import SINGULAR
from kerascli.translate.schema_components import entries
from kerascli.translate.schema_groups import LAYER_GROUPS, SPECIAL_NAMES, members_of
from kerascli.translate.schema_sections import place_at
from kerascli.translate.schema_values import FRACTION, REFERENCE, Schema, one_of_names, reference_to

if TYPE_CHECKING:
    from kerascli.catalog import Catalog, Entry

# A reference, a fraction (`learning_rate: 1/1000`) and what names its plugin are no names of Keras's.
_OPEN_TEXT = rf"{REFERENCE}|{FRACTION}|^plugins\."
_OURS = ("Model", "Parameter", "plain")


def name_definitions(catalog: Catalog) -> dict[str, Schema]:
    """The definitions `words.GROUP` (all names), `names.GROUP` (a place for a component), and those of `model`."""
    layers = _spoken(catalog, LAYER_GROUPS)
    found: dict[str, Schema] = {
        "words.entry": _words("layer", layers, "; a block needs 'blocks', a plugin 'plugins' in this file"),
        "words.entry_key": _words(
            "layer or key", [*layers, *ENTRY_KEYS], "; a block needs 'blocks', a plugin 'plugins'"
        ),
    }
    for group in catalog.groups:
        if group in ("ops", "applications"):
            continue
        words = [*_spoken(catalog, members_of(group)), *SPECIAL_NAMES.get(group, ())]
        found[f"words.{group}"] = _words(SINGULAR[group], words, "; a plugin needs 'plugins' in this file")
        found[f"name.{group}"] = _place(catalog, group)
        one = reference_to(f"name.{group}")
        # A list, and a list of lists for metrics by output.
        found[f"names.{group}"] = {**one, "items": {**one, "items": one}}
        found[f"arguments.{group}"] = _arguments(catalog, group)
    names = {**reference_to("words.entry"), "propertyNames": reference_to("words.entry_key")}
    found["names.entry"] = {**names, **_entry_arguments(catalog, "names.model")}
    found["names.block_entry"] = _entry_arguments(catalog, "names.nested")
    found["names.model"] = _model()
    # Inside a model that has blocks these may stand too.
    found["names.nested"] = _in_layers("names.block_entry")
    return found


def keras_only() -> Schema:
    """The rule for a whole file."""
    return _section("", ROOT.keys)


def _spoken(catalog: Catalog, groups: Iterable[str]) -> list[str]:
    found = [entry for group in groups for entry in entries(catalog, group)]
    return list(dict.fromkeys(name for entry in found for name in (entry.name, *entry.aliases)))


def _words(what: str, names: list[str], note: str) -> Schema:
    pattern = f"{one_of_names([*names, *_OURS])}|{_OPEN_TEXT}"
    return {"pattern": pattern, "errorMessage": f"Keras has no such {what}{note}"}


def _place(catalog: Catalog, group: str) -> Schema:
    """Where a component of the group stands, as a name or with arguments."""
    special = _special_arguments(catalog, members_of(group))
    return {
        **reference_to(f"words.{group}"),
        "propertyNames": reference_to(f"words.{group}"),
        "patternProperties": {**special, r"^plugins\.": {}},
        "additionalProperties": reference_to(f"arguments.{group}"),
    }


def _special_arguments(catalog: Catalog, groups: Iterable[str]) -> dict[str, Schema]:
    """What has another rule than its group: models, and components whose short form is a component (`Activation: relu`)."""
    firsts: dict[tuple[str, str], list[str]] = {}
    for entry in (entry for group in groups for entry in entries(catalog, group)):
        first = entry.parameters[0] if entry.parameters else None
        if first is not None and first.group is not None and entry.kind == "class":
            firsts.setdefault((_owner(entry), first.group), []).append(entry.name)
    found: dict[str, Schema] = {"^Model$": reference_to("names.nested"), "^plain$": {}}
    for (owner, group), names in firsts.items():
        found[one_of_names(names)] = {
            **reference_to(f"arguments.{owner}"),
            "if": {"type": ["string", "array"]},
            "then": reference_to(f"names.{group}"),
        }
    return found


def _owner(entry: Entry) -> str:
    return "layers" if entry.group in LAYER_GROUPS else entry.group


def _arguments(catalog: Catalog, group: str) -> Schema:
    """The arguments that are components, by name: these follow from the name and the owner's group alone."""
    owners = LAYER_GROUPS if group == "layers" else (group,)
    by_group: dict[str, set[str]] = {}
    for entry in (entry for owner in owners for entry in entries(catalog, owner)):
        for parameter in (*entry.parameters, *entry.base_parameters):
            if parameter.group is not None and not parameter.name.endswith("_map"):
                by_group.setdefault(parameter.group, set()).add(parameter.name)
    patterns = {one_of_names(sorted(names)): reference_to(f"names.{each}") for each, names in by_group.items()}
    return {"patternProperties": patterns} if patterns else {}


def _entry_arguments(catalog: Catalog, model: str) -> Schema:
    special = {**_special_arguments(catalog, LAYER_GROUPS), "^Model$": reference_to(model)}
    arguments = reference_to("arguments.layers")
    return {"patternProperties": {**special, r"^(?!Model$)[A-Z]|^applications\.": arguments}}


def _in_layers(name: str) -> Schema:
    return {"patternProperties": {"^layers$": {"items": reference_to(name)}}}


def _model() -> Schema:
    """A model's layers; where it has blocks, any name may be one of them."""
    return {
        "patternProperties": {"^blocks$": {"additionalProperties": _in_layers("names.block_entry")}},
        "if": {"required": ["blocks"]},
        "then": _in_layers("names.block_entry"),
        "else": _in_layers("names.entry"),
    }


def _section(path: str, keys: Mapping[str, Place]) -> Schema:
    found = {key: _place_names(f"{path}.{key}".lstrip("."), each) for key, each in keys.items()}
    known = {f"^{key}$": schema for key, schema in found.items() if schema}
    return {"patternProperties": known} if known else {}


def _place_names(path: str, place: Place) -> Schema:
    """The rule for what stands at a path; empty where no component stands there."""
    place = place_at(path, place)
    if path == "model":
        return reference_to("names.model")
    if place.kind in ("component", "components") and place.group != "sources":
        return reference_to(f"names.{place.group}")
    if place.kind == "by_output":
        group = reference_to(f"names.{place.group}")
        return {"anyOf": [group, {"type": "object", "additionalProperties": {**group, "minProperties": 1}}]}
    if place.kind == "names" and place.each is not None:
        each = _place_names(f"{path}.*", place.each)
        return {"additionalProperties": each} if each else {}
    if place.kind == "sections":
        each = _section(f"{path}.*", place.keys)
        return {"items": each} if each else {}
    return _section(path, place.keys) if place.kind == "section" else {}
