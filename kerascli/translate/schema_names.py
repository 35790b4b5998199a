"""The rule that a file without `plugins`, `extends` and `blocks` names nothing but Keras's components, as a JSON Schema.

A schema can't know what a plugin or a base file brings. The definitions of the components therefore let any class name
pass; this second, small schema of names alone lies over them where the file itself shows that nothing is brought in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kerascli.spec.places import ENTRY_KEYS, ROOT, Place
from kerascli.translate.schema_components import LAYER_GROUPS, SPECIAL_NAMES, entries, members_of
from kerascli.translate.schema_sections import PHASE, place_at
from kerascli.translate.schema_values import FRACTION, NAME, REFERENCE, Schema, reference_to

if TYPE_CHECKING:
    from kerascli.catalog import Catalog, Entry

# A reference, a fraction (`learning_rate: 1/1000`) and what names its plugin are no names of Keras's.
_OPEN_TEXT = rf"{REFERENCE}|{FRACTION}|^plugins\."
_OURS = ("Model", "Parameter", "plain")


def name_definitions(catalog: Catalog) -> dict[str, Schema]:
    """The definitions `words.GROUP` (all names), `names.GROUP` (a place for a component), and those of `model`."""
    found: dict[str, Schema] = {"words.entry": _words(_spoken(catalog, LAYER_GROUPS))}
    groups = [group for group in catalog.groups if group not in ("ops", "applications")]
    for group in groups:
        found[f"words.{group}"] = _words([*_spoken(catalog, members_of(group)), *SPECIAL_NAMES.get(group, ())])
        found[f"names.{group}"] = _place(catalog, group)
        found[f"arguments.{group}"] = _arguments(catalog, group)
    found["names.entry"] = _entry(catalog, [])
    found["names.block_entry"] = _entry(catalog, [{"type": "string", "pattern": f"^{NAME}$"}])
    found["names.model"] = _model()
    found["names.nested"] = {"properties": {"layers": _items("names.block_entry")}}
    return found


def keras_only() -> Schema:
    """The rule for a whole file."""
    return _section("", ROOT)


def _spoken(catalog: Catalog, groups: Iterable[str]) -> list[str]:
    found = [entry for group in groups for entry in entries(catalog, group)]
    return list(dict.fromkeys(name for entry in found for name in (entry.name, *entry.aliases)))


def _words(names: list[str]) -> Schema:
    return {"enum": names, "errorMessage": "Keras has no component of this name here"}


def _known(words: str, *others: Schema) -> Schema:
    return {"anyOf": [reference_to(words), {"enum": list(_OURS)}, {"type": "string", "pattern": _OPEN_TEXT}, *others]}


def _place(catalog: Catalog, group: str) -> Schema:
    """Where a component of the group stands: as a name, with arguments, or in a list."""
    return {
        "if": {"type": "string"},
        "then": _known(f"words.{group}"),
        "propertyNames": _known(f"words.{group}"),
        "properties": _first_arguments(catalog, members_of(group)),
        "patternProperties": {r"^plugins\.": {}},
        "additionalProperties": reference_to(f"arguments.{group}"),
        "items": reference_to(f"names.{group}"),
    }


def _first_arguments(catalog: Catalog, groups: Iterable[str]) -> dict[str, Schema]:
    """The components whose short form is itself a component: `Activation: relu`."""
    found: dict[str, Schema] = {"Model": reference_to("names.nested"), "plain": {}}
    for entry in (entry for group in groups for entry in entries(catalog, group)):
        first = entry.parameters[0] if entry.parameters else None
        if first is not None and first.group is not None and entry.kind == "class":
            found[entry.name] = {
                **reference_to(f"arguments.{_owner(entry)}"),
                "if": {"type": ["string", "array"]},
                "then": reference_to(f"names.{first.group}"),
            }
    return found


def _owner(entry: Entry) -> str:
    return "layers" if entry.group in LAYER_GROUPS else entry.group


def _arguments(catalog: Catalog, group: str) -> Schema:
    """The arguments that are components, by name: these follow from the name and the owner's group alone."""
    owners = LAYER_GROUPS if group == "layers" else (group,)
    parameters = {
        parameter.name: parameter.group
        for owner in owners
        for entry in entries(catalog, owner)
        for parameter in (*entry.parameters, *entry.base_parameters)
        if parameter.group is not None and not parameter.name.endswith("_map")
    }
    return {"properties": {name: reference_to(f"names.{each}") for name, each in parameters.items()}}


def _entry(catalog: Catalog, others: list[Schema]) -> Schema:
    wiring: Schema = {"enum": list(ENTRY_KEYS)}
    return {
        "if": {"type": "string"},
        "then": _known("words.entry", *others),
        "propertyNames": _known("words.entry", wiring, *others),
        "properties": {**{key: {} for key in ENTRY_KEYS}, **_first_arguments(catalog, LAYER_GROUPS)},
        "patternProperties": {r"^(?!Model$)[A-Z]|^applications\.": reference_to("arguments.layers")},
    }


def _items(name: str) -> Schema:
    return {"items": reference_to(name)}


def _model() -> Schema:
    block = {"properties": {"layers": _items("names.block_entry")}}
    return {
        "properties": {"blocks": {"additionalProperties": block}},
        "if": {"required": ["blocks"]},
        "then": {"properties": {"layers": _items("names.block_entry")}},
        "else": {"properties": {"layers": _items("names.entry")}},
    }


def _section(path: str, place: Place) -> Schema:
    found = {key: _place_names(f"{path}.{key}".lstrip("."), each) for key, each in place.keys.items()}
    known = {key: schema for key, schema in found.items() if schema}
    return {"properties": known} if known else {}


def _place_names(path: str, place: Place) -> Schema:
    """The rule for what stands at a path; empty where no component stands there."""
    place = place_at(path, place)
    if path == "model":
        return reference_to("names.model")
    if path == "fit.phases":
        return {"items": _section(f"{path}.*", PHASE)}
    if place.kind in ("component", "components") and place.group != "sources":
        return reference_to(f"names.{place.group}")
    if place.kind == "by_output":
        group = reference_to(f"names.{place.group}")
        return {"anyOf": [group, {"type": "object", "additionalProperties": {**group, "minProperties": 1}}]}
    if place.kind == "names" and place.each is not None:
        each = _place_names(f"{path}.*", place.each)
        return {"additionalProperties": each} if each else {}
    return _section(path, place) if place.kind == "section" else {}
