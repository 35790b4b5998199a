"""The entries of `layers` as a JSON Schema: one layer, operation, model or block, and beside it how it is wired."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING

from kerascli.spec.key_docs import KEY_DOCS
from kerascli.spec.places import ENTRY_KEYS
from kerascli.translate.schema_components import definition_name, entries
from kerascli.translate.schema_groups import LAYER_GROUPS, PLUGIN_CLASS, alias_keys, name_forms
from kerascli.translate.schema_values import (
    NAME,
    REFERENCE,
    TEXT,
    TRUTH,
    Schema,
    described,
    either,
    minimum,
    of_kinds,
    one_of_names,
    reference_to,
)

if TYPE_CHECKING:
    from kerascli.catalog import Catalog
    from kerascli.translate.schema_components import Docs

# What `inputs` takes: names, lists of them, and constants for arguments of the call.
_INPUTS: Schema = {"type": ["string", "array", "object"]}
_FORMS = {
    "name": {"type": "string", "pattern": rf"^{NAME}$|{REFERENCE}"},
    "inputs": _INPUTS,
    "repeat": either(minimum(of_kinds(["int"]), 0), {"type": "object", "maxProperties": 1}),
    "trainable": TRUTH,
    "weights": TEXT,
    "layer": TEXT,
    "path": TEXT,
}


def entry_schema(catalog: Catalog, docs: Docs) -> Schema:
    """One entry of `layers`, with any name for a plugin's layer or a block."""
    members = [entry for group in LAYER_GROUPS for entry in entries(catalog, group)]
    keys = {entry.name: reference_to(definition_name(entry)) for entry in members}
    keys |= {"Model": reference_to("model"), "Parameter": reference_to("layers.Parameter")}
    patterns = alias_keys(keys, members)
    others = rf"^{NAME}$|{PLUGIN_CLASS}"
    mapping: Schema = {
        "type": "object",
        "properties": {**wiring_keys(), **keys},
        "patternProperties": {**patterns, others: {}},
        "additionalProperties": False,
        "allOf": [_one_layer()],
    }
    return {"anyOf": [*name_forms(members, docs, "layers", others), mapping]}


def wiring_keys() -> dict[str, Schema]:
    """The keys beside a layer, those of the table in `spec.places`."""
    return {key: described(_FORMS.get(key, {}), KEY_DOCS.get(f"model.layers.*.{key}")) for key in ENTRY_KEYS}


def _one_layer() -> Schema:
    """An entry has one layer and any wiring; JSON Schema can't count by pattern, so each set of wiring is listed.

    `layer` stands in the place of a layer.
    """
    wiring = [key for key in ENTRY_KEYS if key != "layer"]
    sets = chain.from_iterable(combinations(wiring, size) for size in range(len(wiring) + 1))
    within = [{"required": list(keys), "maxProperties": len(keys) + 1} for keys in sets]
    message = "an entry has one layer: a key here is misspelt, or indented too little, or wants a '-' of its own"
    return {
        "if": {"anyOf": within, "not": {"propertyNames": {"pattern": one_of_names(wiring)}}},
        "then": {},
        # No mapping is text: the one way to a message of our own in editors.
        "else": {"type": "string", "errorMessage": message},
    }
