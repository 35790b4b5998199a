"""Applications of Keras, saved, converted and built from the spec."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import keras
import pytest

from kerascli import load_spec
from kerascli.check import check_spec

from .round_trip import assert_same_model, assert_same_outputs, there_and_back

# The smallest inputs that Keras lets pass; 32 where it says nothing.
SMALLEST = {"InceptionV3": 75, "InceptionResNetV2": 75, "Xception": 71}
ALL = sorted(name for name, value in vars(keras.applications).items() if inspect.isfunction(value))
# Depthwise and squeezed, hard activations, plain residuals; the others are among the long tests.
QUICK = (
    ("EfficientNetB0", True),
    ("MobileNet", True),
    ("MobileNetV3Small", True),
    ("ResNet50", True),
)


def test_all_are_listed() -> None:
    assert len(ALL) > 35


def application(name: str, *, include_top: bool) -> Any:
    """The application with random weights on the smallest image."""
    size = SMALLEST.get(name, 32)
    arguments = {"classes": 7} if include_top else {}
    return getattr(keras.applications, name)(
        weights=None, include_top=include_top, input_shape=(size, size, 3), **arguments
    )


def check(name: str, include_top: bool, folder: Path) -> None:
    model = application(name, include_top=include_top)
    back = there_and_back(model, folder)
    assert back.conversion.renames == () and back.conversion.remarks == ()
    assert check_spec(load_spec(folder / "spec.yaml")) == ()
    assert_same_model(model, back.model)
    assert_same_outputs(model, back.model)


@pytest.mark.parametrize(("name", "include_top"), QUICK)
def test_an_application_comes_back(name: str, include_top: bool, tmp_path: Path) -> None:
    keras.backend.clear_session()
    check(name, include_top, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("include_top", [True, False], ids=["top", "no-top"])
@pytest.mark.parametrize("name", ALL)
def test_every_application_comes_back(name: str, include_top: bool, tmp_path: Path) -> None:
    keras.backend.clear_session()
    check(name, include_top, tmp_path)
