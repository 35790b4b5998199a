"""The estimate of memory: what it counts is what Keras holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keras
import pytest

from kerascli.check import known_shapes
from kerascli.check.memory_estimate import estimate_memory, slots_of
from kerascli.components import build_component
from kerascli.model.make import make_model
from kerascli.run.session import keras_session
from kerascli.spec.load import load_spec

from .known_shapes import counted

LAYERS = """
model:
  inputs: {x: [9, 4], i: [8, 8, 6], n: {shape: [7], dtype: int32}}
  layers:
    - GRU: {units: 3, reset_after: false}
      name: a
      inputs: x
    - Bidirectional: {layer: {LSTM: {units: 3, use_bias: false}}}
      name: b
      inputs: x
    - MultiHeadAttention: {num_heads: 2, key_dim: 3, value_dim: 5, output_shape: 7, use_bias: false}
      name: c
      inputs: [x, x]
    - Conv2D: {filters: 4, kernel_size: [2, 3], groups: 2}
      name: d
      inputs: i
    - SeparableConv2D: {filters: 4, kernel_size: 2, depth_multiplier: 3}
      name: e
      inputs: i
    - DepthwiseConv2D: {kernel_size: 2, depth_multiplier: 3, use_bias: false}
      name: f
      inputs: i
    - Conv2DTranspose: {filters: 4, kernel_size: 3}
      name: g
      inputs: i
    - LayerNormalization: {axis: [1, 2], center: false}
      name: h
      inputs: i
    - GroupNormalization: {groups: 2}
      name: j
      inputs: i
    - RMSNormalization:
      name: k
      inputs: i
    - TimeDistributed: {layer: {Dense: 3}}
      name: l
      inputs: x
    - BatchNormalization: {scale: false}
      name: m
      inputs: i
    - Embedding: {input_dim: 5, output_dim: 3}
      name: o
      inputs: n
  outputs: [a, b, c, d, e, f, g, h, j, k, l, m, o]
"""


def test_parameters_of_each_layer(write_spec: Callable[..., Path]) -> None:
    spec = load_spec(write_spec(LAYERS))
    with keras_session(spec):
        model = make_model(spec.model)
    assert estimate_memory(spec, known_shapes(spec)).parameters == counted(model.weights)


OPTIMIZERS = [
    "adam", "{Adam: {amsgrad: true}}", "adamw", "sgd", "{SGD: {momentum: 0.9}}", "rmsprop", "{RMSprop: {centered: true, momentum: 0.5}}",
    "nadam", "adamax", "adagrad", "adadelta", "ftrl", "lion", "Lamb", "{Adam: {use_ema: true}}",
    "{LossScaleOptimizer: {inner_optimizer: adam}}",
]  # fmt: skip


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers(optimizer: str, write_spec: Callable[..., Path]) -> None:
    text = f"model: {{inputs: {{x: [4]}}, layers: [{{Dense: 8}}]}}\ncompile: {{optimizer: {optimizer}, loss: mse}}\n"
    spec = load_spec(write_spec(text))
    assert spec.compile is not None
    made = build_component(spec.compile.optimizer)
    weight = keras.Variable([[0.0] * 100] * 100)
    made.build([weight])
    assert counted(made.variables) // 10000 == slots_of(spec.compile.optimizer)


def test_the_parts(write_spec: Callable[..., Path]) -> None:
    text = """
model:
  inputs: {x: [10]}
  layers:
    - Dense: {units: 20, use_bias: false}
      trainable: false
    - Dense: {units: 30, use_bias: false}
compile: {optimizer: adam, loss: mse}
fit: {batch_size: 4}
"""
    spec = load_spec(write_spec(text))
    found = estimate_memory(spec, known_shapes(spec))
    assert (found.parameters, found.weights_bytes) == (800, 3200)
    assert (found.gradients_bytes, found.optimizer_bytes) == (2400, 4800)
    assert found.activations_bytes == 4 * 4 * (20 + 30)
    assert found.total == 3200 + 2400 + 4800 + 800
