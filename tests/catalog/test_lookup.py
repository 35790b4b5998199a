"""Names, second names, aliases and suggestions, on the shipped catalog."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from kerascli import catalog as catalog_room
from kerascli.catalog import Operation, load_catalog, load_docs

FOLDER = Path(catalog_room.__file__).parent


def test_the_shipped_catalog_is_that_of_the_pinned_keras() -> None:
    assert load_catalog().version == version("keras") == "3.15.1"


@pytest.mark.parametrize(
    ("group", "name", "canonical"),
    [
        ("layers", "Dense", "Dense"),
        ("layers", "MaxPool2D", "MaxPooling2D"),
        ("layers", "GlobalMaxPool1D", "GlobalMaxPooling1D"),
        ("layers", "GroupQueryAttention", "GroupQueryAttention"),
        ("losses", "mse", "MeanSquaredError"),
        ("losses", "MSE", "MeanSquaredError"),
        ("losses", "kld", "KLDivergence"),
        ("losses", "binary_crossentropy", "BinaryCrossentropy"),
        ("metrics", "mse", "MeanSquaredError"),
        ("metrics", "f1_score", "F1Score"),
        ("metrics", "Accuracy", "Accuracy"),
        ("optimizers", "adam", "Adam"),
        ("optimizers", "sgd", "SGD"),
        ("initializers", "he_normal", "HeNormal"),
        ("initializers", "zero", "Zeros"),
        ("initializers", "IdentityInitializer", "Identity"),
        ("regularizers", "l1_l2", "L1L2"),
        ("constraints", "max_norm", "MaxNorm"),
        ("activations", "relu", "relu"),
        ("activations", "swish", "silu"),
        ("ops", "ops.add", "ops.add"),
        ("ops", "ops.numpy.add", "ops.add"),
        ("ops", "ops.nn.swish", "ops.silu"),
        ("ops", "ops.image.resize", "ops.image.resize"),
        ("applications", "applications.ResNet50", "applications.ResNet50"),
        ("dtype_policies", "mixed_bfloat16", "mixed_bfloat16"),
    ],
)
def test_a_name_finds_its_entry(group: str, name: str, canonical: str) -> None:
    entry = load_catalog().find(group, name)
    assert entry is not None
    assert (entry.group, entry.name) == (group, canonical)
    assert name == canonical or name in entry.aliases


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("layers", "dense"),
        ("layers", "Layer"),
        ("layers", "InputLayer"),
        ("optimizers", "Optimizer"),
        ("callbacks", "CallbackList"),
        ("metrics", "accuracy"),
        ("ops", "add"),
        ("applications", "ResNet50"),
        ("dtype_policies", "float23"),
        ("no_such_group", "Dense"),
    ],
)
def test_what_is_no_name_of_the_group_is_not_found(group: str, name: str) -> None:
    assert load_catalog().find(group, name) is None


@pytest.mark.parametrize(
    ("group", "name", "suggestion"),
    [
        ("layers", "dense", "Dense"),
        ("layers", "Denes", "Dense"),
        ("layers", "maxpool2d", "MaxPool2D"),
        ("layers", "Conv2d", "Conv2D"),
        ("ops", "concatenate", "ops.concatenate"),
        ("ops", "ops.concat", "ops.concatenate"),
        ("applications", "Resnet50", "applications.ResNet50"),
        ("optimizers", "adm", "adam"),
        ("losses", "mean_square_error", "mean_squared_error"),
        ("layers", "xyzzy", None),
        ("no_such_group", "Dense", None),
    ],
)
def test_the_nearest_right_word_is_suggested(group: str, name: str, suggestion: str | None) -> None:
    assert load_catalog().suggest(group, name) == suggestion


def test_groups_of_a_name_come_in_the_catalogs_order() -> None:
    assert load_catalog().groups_of("CategoricalCrossentropy") == ("losses", "metrics")
    assert load_catalog().groups_of("xyzzy") == ()


def test_metrics_that_keras_resolves_by_shape_are_no_classes() -> None:
    assert load_catalog().special_metrics == ("accuracy", "acc", "crossentropy", "ce")


def test_directions_are_keras_own() -> None:
    catalog = load_catalog()
    directions = {name: catalog.find("metrics", name) for name in ("AUC", "MeanSquaredError", "Mean", "F1Score")}
    assert {name: entry and entry.direction for name, entry in directions.items()} == {
        "AUC": "max",
        "MeanSquaredError": "min",
        "Mean": None,
        "F1Score": "max",
    }


def test_every_alias_names_an_entry_and_every_entry_is_readable() -> None:
    catalog = load_catalog()
    rows = json.loads((FOLDER / f"keras-{catalog.version}.json").read_bytes())
    for group in catalog.groups:
        for name in (*catalog.names(group), *rows["aliases"][group]):
            entry = catalog.find(group, name)
            assert entry is not None
            assert entry.path.startswith("keras.")
            names = [parameter.name for parameter in (*entry.parameters, *entry.base_parameters)]
            assert len(names) == len(set(names)), entry.name
            for parameter in entry.parameters:
                assert not (parameter.required and parameter.has_default)


def test_docs_stand_for_every_entry_but_plain_names() -> None:
    catalog, docs = load_catalog(), load_docs()
    for group in catalog.groups:
        entries = [catalog.find(group, name) for name in catalog.names(group)]
        assert set(docs[group]) == {entry.name for entry in entries if entry is not None and entry.kind != "name"}
    dense = docs["layers"]["Dense"]
    assert dense["summary"] == "Just your regular densely-connected NN layer."
    assert dense["parameters"]["units"].startswith("Positive integer")
    assert "\n\nArgs:\n" in dense["text"]


def test_looking_names_up_imports_neither_keras_nor_numpy() -> None:
    code = (
        "import sys; from kerascli.catalog import Operation, load_catalog, load_docs; "
        "load_catalog().find('layers', 'Dense'); load_catalog().suggest('layers', 'Dens'); load_docs(); "
        "print([m for m in ('keras', 'tensorflow', 'numpy', 'subprocess', 'platformdirs') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parents[1]
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("path", "function", "config", "call"),
    [
        ("keras.src.ops.numpy.Mean", "ops.mean", {"axis": "axis", "keepdims": "keepdims"}, ("x",)),
        ("keras.src.ops.numpy.GetItem", "ops.get_item", {}, ("x", "key")),
        ("keras.src.ops.numpy.Einsum", "ops.einsum", {"subscripts": "subscripts"}, ("*operands",)),
    ],
)
def test_a_saved_operation_names_its_function(
    path: str, function: str, config: dict[str, str], call: tuple[str, ...]
) -> None:
    assert load_catalog().operation(path) == Operation(function, config, call)


def test_layers_that_only_applications_hold_are_known() -> None:
    entry = load_catalog().find("layers", "applications.convnext.LayerScale")
    assert entry is not None and [p.name for p in entry.parameters] == ["init_values", "projection_dim"]
