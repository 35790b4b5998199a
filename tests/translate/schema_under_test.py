"""The JSON Schema that the tests look at, and whether a text holds under it."""

from __future__ import annotations

from typing import Any

from kerascli.catalog import load_catalog, load_docs
from kerascli.errors import SourceText
from kerascli.spec.nodes import plain
from kerascli.spec.yaml_loader import load_nodes
from kerascli.translate.json_schema import json_schema

from .small_validator import SmallValidator

CATALOG = load_catalog()
SCHEMA = json_schema(CATALOG, load_docs())
VALIDATOR = SmallValidator(SCHEMA)


def as_json(value: Any) -> Any:
    """What an editor sees of a YAML value: keys are text."""
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


def read(text: str) -> Any:
    node = load_nodes(SourceText("spec.yaml", text))
    return as_json(plain(node)) if node is not None else None


def holds(text: str) -> bool:
    return VALIDATOR.holds(read(text))
