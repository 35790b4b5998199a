"""Specs with one fault in names or repeats, or in a pattern over names; marked as in `faults_in_reading.py`."""

from __future__ import annotations

NAMES = """
# duplicate-name: two layers
inputs: {x: [4]}
layers:
  - Dense: 3
    name: a
  - Dense: 3
    name: «a»

# duplicate-name: beside and among the arguments of another
inputs: {x: [4]}
layers:
  - Dense: {units: 3, name: a}
  - Dense: {units: 3, name: «a»}

# duplicate-name: an input
inputs: {x: [4]}
layers:
  - Dense: 3
    name: «x»

# duplicate-name: a copy of a repeat
inputs: {x: [4]}
layers:
  - Dense: 3
    name: h
    repeat: 2
  - Dense: 3
    name: «h_2»

# duplicate-name: a whole repeat and an input
inputs: {x: [4]}
layers:
  - Dense: 3
    repeat: 2
    name: «x»

# duplicate-name: a whole repeat and a layer below it
inputs: {x: [4]}
layers:
  - Dense: $units
    name: h
    repeat: {units: [3, 2]}
  - Dense: 3
    name: «h»

# duplicate-name: in a block
inputs: {x: [4]}
blocks:
  pair:
    layers:
      - Dense: {units: 3, name: a}
      - Dense: {units: 3, name: «a»}
layers: [{pair: }]

# duplicate-name: the input of a block
inputs: {x: [4]}
blocks:
  one:
    layers:
      - Dense: {units: 3, name: «input»}
layers: [{one: }]

# twice: a name in both places
inputs: {x: [4]}
layers:
  - Dense: {units: 3, name: a}
    name: «b»

# twice: trainable in both places
inputs: {x: [4]}
layers:
  - Dense: {units: 3, trainable: true}
    trainable: «false»

# name: a slash
inputs: {x: [4]}
layers:
  - Dense: 3
    name: «a/b»

# name: a digit first
inputs: {x: [4]}
layers:
  - Dense: 3
    name: «2nd»

# name: a number
inputs: {x: [4]}
layers:
  - Dense: 3
    name: «2»

# name: a colon
inputs: {x: [4]}
layers:
  - Dense: 3
    name: «a:0»

# name: an input
inputs: {«my picture»: [4]}
layers:
  - Dense: 3

# unknown-key: a key that an entry lacks
inputs: {x: [4]}
layers:
  - Dense: 3
    «input»: x

# several-components: two layers in one entry
inputs: {x: [4]}
layers:
  - Dense: 3
    «ReLU»:

# missing-layer: an entry without a layer
inputs: {x: [4]}
layers:
  - «name»: a

# indentation: an argument that is not indented
inputs: {x: [4]}
layers:
  - Dense:
    «units»: 3
"""

REPEATS = """
# out-of-range: fewer than none
inputs: {x: [4]}
layers:
  - Dense: 3
    repeat: «-2»

# wrong-type: a text
inputs: {x: [4]}
layers:
  - Dense: 3
    repeat: «twice»

# wrong-type: a fraction
inputs: {x: [4]}
layers:
  - Dense: 3
    repeat: «1.5»

# wrong-type: a list
inputs: {x: [4]}
layers:
  - Dense: 3
    repeat: «[1, 2]»

# wrong-type: one value instead of a list
inputs: {x: [4]}
layers:
  - Dense: $units
    repeat: {units: «3»}

# wrong-type: two words
inputs: {x: [4]}
layers:
  - Dense: {units: $units, use_bias: $bias}
    repeat: «{units: [3, 4], bias: [true, false]}»

# name: a word that can't be one
inputs: {x: [4]}
layers:
  - Dense: 3
    repeat: {«my-rate»: [1, 2]}

# unknown-variable: another word than the one it goes over
inputs: {x: [4]}
layers:
  - Dense: «$unit»
    repeat: {units: [3, 4]}

# wrong-type: a value that the layer refuses
inputs: {x: [4]}
layers:
  - Dense: $units
    repeat: {units: [3, «many»]}

# too-many-layers: more than there may be
inputs: {x: [4]}
layers:
  - «Dense»: 3
    repeat: 20000

# missing-layers: all layers no times
inputs: {x: [4]}
layers: «[{Dense: 3, repeat: 0}]»

# missing-layers: over no values
inputs: {x: [4]}
layers: «[{Dense: $n, repeat: {n: []}}]»

# missing-layers: all layers of a block no times
inputs: {x: [4]}
blocks: {b: {layers: «[{Dense: 3, repeat: 0}]»}}
layers: [{Dense: 3}, {b: }]
"""

PATTERNS = """
# unmatched-pattern: frozen, and not there
model: {inputs: {x: [4]}, layers: [{Dense: 3, name: hidden}, {Dense: 1, name: y}]}
fit: {phases: [{epochs: 1, freeze: «hiden»}]}

# unmatched-pattern: one of a list
model: {inputs: {x: [4]}, layers: [{Dense: 3, name: hidden}, {Dense: 1, name: y}]}
fit: {phases: [{epochs: 1, freeze: [hidden]}, {epochs: 1, unfreeze: ['hid*', «'conv*'»]}]}

# unmatched-pattern: there is no base
model: {inputs: {x: [4]}, layers: [{Dense: 3, name: hidden}]}
fit: {phases: [{epochs: 1, unfreeze: [«'base/*'»]}]}

# unmatched-pattern: a block without such a layer
model: {inputs: {x: [4]}, blocks: {one: {layers: [{Dense: 3, name: a}]}}, layers: [{one: , name: first}]}
fit: {phases: [{epochs: 1, freeze: [first/a, «first/b»]}]}

# wrong-type: no pattern
model: {inputs: {x: [4]}, layers: [{Dense: 3, name: hidden}]}
fit: {phases: [{epochs: 1, freeze: [«3»]}]}
"""
