"""Every example that `describe` shows is valid: the real parser reads it without a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from kerascli.catalog import Entry, load_catalog
from kerascli.errors import SourceText, SpecError
from kerascli.spec.key_docs import KEY_DOCS
from kerascli.spec.load import load_spec
from kerascli.spec.nodes import Mapping, plain
from kerascli.spec.sources import SOURCES
from kerascli.spec.yaml_loader import load_nodes
from kerascli.translate.describe_key import describe_key
from kerascli.translate.describe_source import describe_source
from kerascli.translate.examples import example_of
from kerascli.translate.flow_yaml import flow

MODEL = "model: {inputs: {x: [8]}, layers: [{Dense: {units: 1, name: y}}]}\n"
IMAGE = "model: {inputs: {image: [28, 28]}, layers: [Flatten, {Dense: {units: 1, name: label}}]}\n"


def faults(text: str, folder: Path, *, trust: bool = False) -> list[str]:
    root = load_nodes(SourceText("example", text))
    assert isinstance(root, Mapping)
    if "model" not in set(root.keys()):
        text += IMAGE if "source: mnist" in text else MODEL
    path = folder / "spec.yaml"
    path.write_text(text)
    try:
        load_spec(path, trust=trust)
    except SpecError as error:
        # A part of the language that is still to come is no fault of the example.
        if any(fault.code == "not-supported" for fault in error.diagnostics):
            return []
        return [f"{fault.code}: {fault.message}" for fault in error.diagnostics]
    return []


def _entries() -> list[Entry]:
    catalog = load_catalog()
    found = [catalog.find(group, name) for group in catalog.groups for name in catalog.names(group)]
    return [entry for entry in found if entry is not None]


def test_every_component_has_an_example_or_a_reason(tmp_path: Path) -> None:
    wrong: dict[str, list[str]] = {}
    for entry in _entries():
        example = example_of(entry)
        assert example.yaml or len(example.note) > 10, entry.path
        # A name of Keras's own stands in it, as a word of its own.
        assert not example.yaml or entry.name in example.yaml, entry.path
        found = faults(example.yaml, tmp_path, trust="--trust" in example.note) if example.yaml else []
        if found:
            wrong[entry.path] = found
    assert wrong == {}


def test_few_are_without_an_example() -> None:
    without = [entry for entry in _entries() if not example_of(entry).yaml]
    assert len(without) <= 41
    assert {entry.group for entry in without} <= {"ops", "layers", "callbacks", "metrics", "activations"}


@pytest.mark.parametrize("name", SOURCES)
def test_sources(name: str, tmp_path: Path) -> None:
    text = describe_source(SOURCES[name]).example
    assert f"source: {name}" in text or f"{{{name}: " in text
    # The plugin that holds the function of a `python` source is the reader's.
    assert [one for one in faults(text, tmp_path) if not one.startswith("unknown-function: no plugin")] == []


@pytest.mark.parametrize("path", KEY_DOCS)
def test_keys(path: str, tmp_path: Path) -> None:
    description = describe_key(path)
    assert description.summary.endswith((".", ")"))
    if path in ("extends", "override", "plugins", "model.class", "model.base", "model.weights"):
        # They need other files; their own tests read some.
        return
    (tmp_path / "base.yaml").write_text(MODEL)
    assert description.example
    assert faults(description.example, tmp_path) == [] or path.startswith(("model.base.", "model.weights."))


@pytest.mark.parametrize(
    "value",
    ["a b", "1/255", "yes", "1e-3", "017", "{x}", "a: b", "it's", "", " x", "x ", "null", "a,b", "#", "-", "own/{epoch}.keras", "b h w -> b w h"],
)  # fmt: skip
def test_flow_text_is_read_back(value: str) -> None:
    for whole in ({"a": value}, {"a": [value, 1]}, {value: 1}):
        root = load_nodes(SourceText("x", flow(whole)))
        assert isinstance(root, Mapping)
        assert plain(root) == whole
