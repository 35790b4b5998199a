"""Specs with one fault in a shared layer or a nested model; marked as in `faults_in_reading.py`."""

from __future__ import annotations

SHARING = """
# unknown-layer: nothing to call again
inputs: {x: [4]}
layers:
  - Dense: {units: 4, name: tied}
  - layer: «tide»

# unknown-layer: an input
inputs: {x: [4]}
layers:
  - Dense: 4
  - layer: «x»

# forward-reference: a call before the layer itself
inputs: {x: [4]}
layers:
  - layer: «tied»
  - Dense: {units: 4, name: tied}

# shared-layer: an operation
inputs: {x: [4]}
layers:
  - ops.exp:
    name: e
  - layer: «e»

# shared-layer: a block
inputs: {x: [4]}
blocks:
  one: {layers: [{Dense: 4}]}
layers:
  - one:
    name: first
  - layer: «first»

# shared-layer: trainable beside it
inputs: {x: [4]}
layers:
  - Dense: {units: 4, name: tied}
  - layer: tied
    «trainable»: false

# shared-layer: weights beside it
inputs: {x: [4]}
layers:
  - Dense: {units: 4, name: tied}
  - layer: tied
    «weights»: a.npy

# several-components: a class beside it
inputs: {x: [4]}
layers:
  - Dense: {units: 4, name: tied}
  - layer: tied
    «ReLU»:

# wrong-type: no name
inputs: {x: [4]}
layers:
  - Dense: {units: 4, name: tied}
  - layer: «[tied]»

# nested-inputs: one tensor for a model that reads two
inputs: {x: [4]}
layers:
  - Model:
      inputs: {a: [4], b: [4]}
      layers: [{Add: , inputs: [a, b]}]
    name: pair
    inputs: «x»

# unknown-argument: an input that a nested model lacks
inputs: {x: [4]}
layers:
  - Model:
      inputs: {a: [4], b: [4]}
      layers: [{Add: , inputs: [a, b]}]
    name: pair
    inputs: {a: x, «c»: x}

# too-many-inputs: a shared layer reads no more than the first time
inputs: {x: [4], y: [4]}
layers:
  - Dense: {units: 4, name: tied}
    inputs: x
  - layer: tied
    inputs: «[x, y]»

# unknown-layer: a nested model does not see what is around it
inputs: {x: [4]}
layers:
  - Dense: {units: 4, name: outer}
  - Model:
      layers: [{Dense: 3, inputs: «outer»}]
    name: inner

# unknown-layer: a layer inside a nested model, read from outside
inputs: {x: [4]}
layers:
  - Model: {layers: [{Dense: 3, name: hidden}, {Dense: 2, name: out}]}
    name: encoder
  - Dense: 3
    inputs: «encoder/hidden»

# missing-layers: a nested model without any
inputs: {x: [4]}
layers:
  - «Model»:
    name: empty

# nested-base: a base in a nested model
inputs: {x: [4]}
layers:
  - Model: {«base»: {from: applications.VGG16}, layers: [{Dense: 3}]}
"""
