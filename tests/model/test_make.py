"""The wiring becomes the model that it says, and what Keras refuses is said at the line that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.errors import SpecError
from kerascli.model.make import make_model
from kerascli.spec.load import load_spec

Make = Callable[[str], Any]


@pytest.fixture
def make(write_spec: Callable[..., Path]) -> Make:
    """The model of a `model` section."""
    return lambda text: make_model(load_spec(write_spec("model:\n" + text)).model)


def fault(make: Make, text: str) -> tuple[str, str, str]:
    """The code, the message, and the token that the one diagnostic stands at."""
    with pytest.raises(SpecError) as caught:
        make(text)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span is not None
    start = diagnostic.span.column - 1
    return diagnostic.code, diagnostic.message, diagnostic.span.excerpt[start : start + diagnostic.span.length]


def test_a_chain_is_a_sequential_and_anything_else_functional(make: Make) -> None:
    chain = "  inputs: {x: [4]}\n  layers:\n    - Dense: 3\n      name: y\n"
    assert type(make(chain)) is keras.Sequential
    assert type(make("  topology: functional\n" + chain)).__name__ == "Functional"
    assert type(make(chain + "    - ops.tanh\n")).__name__ == "Functional"


def test_names_are_those_of_the_spec(make: Make) -> None:
    model = make("""\
  inputs: {x: [4], side: [2]}
  layers:
    - Dense: 4
      name: wide
      inputs: x
    - ops.add: 0.5
      name: shifted
    - Dense: 1
    - Concatenate:
      name: both
      inputs: [dense, side]
""")
    assert {operation.name for operation in model.operations} == {"x", "side", "wide", "shifted", "dense", "both"}
    assert model.output_names == ["both"]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ("[a, b]", lambda a, b: a - b),
        ("{x1: b, x2: a}", lambda a, b: b - a),
        ("{x1: a, x2: 2.0}", lambda a, b: a - 2.0),
    ],
)
def test_operations_take_tensors_and_constants(make: Make, inputs: str, expected: Any) -> None:
    model = make(f"""\
  inputs: {{a: [3], b: [3]}}
  layers:
    - ops.subtract:
      name: difference
      inputs: {inputs}
  outputs: [difference]
""")
    generator = np.random.default_rng(0)
    arrays = {name: generator.normal(size=(2, 3)).astype(np.float32) for name in ("a", "b")}
    given = [arrays[tensor.name] for tensor in model.inputs]
    result = model(given if len(given) > 1 else given[0])
    np.testing.assert_array_equal(np.asarray(result), expected(arrays["a"], arrays["b"]))


def test_several_outputs_are_picked_by_number(make: Make) -> None:
    text = """\
  inputs: {steps: [5, 2]}
  layers:
    - LSTM: {units: 3, return_state: true}
      name: enc
    - Concatenate:
      name: states
      inputs: [enc:1, enc:2]
"""
    model = make(text)
    assert model.output_shape == (None, 6)
    code, message, token = fault(make, text.replace("enc:1", "enc"))
    assert (code, token) == ("several-outputs", "enc")
    assert "'enc' has 3 outputs" in message
    code, message, token = fault(make, text.replace("enc:2", "enc:3"))
    assert (code, token) == ("output-index", "enc:3")


def test_frozen_layers(make: Make) -> None:
    model = make("""\
  inputs: {x: [4]}
  layers:
    - Dense: 3
      trainable: false
    - Dense: 2
""")
    assert [layer.trainable for layer in model.layers] == [False, True]
    assert len(model.trainable_weights) == 2


@pytest.mark.parametrize(
    ("layers", "token"),
    [
        ("    - Dense: 3\n    - Conv2D: {filters: 2, kernel_size: 3}\n", "Conv2D"),
        ("    - Reshape: [5]\n", "Reshape"),
        ("    - ops.transpose: {axes: [0, 1, 2]}\n", "ops.transpose"),
        ("    - Dense: 3\n    - Add:\n      inputs: [x, dense]\n", "Add"),
    ],
)
def test_what_keras_refuses_stands_at_its_layer(make: Make, layers: str, token: str) -> None:
    code, message, place = fault(make, "  inputs: {x: [4]}\n  layers:\n" + layers)
    assert code == "keras-error"
    assert place == token
    assert token in message
    assert "\n" not in message


def test_heads_name_the_logs_and_a_saved_model_loads(make: Make, tmp_path: Path) -> None:
    model = make("""\
  inputs: {x: [4]}
  layers:
    - Dense: 3
      name: body
    - Dense: 1
      name: up
    - Dense: 1
      name: down
      inputs: body
  outputs: {rise: up, fall: down}
""")
    model.compile("sgd", ["mse", "mae"], metrics=[["mae"], None])
    x = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    logs = model.train_on_batch(x, [x[:, :1], x[:, 1:2]], return_dict=True)
    assert set(logs) == {"loss", "fall_loss", "rise_loss", "rise_mae"}
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for one, other in zip(model(x), loaded(x), strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
