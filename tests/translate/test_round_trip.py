"""A model, saved, converted and built from the spec, is the same model."""

from __future__ import annotations

from pathlib import Path

import keras
import pytest

from kerascli.catalog import load_catalog
from kerascli.catalog.samples import sample_arguments
from kerascli.spec.keras_config.masks import PASS_ON

from .hand_made import MODELS, activation_functions
from .round_trip import assert_same_model, assert_same_outputs, there_and_back


@pytest.mark.parametrize("name", MODELS)
def test_hand_made_models_come_back(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    back = there_and_back(model, tmp_path)
    renames = {one.old: one.new for one in back.conversion.renames if not one.model}
    assert_same_model(model, back.model, renames)
    assert_same_outputs(model, back.model)


def test_functions_that_are_no_operations_become_layers(tmp_path: Path) -> None:
    model = activation_functions()
    back = there_and_back(model, tmp_path)
    assert_same_outputs(model, back.model)
    assert [layer.component.name for layer in back.conversion.model.model.layers] == ["ReLU", "Dense"]
    assert len(back.conversion.remarks) == 1


def test_masks_that_follow_from_the_layers_are_not_written(tmp_path: Path) -> None:
    text = there_and_back(MODELS["masks"](), tmp_path).text
    assert "not_equal" not in text and "mask:" not in text


def test_a_mask_of_ones_own_is_written(tmp_path: Path) -> None:
    text = there_and_back(MODELS["masks_by_hand"](), tmp_path).text
    assert "ops.not_equal: 2" in text and "mask: not_equal" in text


@pytest.mark.parametrize("name", sorted(PASS_ON))
def test_these_layers_pass_masks_on(name: str) -> None:
    entry = load_catalog().find("layers", name)
    assert entry is not None
    needed = sample_arguments(name, [parameter.name for parameter in entry.parameters if parameter.required], keras)
    layer = getattr(keras.layers, name)(**needed)
    assert layer.supports_masking and type(layer).compute_mask is keras.layers.Layer.compute_mask
