"""Arguments of operations that no tensor fills: arrays, tuples, and what stands beside inputs by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from kerascli.model.make import make_model
from kerascli.spec.load import load_spec

SPEC = """\
model:
  inputs: {x: [3]}
  layers:
    - ops.matmul: {x2: [[1.0, 2.0], [0.0, 1.0], [1.0, 0.0]]}
      inputs: {x1: x}
    - ops.clip: {x_min: 0.0, x_max: 2.5}
      inputs: {x: matmul}
    - ops.reshape: {newshape: [-1, 1, 2]}
"""


def test_a_list_that_stands_for_a_tensor_is_saved_with_the_model(
    write_spec: Callable[..., Path], tmp_path: Path
) -> None:
    model = make_model(load_spec(write_spec(SPEC)).model)
    x = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, -1.0]], np.float32)
    expected = np.array([[[1.0, 2.5]], [[0.0, 0.0]]], np.float32)
    np.testing.assert_array_equal(model(x), expected)
    model.save(tmp_path / "m.keras")
    np.testing.assert_array_equal(keras.saving.load_model(tmp_path / "m.keras")(x), expected)
