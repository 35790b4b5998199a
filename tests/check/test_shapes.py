"""Wherever a shape is inferred from a spec, it is Keras's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

from kerascli.check import known_shapes
from kerascli.check.memory_estimate import estimate_memory
from kerascli.model.make import make_model
from kerascli.run.session import keras_session
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec
from kerascli.translate.convert import convert

from .known_shapes import compare, counted
from .one_layer import BY_INPUT, SPECS

ROOT = Path(__file__).parents[2]
READY = sorted([*(ROOT / "configs").glob("*.yaml"), *(ROOT / "tests" / "examples").glob("*.yaml")])
APPLICATIONS = ("MobileNet", "MobileNetV3Small", "EfficientNetB0", "ConvNeXtTiny")


def built(spec: Spec) -> Any:
    with keras_session(spec):
        return make_model(spec.model)


@pytest.mark.parametrize("path", READY, ids=[path.stem for path in READY])
def test_ready_specs(path: Path) -> None:
    spec = load_spec(path)
    model = built(spec)
    known, rows = compare(spec, model)
    assert known == rows, "every layer of the ready specs has a rule"
    assert estimate_memory(spec, known_shapes(spec)).parameters == counted(model.weights)


@pytest.mark.parametrize("given", BY_INPUT, ids=[" ".join(given.split()) for given in BY_INPUT])
def test_layers(given: str, write_spec: Callable[..., Path]) -> None:
    """Many layers over one input, each an output of its own; ` #:0` marks those that make several tensors."""
    lines = [f"model:\n  inputs: {{x: {given}}}\n  layers:"]
    outputs = []
    for number, layer in enumerate(BY_INPUT[given]):
        written = layer.removesuffix(" #:0")
        lines.append(f"    - {written if ':' in written else f'{written}:'}\n      name: l{number}")
        lines += [] if "inputs:" in layer else ["      inputs: x"]
        outputs.append(f"l{number}:0" if layer != written else f"l{number}")
    lines.append(f"  outputs: [{', '.join(outputs)}]")
    spec = load_spec(write_spec("\n".join(lines)))
    known, rows = compare(spec, built(spec))
    assert known == rows


@pytest.mark.parametrize("name", SPECS)
def test_small_specs(name: str, write_spec: Callable[..., Path]) -> None:
    spec = load_spec(write_spec(SPECS[name]))
    known, rows = compare(spec, built(spec))
    assert known == rows


@pytest.mark.long
@pytest.mark.parametrize("name", APPLICATIONS)
def test_applications(name: str, tmp_path: Path) -> None:
    keras.backend.clear_session()
    model = getattr(keras.applications, name)(weights=None, include_top=True, input_shape=(64, 64, 3), classes=7)
    path = tmp_path / "model.keras"
    model.save(path)
    (tmp_path / "spec.yaml").write_text(convert(path).text)
    spec = load_spec(tmp_path / "spec.yaml")
    known, rows = compare(spec, built(spec))
    assert known >= 0.98 * rows
