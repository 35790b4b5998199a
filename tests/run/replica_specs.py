"""Models that several replicas have to train as one process does: batches that don't divide, weights, masks, heads."""

from __future__ import annotations

CONVNET = """
name: convnet
data:
  source:
    synthetic:
      samples: 130
      fields: {x: {shape: [8, 8, 1]}, y: {shape: [], integers: [0, 3]}, weight: {shape: [], uniform: [0, 2]}}
  validation: 21
  test: 12
  inputs: {x: {field: x, augment: [{RandomFlip: horizontal}]}}
  targets: y
  sample_weight: {y: weight}
model:
  layers:
    - Conv2D: {filters: 4, kernel_size: 3, kernel_regularizer: L2, activity_regularizer: L2}
    - MaxPooling2D: 2
    - Flatten
    - Dense: {units: 3, activation: softmax}
      name: y
compile:
  optimizer: {Adam: {learning_rate: 0.01, global_clipnorm: 0.3}}
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  weighted_metrics: [accuracy]
fit: {epochs: 2, batch_size: 12}
callbacks: [{ReduceLROnPlateau: {monitor: loss, patience: 0, min_delta: 1.0}}]
logs: {tensorboard: false}
"""

# Two samples are left for the last batch; what is padded does not count.
LSTM = """
name: lstm
data:
  source: {jsonl: words.jsonl}
  cache: none
  validation: 9
  inputs: {words: {field: words, pad: 6}}
  targets: tag
model:
  layers:
    - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true}
    - LSTM: {units: 4, return_sequences: true, recurrent_regularizer: L2}
    - Dense: {units: 1, activation: sigmoid}
      name: tag
compile: {optimizer: {SGD: {learning_rate: 0.5, momentum: 0.9}}, loss: binary_crossentropy, metrics: [accuracy]}
fit: {epochs: 2, batch_size: 8}
logs: {tensorboard: false}
"""

HEADS = """
name: heads
data:
  source:
    synthetic:
      samples: 61
      fields:
        a: {shape: [3]}
        b: {shape: [2]}
        size: {shape: [1]}
        kind: {choice: [cat, dog, eel]}
  validation: 11
  inputs: {a: a, b: b}
  targets: {size: size, kind: kind}
model:
  inputs: {a: [3], b: [2]}
  layers:
    - Concatenate:
      inputs: [a, b]
    - Dense: {units: 5, activation: tanh}
      name: trunk
    - Dense: 1
      name: size
      inputs: trunk
    - Dense: {units: 3, activation: softmax}
      name: kind
      inputs: trunk
  outputs: [size, kind]
compile:
  optimizer: {RMSprop: 0.01}
  loss: {size: {MeanSquaredError: {reduction: sum}}, kind: sparse_categorical_crossentropy}
  loss_weights: {size: 0.2, kind: 1.0}
  metrics: {kind: [accuracy]}
fit: {epochs: 2, batch_size: 7}
logs: {tensorboard: false}
"""

# A model class with a step of its own, and a log that no metric holds.
OWN_CLASS = """
import keras
from keras import layers, ops


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.score = layers.Dense(1)

    def call(self, x):
        return self.score(x)

    def train_step(self, data):
        return {**super().train_step(data), "weight": ops.sum(self.score.kernel)}
"""
OWN = """
name: own
plugins: [own_class.py]
data:
  source: {synthetic: {samples: 44, fields: {x: {shape: [4]}, y: {shape: [1]}}}}
  validation: 8
  inputs: {x: x}
  targets: {y: y}
model: {class: Own}
compile: {optimizer: {SGD: 0.1}, loss: mse}
fit: {epochs: 2, batch_size: 8}
logs: {tensorboard: false}
"""

SPECS = {"convnet": CONVNET, "lstm": LSTM, "heads": HEADS}
