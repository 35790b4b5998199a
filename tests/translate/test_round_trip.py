"""A model, saved, converted and built from the spec, is the same model."""

from __future__ import annotations

from pathlib import Path

import pytest

from .hand_made import MODELS
from .round_trip import assert_same_model, assert_same_outputs, there_and_back


@pytest.mark.parametrize("name", MODELS)
def test_hand_made_models_come_back(name: str, tmp_path: Path) -> None:
    model = MODELS[name]()
    back = there_and_back(model, tmp_path)
    renames = {one.old: one.new for one in back.conversion.renames if not one.model}
    assert_same_model(model, back.model, renames)
    assert_same_outputs(model, back.model)
