"""Specs with one fault in what an entry reads; `«…»` stands around the token that is wrong, the code above."""

from __future__ import annotations

READING = """
# unknown-layer: a name that nothing has
inputs: {x: [4]}
layers:
  - Dense: 3
    inputs: «hiden»

# unknown-layer: one of a list
inputs: {x: [4]}
layers:
  - Add:
    inputs: [x, «y», x]

# unknown-layer: one of a list in a mapping
inputs: {x: [4, 4]}
layers:
  - LSTM: 3
    inputs: {sequences: x, initial_state: [x, «states»]}

# unknown-layer: an argument by its name
inputs: {x: [4, 4]}
layers:
  - MultiHeadAttention: {num_heads: 1, key_dim: 2}
    inputs: {query: x, value: «memry»}

# unknown-layer: a class where a name is meant
inputs: {x: [4]}
layers:
  - Dense: 3
    name: a
  - ReLU:
    inputs: «Dense»

# unknown-layer: a name is told apart by its case
inputs: {x: [4]}
layers:
  - Dense: 3
    name: hidden
  - ReLU:
    inputs: «Hidden»

# unknown-layer: an output
inputs: {x: [4]}
layers:
  - Dense: {units: 3, name: kind}
outputs: [kind, «kinds»]

# unknown-layer: a named output
inputs: {x: [4]}
layers:
  - Dense: {units: 3, name: kind}
outputs: {first: kind, second: «kimd»}

# unknown-layer: a copy that a repeat does not make
inputs: {x: [4]}
layers:
  - Dense: 3
    repeat: 2
    name: h
  - Dense: 1
    inputs: «h_3»

# unknown-layer: an entry that is repeated no times
inputs: {x: [4]}
layers:
  - Dense: 3
    name: first
  - Dense: 3
    name: gone
    repeat: 0
  - Dense: 1
    inputs: «gone»

# unknown-layer: a call without a name of its own
inputs: {x: [4]}
layers:
  - Dense: {units: 4, name: a}
  - layer: a
  - Dense: {units: 4, name: b}
  - Add:
    inputs: [b, «a_1»]

# wrong-type: a number is no name
inputs: {x: [4]}
layers:
  - Add:
    inputs: [x, «3»]

# wrong-type: nothing but a number
inputs: {x: [4]}
layers:
  - Dense: 3
    inputs: «7»

# wrong-type: a list in a list
inputs: {x: [4], y: [4]}
layers:
  - Add:
    inputs: [x, «[x, y]»]

# wrong-type: a mapping that holds names
inputs: {x: [4, 4]}
layers:
  - LSTM: 3
    inputs: {sequences: x, initial_state: «{h: x}»}

# forward-reference: a layer further down
inputs: {x: [4]}
layers:
  - Add:
    inputs: [x, «late»]
  - Dense: 4
    inputs: x
    name: late

# forward-reference: by the name of an argument
inputs: {x: [4, 4]}
layers:
  - MultiHeadAttention: {num_heads: 1, key_dim: 2}
    inputs: {query: x, value: «memory»}
  - Dense: 4
    inputs: x
    name: memory

# cycle: an entry that reads itself
inputs: {x: [4]}
layers:
  - Dense: 3
    name: a
    inputs: «a»

# cycle: two that read each other
inputs: {x: [4]}
layers:
  - Add:
    name: a
    inputs: [x, «b»]
  - Dense: 4
    name: b

# cycle: three in a round
inputs: {x: [4]}
layers:
  - Add:
    name: a
    inputs: [x, «c»]
  - Dense: 4
    name: b
  - Dense: 4
    name: c

# cycle: a repeat that reads its own end
inputs: {x: [4]}
layers:
  - Dense: 4
    name: h
    repeat: 2
    inputs: «h»

# no-tensor: an empty list
inputs: {x: [4]}
layers:
  - Add:
    inputs: «[]»

# no-tensor: constants alone
inputs: {x: [4]}
layers:
  - Dense: {units: 3, name: a}
  - ReLU:
    inputs: «{inputs: 3}»

# missing-argument: an argument of the call that must be there
inputs: {x: [4, 4]}
layers:
  - MultiHeadAttention: {num_heads: 1, key_dim: 2}
    inputs: «{query: x}»

# unknown-argument: an argument that the call lacks
inputs: {x: [4, 4]}
layers:
  - MultiHeadAttention: {num_heads: 1, key_dim: 2}
    inputs: {query: x, «values»: x}

# too-many-inputs: a list where the layer reads one
inputs: {x: [4], y: [4]}
layers:
  - Dense: 3
    inputs: «[x, y]»

# missing-inputs: the first entry of a model with two inputs
inputs: {x: [4], y: [4]}
layers:
  - «Dense»: 3

# missing-argument: attention that reads one tensor
inputs: {x: [4, 4]}
layers:
  - MultiHeadAttention: {num_heads: 1, key_dim: 2}
    inputs: «x»

# missing-argument: attention that reads one tensor, in a list
inputs: {x: [4, 4]}
layers:
  - MultiHeadAttention: {num_heads: 1, key_dim: 2}
    inputs: «[x]»

# missing-argument: attention on the entry above
inputs: {x: [4, 4]}
layers:
  - Dense: 4
  - «MultiHeadAttention»: {num_heads: 1, key_dim: 2}

# unknown-layer: a list below the one argument that there is
inputs: {x: [4]}
layers:
  - Concatenate:
    inputs: {inputs: [x, «y»]}
"""
