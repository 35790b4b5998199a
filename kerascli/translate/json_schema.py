"""The whole language as one JSON Schema, for editors that complete and check specs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerascli.translate.schema_components import component_definitions
from kerascli.translate.schema_entries import entry_schema
from kerascli.translate.schema_groups import group_definitions
from kerascli.translate.schema_names import keras_only, name_definitions
from kerascli.translate.schema_sections import model_schema, section_schemas
from kerascli.translate.schema_sources import source_definitions
from kerascli.translate.schema_values import Schema, removal

if TYPE_CHECKING:
    from kerascli.catalog import Catalog
    from kerascli.translate.schema_components import Docs

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(catalog: Catalog, docs: Docs) -> Schema:
    """The JSON Schema (draft 2020-12) of a spec.

    Unknown keys and unknown arguments do not hold. Nothing is required at the top: a file may be the base of another.

    Args:
        catalog: What the installed Keras offers.
        docs: What its docstrings say.
    """
    sections = section_schemas()
    return {
        "$schema": DRAFT,
        "$id": f"urn:kerascli:spec:1:keras-{catalog.version}",
        "title": "kerascli spec",
        "description": f"A kerascli spec, with the components of Keras {catalog.version}.",
        "type": ["object", "null"],
        "properties": sections,
        "patternProperties": {"^x-": {}, removal(sections): {}},
        "additionalProperties": False,
        "if": {"anyOf": [{"required": ["plugins"]}, {"required": ["extends"]}]},
        "then": {},
        "else": {"$ref": "#/$defs/keras_only"},
        "$defs": {
            "model": model_schema(),
            "entry": entry_schema(catalog, docs),
            **component_definitions(catalog, docs),
            **group_definitions(catalog, docs),
            **source_definitions(),
            **name_definitions(catalog),
            "keras_only": keras_only(),
        },
    }
