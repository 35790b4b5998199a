"""Specs with one fault in which output is meant, of a layer or of the model; marked as in `faults_in_reading.py`."""

from __future__ import annotations

OUTPUTS = """
# several-outputs: a plain name
inputs: {x: [4, 4]}
layers:
  - LSTM: {units: 3, return_state: true}
    name: enc
  - Dense: 3
    inputs: «enc»

# several-outputs: a plain name in a list
inputs: {x: [4, 4], y: [3]}
layers:
  - GRU: {units: 3, return_state: true}
    name: enc
    inputs: x
  - Add:
    inputs: [y, «enc»]

# several-outputs: the entry above
inputs: {x: [4, 4]}
layers:
  - LSTM: {units: 3, return_state: true}
  - «Dense»: 3

# several-outputs: a plain name among the outputs
inputs: {x: [4, 4]}
layers:
  - LSTM: {units: 3, return_state: true}
    name: enc
outputs: [«enc»]

# several-outputs: attention with its scores
inputs: {x: [4, 4]}
layers:
  - MultiHeadAttention: {num_heads: 1, key_dim: 2}
    name: seen
    inputs: {query: x, value: x, return_attention_scores: true}
  - Dense: 3
    inputs: «seen»

# several-outputs: a nested model with two
inputs: {x: [4]}
layers:
  - Model:
      layers:
        - Dense: {units: 3, name: a}
        - Dense: {units: 3, name: b}
      outputs: [a, b]
    name: encoder
  - Dense: 3
    inputs: «encoder»

# several-outputs: a block with two
inputs: {x: [4]}
blocks:
  fork:
    layers: [{Dense: 3, name: a}, {Dense: 3, name: b}]
    outputs: [a, b]
layers:
  - fork:
    name: both
  - Dense: 3
    inputs: «both»

# output-index: beyond the last
inputs: {x: [4, 4]}
layers:
  - LSTM: {units: 3, return_state: true}
    name: enc
  - Dense: 3
    inputs: «enc:3»

# output-index: beyond the last, among the outputs
inputs: {x: [4, 4]}
layers:
  - GRU: {units: 3, return_state: true}
    name: enc
outputs: [enc:0, «enc:2»]

# output-index: no number
inputs: {x: [4]}
layers:
  - Dense: {units: 3, name: a}
  - Dense: 3
    inputs: «a:first»

# output-index: less than nothing
inputs: {x: [4, 4]}
layers:
  - LSTM: {units: 3, return_state: true}
    name: enc
  - Dense: 3
    inputs: «enc:-1»

# output-index: of an input
inputs: {x: [4]}
layers:
  - Dense: 3
    inputs: «x:1»

# output-index: an output that a nested model does not name
inputs: {x: [4]}
layers:
  - Model:
      layers: [{Dense: 3, name: mean}, {Dense: 3, name: deviation}]
      outputs: [mean, deviation]
    name: encoder
  - Dense: 3
    inputs: «encoder:maen»

# output-index: an output that a block does not have
inputs: {x: [4]}
blocks:
  fork:
    layers: [{Dense: 3, name: a}, {Dense: 3, name: b}]
    outputs: [a, b]
layers:
  - fork:
    name: both
  - Dense: 3
    inputs: «both:c»

# duplicate-name: an output that is listed twice
inputs: {x: [4]}
layers:
  - Dense: {units: 3, name: kind}
outputs: [kind, «kind»]

# missing-outputs: none
inputs: {x: [4]}
layers:
  - Dense: 3
outputs: «[]»

# missing-outputs: none in a mapping
inputs: {x: [4]}
layers:
  - Dense: 3
outputs: «{}»

# name: an output whose name can't be one
inputs: {x: [4]}
layers:
  - Dense: {units: 3, name: kind}
outputs: {«my kind»: kind}

# topology: no plain chain
inputs: {x: [4]}
layers:
  - Dense: {units: 4, name: a}
  - Add:
    inputs: [x, a]
topology: «sequential»

# unknown-choice: no class of Keras's
inputs: {x: [4]}
layers:
  - Dense: 4
topology: «sequence»
"""
