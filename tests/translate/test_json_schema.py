"""The JSON Schema against the tables that it is made from."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kerascli.catalog.entries import Entry
from kerascli.spec.key_docs import KEY_DOCS
from kerascli.spec.places import ENTRY_KEYS, MODEL, ROOT, Place
from kerascli.spec.sources import SOURCES
from kerascli.translate.schema_sections import LANGUAGE, place_at, root_keys

from .schema_under_test import CATALOG, SCHEMA, VALIDATOR

GROUPS = [group for group in CATALOG.groups if group != "activations"]


def _components() -> Iterator[tuple[str, Entry]]:
    for group in GROUPS:
        for name in CATALOG.names(group):
            entry = CATALOG.find(group, name)
            assert entry is not None
            if entry.kind != "name":
                yield group, entry


# A valid value of each kind that a required argument takes.
_SAMPLES = {"int": 1, "float": 0.5, "str": "x", "list": [1], "bool": True, "mapping": {}, "null": None}
_OF_GROUP = {"layers": "Flatten", "optimizers": "adam", "schedules": 0.1, "activations": "relu"}


def _minimal(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in entry.parameters:
        if parameter.required:
            kind = next((kind for kind in parameter.types if kind in _SAMPLES), "str")
            found[parameter.name] = parameter.choices[0] if parameter.choices else _SAMPLES[kind]
            if parameter.group is not None:
                found[parameter.name] = _OF_GROUP[parameter.group]
            if entry.name == "LearningRateScheduler":
                found[parameter.name] = {"0": 0.1}
    return found


def _spec_with(group: str, component: Any) -> dict[str, Any]:
    """A spec that holds a component of the group at the place that calls for it."""
    layer = {
        "initializers": "kernel_initializer",
        "regularizers": "kernel_regularizer",
        "constraints": "kernel_constraint",
        "dtype_policies": "dtype",
    }
    if group in ("layers", "ops", "applications"):
        return {"model": {"layers": [component]}}
    if group in layer:
        return {"model": {"layers": [{"Dense": {"units": 1, layer[group]: component}}]}}
    if group == "schedules":
        return {"compile": {"optimizer": {"Adam": {"learning_rate": component}}}}
    if group == "callbacks":
        return {"callbacks": [component]}
    return {"compile": {{"optimizers": "optimizer", "losses": "loss", "metrics": "metrics"}[group]: component}}


@pytest.mark.parametrize("group", GROUPS)
def test_every_component_holds_and_no_unknown_argument_of_it(group: str) -> None:
    members = [entry for each, entry in _components() if each == group]
    assert members
    for entry in members:
        for name in (entry.name, *entry.aliases):
            minimal = _minimal(entry)
            assert VALIDATOR.holds(_spec_with(group, {name: minimal})), name
            assert not VALIDATOR.holds(_spec_with(group, {name: {**minimal, "no_such_argument": 1}})), name
            assert VALIDATOR.holds(_spec_with(group, name)), name
        assert not VALIDATOR.holds(_spec_with(group, {entry.name + "_": {"name": "x"}})), entry.name


@pytest.mark.parametrize("group", GROUPS)
def test_every_default_holds(group: str) -> None:
    for each, entry in _components():
        if each == group:
            for parameter in (*entry.parameters, *entry.base_parameters):
                if parameter.has_default and parameter.default is not None:
                    component = {entry.name: {**_minimal(entry), parameter.name: parameter.default}}
                    assert VALIDATOR.holds(_spec_with(group, component)), (entry.name, parameter.name)


def test_every_argument_of_the_catalog_stands_in_the_schema() -> None:
    for group, entry in _components():
        name = entry.name if entry.name.startswith(f"{group}.") else f"{group}.{entry.name}"
        definition = SCHEMA["$defs"][name]
        expected = [parameter.name for parameter in (*entry.parameters, *entry.base_parameters)]
        assert list(definition["properties"]) == expected
        assert definition["additionalProperties"] is False


def test_every_source_holds_and_no_unknown_argument_of_it() -> None:
    for name, source in SOURCES.items():
        minimal = {p.name: _SAMPLES[p.types[0]] for p in source.parameters if p.required}
        assert VALIDATOR.holds({"data": {"source": {name: minimal}}}), name
        # The arguments of some are fields of the user's own, each with a file.
        assert not VALIDATOR.holds({"data": {"source": {name: {**minimal, "no_such_argument": 1}}}}), name


def _sections(path: tuple[str, ...], place: Place) -> Iterator[tuple[tuple[str, ...], Place]]:
    """Every section below a place, by the path of an example of it."""
    place = place_at(".".join(path), place)
    if place.kind == "section":
        yield path, place
        for key, each in place.keys.items():
            yield from _sections((*path, key), each)
    elif place.kind == "names" and place.each is not None:
        yield from _sections((*path, "*"), place.each)
    elif place.kind == "sections":
        yield from _sections((*path, "[]"), Place("section", keys=place.keys))


def _at(path: tuple[str, ...], value: Any) -> Any:
    for key in reversed(path):
        value = [value] if key == "[]" else {"some" if key == "*" else key: value}
    return value


SECTIONS = [item for key, place in root_keys().items() for item in _sections((key,), place)]


@pytest.mark.parametrize(("path", "place"), SECTIONS, ids=[".".join(path) for path, _ in SECTIONS])
def test_no_section_takes_an_unknown_key(path: tuple[str, ...], place: Place) -> None:
    assert VALIDATOR.holds(_at(path, {}))
    assert not VALIDATOR.holds(_at(path, {"no_such_key": 1}))
    for key in place.keys:
        assert VALIDATOR.holds(_at(path, {key: "$x"})), key
        assert VALIDATOR.holds(_at(path, {f"~{key}": None})), key
        assert not VALIDATOR.holds(_at(path, {key + "_": "$x"})), key


def test_the_schema_has_the_keys_of_the_table_of_places() -> None:
    assert {path[0] for path, _ in SECTIONS} == {
        "data",
        "model",
        "compile",
        "fit",
        "checkpoints",
        "logs",
        "check",
        "performance",
        "tune",
        "distribute",
    }
    own = {path for path in LANGUAGE if "." not in path}
    assert set(SCHEMA["properties"]) == set(ROOT.keys) | own
    assert set(SCHEMA["$defs"]["model"]["properties"]) == set(MODEL.keys)
    assert set(SCHEMA["$defs"]["entry"]["anyOf"][2]["properties"]) >= set(ENTRY_KEYS)


def test_the_command_writes_the_schema_and_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys, atexit\n"
        "heavy = {'tensorflow', 'keras', 'numpy', 'matplotlib', 'pyarrow'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules))))\n"
        "sys.argv = ['kerascli', 'schema', '-o', 'schema.json']\n"
        "from kerascli.cli.main import main\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
    assert json.loads((tmp_path / "schema.json").read_text(encoding="utf-8")) == SCHEMA


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kerascli", "schema", "-o", str(tmp_path / "no" / "schema.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 5
    assert "can't write" in done.stderr


def test_every_key_is_described() -> None:
    def keys(path: str, place: Place) -> Iterator[str]:
        place = place_at(path, place)
        if place.kind == "section":
            for key, each in place.keys.items():
                yield f"{path}.{key}"
                yield from keys(f"{path}.{key}", each)
        elif place.kind == "names" and place.each is not None:
            yield from keys(f"{path}.*", place.each)
        elif place.kind == "sections":
            yield from keys(f"{path}.*", Place("section", keys=place.keys))

    every = {path for key, place in root_keys().items() for path in (key, *keys(key, place))}
    every |= {f"model.layers.*.{key}" for key in ENTRY_KEYS}
    assert every <= set(KEY_DOCS)
    # What stands there beside it is of keys that the table of places leaves free.
    assert all(".pad." in path or ".missing." in path for path in set(KEY_DOCS) - every)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


def test_every_reference_leads_to_a_definition_and_every_definition_is_used() -> None:
    used = set(_references(SCHEMA))
    for reference in used:
        assert VALIDATOR.resolve(reference) is not None
    names = {reference.split("/")[2] for reference in used}
    assert names == set(SCHEMA["$defs"])
