"""The shipped catalog against the installed Keras itself."""

from __future__ import annotations

import importlib
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kerascli import catalog as catalog_room
from kerascli.catalog import Entry, load_catalog
from kerascli.catalog.loading import catalog_file, docs_file

from . import refusals
from .test_no_false_refusal import WRONG_DOCS

FOLDER = Path(catalog_room.__file__).parent


@pytest.fixture(scope="module")
def keras() -> Any:
    return importlib.import_module("keras")


def _entries() -> list[Entry]:
    catalog = load_catalog()
    found = [catalog.find(group, name) for group in catalog.groups for name in catalog.names(group)]
    return [entry for entry in found if entry is not None]


def _member(entry: Entry) -> Any:
    module, _, attribute = entry.path.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def test_every_path_imports_what_it_says(keras: Any) -> None:
    wrong = [entry.path for entry in _entries() if inspect.isclass(_member(entry)) != (entry.kind in ("class", "name"))]
    assert wrong == []


def test_every_parameter_is_keras_own(keras: Any) -> None:
    for entry in _entries():
        member = _member(entry)
        target = member.__init__ if inspect.isclass(member) else member
        if entry.kind == "name" or target is object.__init__:
            continue
        own = inspect.signature(target).parameters
        for parameter in entry.parameters:
            assert parameter.name in own, entry.path
            assert parameter.required == (own[parameter.name].default is inspect.Parameter.empty), entry.path


@pytest.mark.parametrize(
    "group", ["losses", "optimizers", "initializers", "regularizers", "constraints", "activations"]
)
def test_aliases_mean_what_they_mean_to_keras(keras: Any, group: str) -> None:
    catalog = load_catalog()
    rows = json.loads((FOLDER / catalog_file(catalog.version)).read_bytes())["aliases"][group]
    for alias, canonical in rows.items():
        entry = catalog.find(group, canonical)
        assert entry is not None
        if hasattr(getattr(keras, group), alias) and inspect.isclass(getattr(getattr(keras, group), alias)):
            # A second exported name, which Keras's `get` need not know.
            assert getattr(getattr(keras, group), alias) is _member(entry)
            continue
        try:
            made = getattr(keras, group).get(alias)
        except (KeyError, TypeError, ValueError):
            # Known by this name, but it needs arguments.
            assert any(parameter.required for parameter in entry.parameters), alias
            continue
        names = {getattr(made, "__name__", None), type(made).__name__}
        loss = _member(entry)() if group == "losses" else None
        assert canonical in names or (loss is not None and getattr(loss, "fn", None) is made), alias


def test_layers_of_real_models_pass(keras: Any) -> None:
    """What `get_config` says is what Keras takes."""
    models = [
        keras.applications.MobileNetV3Small(weights=None, input_shape=(32, 32, 3)),
        keras.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3), alpha=0.35),
    ]
    wrong, seen = set(), set()
    for layer in (layer for model in models for layer in model.layers):
        entry = load_catalog().find("layers", type(layer).__name__)
        if entry is None:
            continue
        seen.add(entry.name)
        own = {name: value for name, value in layer.get_config().items() if entry.parameter(name) is not None}
        wrong |= {reason for name, value in own.items() if (reason := refusals.refusal(entry, name, value))}
    assert len(seen) >= 12
    assert wrong == set()


@pytest.mark.parametrize(
    "make",
    [
        lambda keras: keras.layers.CutMix(value_range=[0, 1]),
        lambda keras: keras.layers.RandomGrayscale(value_range=[0, 1]),
        lambda keras: keras.metrics.OneHotIoU(2, [0], target_class_id=1),
        lambda keras: keras.layers.DepthwiseConv1D(3, 3, padding=2)(keras.KerasTensor((2, 8, 4))),
        lambda keras: keras.layers.SeparableConv1D(3, 3, padding=2)(keras.KerasTensor((2, 8, 4))),
        lambda keras: keras.layers.SeparableConv2D(3, 3, padding=2)(keras.KerasTensor((2, 8, 8, 4))),
    ],
)
def test_keras_refuses_some_of_its_own_examples(keras: Any, make: Any) -> None:
    assert len(WRONG_DOCS) == 6
    with pytest.raises((ValueError, TypeError, AttributeError)):
        make(keras)


@pytest.mark.parametrize("name", ["Add", "Concatenate", "MultiHeadAttention", "Dense", "Attention"])
def test_a_list_of_inputs_goes_where_the_catalog_says(keras: Any, name: str) -> None:
    entry = load_catalog().find("layers", name)
    assert entry is not None
    assert entry.call is not None
    arguments = {"MultiHeadAttention": {"num_heads": 2, "key_dim": 2}, "Dense": {"units": 2}}.get(name, {})
    layer = getattr(keras.layers, name)(**arguments)
    tensors = [keras.KerasTensor((2, 8, 4)) for _ in range(2 if name != "Dense" else 1)]
    assert layer(tensors) is not None if entry.call.takes_list else layer(*tensors) is not None


@pytest.mark.long
def test_the_shipped_files_are_what_the_installed_keras_gives(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parents[1])}
    command = [sys.executable, "-m", "kerascli.catalog.introspect", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    for name in (catalog_file(load_catalog().version), docs_file(load_catalog().version)):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()
