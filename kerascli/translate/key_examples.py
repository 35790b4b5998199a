"""An example for each section and for the keys that need one of their own; a key without one shows its section's."""

from __future__ import annotations

from collections.abc import Mapping

_FIELDS = "{samples: 64, fields: {x: {shape: [8]}, y: {shape: [1]}}}"

_MODEL = """\
model:
  inputs: {x: [8]}
  layers:
    - Dense: {units: 16, activation: relu}
      name: hidden
    - Dropout: 0.5
    - Dense: 1
      name: y
"""
_TABLE = "data:\n  source: {csv: table.csv}\n"
_TWO_HEADS = """\
model:
  inputs: {x: [8]}
  layers:
    - Dense: {units: 16, activation: relu}
      name: hidden
    - Dense: 1
      name: y
      inputs: hidden
    - Dense: {units: 3, activation: softmax}
      name: kind
      inputs: hidden
  outputs: [y, kind]
"""

KEY_EXAMPLES: Mapping[str, str] = {
    "kerascli": "kerascli: 1\n",
    "name": "name: mnist\n",
    "description": "description: the classic exercise\n",
    "tags": "tags: [baseline]\n",
    "seed": "seed: 42\n",
    "dtype": "dtype: mixed_bfloat16\n",
    "extends": "extends: base.yaml\nfit: {epochs: 20}\n",
    "vars": "vars: {units: 16}\nmodel:\n  inputs: {x: [8]}\n  layers:\n    - Dense: $units\n",
    "override": "override: {fit.epochs: 5}\n",
    "plugins": "plugins: [my_layers.py]\n",
    "data": "data:\n  source: {csv: table.csv}\n  validation: 0.2\n"
    "  inputs: {x: {fields: [age, fare], transform: [Normalization]}}\n  targets: {y: price}\n",
    "data.source": "data:\n  source: {csv: {path: table.csv, separator: ';'}}\n",
    "data.validation": "data:\n  source: mnist\n  validation: {count: 10000, shuffle: false}\n",
    "data.test": "data:\n  source: {csv: table.csv}\n  test: 0.1\n",
    "data.inputs": "data:\n  source: {csv: table.csv}\n"
    "  inputs: {x: {fields: [age, fare], transform: [Normalization]}}\n",
    "data.targets": "data:\n  source: {csv: table.csv}\n  targets: {y: {field: kind, classes: [cat, dog]}}\n",
    "data.sample_weight": "data:\n  source: {csv: table.csv}\n  sample_weight: weight\n",
    "data.inputs.*.missing": _TABLE + "  inputs: {x: {fields: [age, fare], missing: median}}\n",
    "data.inputs.*.pad": "data:\n  source: {jsonl: rows.jsonl}\n  inputs: {x: {field: words, pad: {length: 200, side: pre}}}\n",
    "data.inputs.*.read": _TABLE + "  inputs: {x: {field: photo, read: {image: {size: [128, 128]}}}}\n",
    "data.inputs.*.augment": "data:\n  source: {images: {folder: photos, size: [128, 128]}}\n"
    "  inputs: {x: {field: image, augment: [{RandomFlip: horizontal}]}}\n",
    "data.augment": "data:\n  source: {images: {folder: photos, size: [128, 128]}}\n"
    "  targets: {y: {field: label, one_hot: true}}\n  augment: [MixUp]\n",
    "data.window": _TABLE + "  window: {sequence_length: 24, horizon: 1, group: store}\n"
    "  inputs: {x: {fields: [age, fare]}}\n  targets: {y: price}\n",
    "data.cache": _TABLE + "  cache: disk\n",
    "data.on_error": "data:\n  source: {images: {folder: photos, size: [128, 128]}}\n  on_error: skip\n",
    "model": _MODEL,
    "model.inputs": "model:\n  inputs: {image: [28, 28, 1], words: {shape: [null], dtype: int32}}\n  layers:\n"
    "    - Flatten:\n      inputs: image\n    - Embedding: {input_dim: 1000, output_dim: 8}\n      inputs: words\n"
    "    - GlobalAveragePooling1D\n    - Concatenate:\n      inputs: [flatten, global_average_pooling1d]\n",
    "model.layers.*.repeat": "model:\n  inputs: {x: [8]}\n  layers:\n"
    "    - Dense: {units: 16, activation: relu}\n      name: hidden\n      repeat: 3\n    - Dense: 1\n",
    "model.layers.*.inputs": "model:\n  inputs: {x: [8]}\n  layers:\n    - Dense: 8\n      name: deep\n"
    "    - Add:\n      inputs: [deep, x]\n",
    "model.layers.*.trainable": "model:\n  inputs: {x: [8]}\n  layers:\n    - Dense: 8\n      trainable: false\n"
    "    - Dense: 1\n",
    "model.layers.*.layer": "model:\n  inputs: {left: [8], right: [8]}\n  layers:\n    - Dense: 4\n"
    "      name: encoder\n      inputs: left\n    - layer: encoder\n      name: other\n      inputs: right\n"
    "    - Dot: {axes: 1}\n      inputs: [encoder, other]\n",
    "model.outputs": _TWO_HEADS,
    "model.blocks": "model:\n  inputs: {x: [16]}\n  blocks:\n    residual:\n      parameters: {units: 16}\n"
    "      layers:\n        - Dense: {units: $units, activation: relu}\n        - Add:\n"
    "          inputs: [dense, input]\n  layers:\n    - residual: 16\n      repeat: 2\n",
    "model.base": "model:\n  base: {from: mnist/latest, trainable: false}\n  layers:\n    - Dense: 3\n",
    "model.weights": _MODEL + "  weights: {from: mnist/latest, match: name}\n",
    "compile": "compile:\n  optimizer: {Adam: {learning_rate: 0.001}}\n  loss: mse\n  metrics: [mae]\n",
    "compile.loss": _TWO_HEADS + "compile:\n  loss: {y: mse, kind: categorical_crossentropy}\n",
    "compile.loss_weights": _TWO_HEADS
    + "compile:\n  loss: {y: mse, kind: categorical_crossentropy}\n  loss_weights: {y: 1.0, kind: 0.2}\n",
    "compile.metrics": _TWO_HEADS
    + "compile:\n  loss: {y: mse, kind: categorical_crossentropy}\n  metrics: {y: [mae], kind: [accuracy]}\n",
    "compile.weighted_metrics": "compile:\n  loss: mse\n  weighted_metrics: [mae]\n",
    "compile.run_eagerly": "compile:\n  loss: mse\n  run_eagerly: true\n",
    "compile.steps_per_execution": "compile:\n  loss: mse\n  steps_per_execution: 8\n",
    "compile.jit_compile": "compile:\n  loss: mse\n  jit_compile: true\n",
    "fit": "fit: {epochs: 10, batch_size: 64}\n",
    "fit.validation_batch_size": "fit: {epochs: 10, batch_size: 64, validation_batch_size: 256}\n",
    "fit.class_weight": "fit:\n  epochs: 10\n  class_weight: balanced\n",
    "fit.steps_per_epoch": "fit: {epochs: 10, steps_per_epoch: 500}\n",
    "fit.validation_steps": "fit: {epochs: 10, validation_steps: 50}\n",
    "fit.validation_freq": "fit: {epochs: 10, validation_freq: 2}\n",
    "fit.shuffle": "fit: {epochs: 10, shuffle: false}\n",
    "fit.deterministic": "fit: {epochs: 10, deterministic: true}\n",
    "fit.phases": "fit:\n  batch_size: 32\n  phases:\n    - {epochs: 5, freeze: ['y']}\n"
    "    - {epochs: 5, unfreeze: ['y'], optimizer: {Adam: 1e-5}}\n",
    "callbacks": "callbacks:\n  - EarlyStopping: {monitor: loss, patience: 2}\n  - TerminateOnNaN\n",
    "checkpoints": "checkpoints: {keep: 3, every: 500 steps}\n",
    "checkpoints.best": "checkpoints: {best: loss, mode: min}\n",
    "checkpoints.mode": "checkpoints: {best: loss, mode: min}\n",
    "check": "check:\n  ignore:\n    - unused-block: kept for the next experiment\n",
    "expect": "expect: {loss: '<= 100'}\n",
    "tune": _MODEL
    + "compile: {optimizer: {Adam: {learning_rate: 0.001}}, loss: mse}\ntune:\n  trials: 20\n  space:\n    model.layers.hidden.units: {choice: [16, 32]}\n"
    "    compile.optimizer.learning_rate: {log: [1e-4, 1e-2]}\n",
    "distribute": "distribute: mirrored\n",
    "distribute.multi_worker": "distribute: {multi_worker: {workers: ['node1:2222', 'node2:2222']}}\n",
    "performance": "performance: {steps_per_execution: 32, threads: 2}\n",
    "logs": "logs: {csv: true, tensorboard: {histogram_freq: 1}}\n",
}


def key_example(path: str) -> str:
    """The example of a key, or that of the nearest section around it that has one."""
    while path:
        if path in KEY_EXAMPLES:
            return KEY_EXAMPLES[path]
        path = path.rpartition(".")[0]
    return ""
