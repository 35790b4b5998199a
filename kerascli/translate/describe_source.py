"""Describes a data source, out of the table of sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerascli.spec.sources import SOURCES, SourceEntry
from kerascli.translate.descriptions import Description, ParameterRow
from kerascli.translate.flow_yaml import flow

_WORDS = {"int": "int", "float": "number", "bool": "true or false", "str": "text"}
# By the name of the source; others get the first parameter alone.
_EXAMPLES: Mapping[str, Any] = {
    "csv": {"csv": {"path": "table.csv", "separator": ";"}},
    "parquet": {"parquet": "table.parquet"},
    "jsonl": {"jsonl": "rows.jsonl"},
    "tfrecord": {"tfrecord": {"path": "part-*.tfrecord", "features": {"x": {"shape": [8]}, "y": "float32"}}},
    "images": {"images": {"folder": "photos", "size": [128, 128]}},
    "text": {"text": "reviews"},
    "npz": {"npz": "arrays.npz"},
    "npy": {"npy": {"x": "x.npy", "y": "y.npy"}},
    "synthetic": {"synthetic": {"samples": 64, "fields": {"x": {"shape": [8]}, "y": {"shape": [1]}}}},
}


def describe_source(entry: SourceEntry) -> Description:
    """What a source reads and takes, with an example."""
    facts = [f"Its fields: {', '.join(f'`{name}`' for name in entry.fields)}."] if entry.fields else []
    if entry.has_test:
        facts.append("It brings a test split of its own.")
    if entry.any_name:
        facts.append("Any other argument is a field's name with its file.")
    return Description(
        kind="source",
        name=entry.name,
        group="sources",
        what="data source",
        summary=source_summary(entry),
        text=tuple([" ".join(facts)] if facts else []),
        parameters=tuple(
            ParameterRow(
                parameter.name,
                " or ".join(_WORDS.get(word, word) for word in parameter.types),
                ""
                if parameter.required or (parameter.default is None and parameter.is_path)
                else flow(parameter.default),
                parameter.required,
                _sentence(parameter.help),
            )
            for parameter in entry.parameters
        ),
        example=f"data:\n  source: {flow(_EXAMPLES.get(entry.name, _shortest(entry)))}\n",
    )


def source_summary(entry: SourceEntry) -> str:
    """What a source is, in a sentence."""
    return _sentence(entry.summary)


def _shortest(entry: SourceEntry) -> Any:
    return {entry.name: "files"} if any(parameter.required for parameter in entry.parameters) else entry.name


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!")) else ".") if text else ""


def all_sources() -> tuple[SourceEntry, ...]:
    """Every source, in the order of the table."""
    return tuple(SOURCES.values())
