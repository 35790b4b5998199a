"""The sections of a spec as JSON Schemas, made from the table of places."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kerascli.spec.key_docs import KEY_DOCS
from kerascli.spec.places import MODEL, ROOT, Place
from kerascli.translate.schema_values import (
    FREE,
    REFERENCE,
    SHORT_FORMS,
    VALUE_FORMS,
    Schema,
    described,
    either,
    of_kinds,
    one_or_list,
    reference_to,
    section,
)

_VALUE = Place()

# Keys whose form the language lays down while the table of places calls them `free` or a plain value.
LANGUAGE: Mapping[str, Place] = {
    "extends": _VALUE,
    "vars": Place("free"),
    "override": Place("free"),
    "plugins": _VALUE,
    "data.window": Place(
        "section",
        keys=dict.fromkeys(("sequence_length", "sequence_stride", "sampling_rate", "horizon", "group"), _VALUE),
    ),
}


def place_at(path: str, place: Place) -> Place:
    """The place, or what the language says of it where the table leaves its form open."""
    return LANGUAGE.get(path, place) if place.kind in ("free", "value") else place


def root_keys() -> dict[str, Place]:
    """The top-level keys: those of the table, and those of the language that are only read before it."""
    return {**ROOT.keys, **{path: place for path, place in LANGUAGE.items() if "." not in path}}


def section_schemas() -> dict[str, Schema]:
    """Each top-level key with what it takes."""
    return {key: schema_of(key, place) for key, place in root_keys().items() if key != "model"} | {
        "model": described(reference_to("model"), KEY_DOCS.get("model"))
    }


def model_schema() -> Schema:
    """The `model` section, which nested models are written as too."""
    return {"title": "model", **schema_of("model", MODEL)}


def schema_of(path: str, place: Place) -> Schema:
    """What stands at a path, with its description and default."""
    place = place_at(path, place)
    form = _FORMS[place.kind](path, place)
    if path in SHORT_FORMS and place.kind != "value":
        form = either(form, SHORT_FORMS[path])
    return described(form, KEY_DOCS.get(path), place.default)


def _sections(path: str, place: Place) -> Schema:
    each = schema_of(f"{path}.*", Place("section", keys=place.keys))
    return {"type": ["array", "string"], "pattern": REFERENCE, "items": each}


def _value(path: str, place: Place) -> Schema:
    if path in VALUE_FORMS:
        return VALUE_FORMS[path]
    default = place.default
    if isinstance(default, bool):
        return of_kinds(["bool"])
    return of_kinds(["int"]) if isinstance(default, int) else {}


def _free(path: str, place: Place) -> Schema:
    del place
    if path == "logs.tensorboard":
        return reference_to("callbacks.TensorBoard")
    return VALUE_FORMS.get(path, FREE)


def _section(path: str, place: Place) -> Schema:
    keys = {key: schema_of(f"{path}.{key}", each) for key, each in place.keys.items()}
    found = section(keys)
    return either(found, reference_to("sources")) if path in ("data.validation", "data.test") else found


def _names(path: str, place: Place) -> Schema:
    each = schema_of(f"{path}.*", place.each if place.each is not None else _VALUE)
    return {
        "type": ["object", "null", "string"],
        "pattern": REFERENCE,
        "patternProperties": {"^~": {}},
        "additionalProperties": each,
    }


def _component(path: str, place: Place) -> Schema:
    if path == "model.base.from":
        return either(reference_to("layers"), {"type": "string"})
    return reference_to(place.group or "layers")


def _components(path: str, place: Place) -> Schema:
    del path
    return either(one_or_list(reference_to(place.group or "layers")), {"type": "null"})


def _by_output(path: str, place: Place) -> Schema:
    """A component, a list, or a mapping from output to these."""
    del path
    group = reference_to(place.group or "losses")
    each = either(group, {"type": ["null"]}, {"type": "array", "items": group})
    mapping: Schema = {"type": "object", "patternProperties": {"^~": {}}, "additionalProperties": each}
    return either(group, {"type": ["null"]}, {"type": "array", "items": each}, mapping)


def _entries(path: str, place: Place) -> Schema:
    del path, place
    return {"type": ["array", "string"], "pattern": REFERENCE, "items": reference_to("entry")}


def _entry(path: str, place: Place) -> Schema:
    del path, place
    return reference_to("entry")


_FORMS: Mapping[str, Callable[[str, Place], Schema]] = {
    "value": _value,
    "free": _free,
    "section": _section,
    "sections": _sections,
    "names": _names,
    "component": _component,
    "components": _components,
    "by_output": _by_output,
    "entries": _entries,
    "entry": _entry,
}
