"""Specs with one fault in a block or its use; marked as in `faults_in_reading.py`."""

from __future__ import annotations

BLOCKS = """
# missing-argument: a parameter that must be given
inputs: {x: [4]}
blocks:
  two: {parameters: {units: null}, layers: [{Dense: $units}]}
layers:
  - «two»:

# unknown-argument: a parameter that the block lacks
inputs: {x: [4]}
blocks:
  two: {parameters: {units: 2}, layers: [{Dense: $units}]}
layers:
  - two: {«unit»: 3}

# unknown-argument: a value for a block without parameters
inputs: {x: [4]}
blocks:
  two: {layers: [{Dense: 2}]}
layers:
  - two: «3»

# unknown-variable: a parameter that is not declared
inputs: {x: [4]}
blocks:
  two: {parameters: {units: 2}, layers: [{Dense: {units: $units, use_bias: «$bias»}}]}
layers:
  - two:

# wrong-type: an argument that the layer refuses
inputs: {x: [4]}
blocks:
  two: {parameters: {units: 2}, layers: [{Dense: $units}]}
layers:
  - two: {units: «many»}

# cycle: a block that uses itself
inputs: {x: [4]}
blocks:
  loop:
    layers:
      - Dense: 3
      - «loop»:
layers:
  - loop:

# cycle: two blocks that use each other
inputs: {x: [4]}
blocks:
  a: {layers: [{b: }]}
  b: {layers: [{«a»: }]}
layers:
  - a:

# unknown-class: a block that is not defined
inputs: {x: [4]}
blocks:
  residual: {layers: [{Dense: 3}]}
layers:
  - residual:
  - «residul»: 3

# unknown-layer: a block reads only what it is given
inputs: {x: [4]}
blocks:
  one:
    layers:
      - Add: {name: both}
        inputs: [input, «x»]
layers:
  - one:

# unknown-layer: a layer that the block does not hold
inputs: {x: [4]}
blocks:
  one: {layers: [{Dense: 3, name: inner}]}
layers:
  - one:
    name: first
  - Dense: 3
    inputs: «first/iner»

# unknown-layer: a local name, read from outside
inputs: {x: [4]}
blocks:
  one: {layers: [{Dense: 3, name: inner}]}
layers:
  - one:
    name: first
  - Dense: 3
    inputs: «inner»

# block-inputs: one tensor for a block that reads two
inputs: {x: [4]}
blocks:
  mix: {inputs: [a, b], layers: [{Add: {name: both}, inputs: [a, b]}]}
layers:
  - mix:
    inputs: «x»

# block-inputs: three for two
inputs: {x: [4]}
blocks:
  mix: {inputs: [a, b], layers: [{Add: {name: both}, inputs: [a, b]}]}
layers:
  - mix:
    inputs: «[x, x, x]»

# block-inputs: nothing for two
inputs: {x: [4]}
blocks:
  mix: {inputs: [a, b], layers: [{Add: {name: both}, inputs: [a, b]}]}
layers:
  - «mix»:

# unknown-argument: an input of a use that the block lacks
inputs: {x: [4]}
blocks:
  mix: {inputs: [a, b], layers: [{Add: {name: both}, inputs: [a, b]}]}
layers:
  - mix:
    inputs: {a: x, b: x, «c»: x}

# unknown-layer: what a block is given
inputs: {x: [4]}
blocks:
  mix: {inputs: [a, b], layers: [{Add: {name: both}, inputs: [a, b]}]}
layers:
  - mix:
    inputs: {a: x, b: «y»}

# missing-inputs: the first layer of a block that reads two
inputs: {x: [4]}
blocks:
  mix: {inputs: [a, b], layers: [{«Dense»: 3}, {Add: , inputs: [a, b]}]}
layers:
  - mix:
    inputs: [x, x]

# duplicate-name: an input of a block that is listed twice
inputs: {x: [4]}
blocks:
  mix: {inputs: [a, «a»], layers: [{Dense: 3, inputs: a}]}
layers:
  - mix:
    inputs: x

# unknown-layer: an output that the block does not hold
inputs: {x: [4]}
blocks:
  one: {layers: [{Dense: 3, name: inner}], outputs: [«iner»]}
layers:
  - one:

# unknown-key: a key that a block lacks
inputs: {x: [4]}
blocks:
  one: {«params»: {units: 3}, layers: [{Dense: 3}]}
layers:
  - one:

# missing-layers: a block without any
inputs: {x: [4]}
blocks:
  «one»: {parameters: {units: 3}}
layers:
  - Dense: 3

# name-taken: a block with the name of a layer
inputs: {x: [4]}
blocks:
  «Dense»: {layers: [{ReLU: }]}
layers:
  - Flatten

# name: a block whose name can't be one
inputs: {x: [4]}
blocks:
  «my block»: {layers: [{ReLU: }]}
layers:
  - Dense: 3

# block: weights beside a block
inputs: {x: [4]}
blocks:
  one: {layers: [{Dense: 3}]}
layers:
  - one:
    weights: «glove.npy»

# duplicate-name: an output of a block that is listed twice
inputs: {x: [4]}
blocks: {b: {layers: [{Dense: {units: 4, name: a}}], outputs: [a, «a»]}}
layers: [{b: , name: z}, {Dense: 1, inputs: 'z:0'}]

# name: an output of a block whose name can't be one
inputs: {x: [4]}
blocks: {b: {layers: [{Dense: {units: 4, name: a}}], outputs: {«'1 2'»: a}}}
layers: [{b: , name: z}]
"""
