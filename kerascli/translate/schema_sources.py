"""The data sources as JSON Schemas: the arguments of each, and the choice of one."""

from __future__ import annotations

from kerascli.spec.sources import SOURCES, SYNTHETIC_DISTRIBUTIONS, SourceEntry
from kerascli.translate.schema_values import (
    COUNT,
    REFERENCE,
    SHAPE,
    Schema,
    described,
    listed,
    of_kinds,
    reference_to,
    removal,
    section,
)


def source_definitions() -> dict[str, Schema]:
    """The definitions `sources.NAME`, and `sources` for a place that takes one of them."""
    return {f"sources.{name}": _source(entry) for name, entry in SOURCES.items()} | {"sources": _sources()}


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


def _source(entry: SourceEntry) -> Schema:
    """The arguments of one data source."""
    properties = {
        parameter.name: described(of_kinds(parameter.types), parameter.help, parameter.default)
        for parameter in entry.parameters
    }
    if entry.name == "synthetic":
        properties["fields"] = {**properties["fields"], "additionalProperties": _synthetic_field()}
    found: Schema = described({"title": f"source {entry.name}"}, entry.summary)
    first = of_kinds(entry.parameters[0].types) if entry.parameters else {}
    types = ["object", "null", "string", *listed(first.get("type", []))]
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
