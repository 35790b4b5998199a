"""Specs, and parts of such, that the language allows (`GOOD`) and refuses (`BAD`)."""

from __future__ import annotations

GOOD = {
    "the whole of it": """\
kerascli: 1
name: mnist
description: the classic exercise
tags: [baseline]
seed: 42
dtype: float32
data:
  source: mnist
  validation: {count: 10000, shuffle: false}
  test: 1/5
  inputs:
    image: {field: image, transform: [{Reshape: [784]}, {Rescaling: 1/255}], augment: RandomFlip}
  targets: {digit: label}
  sample_weight: weight
  augment: [{MixUp: 0.2}]
  window: {sequence_length: 24, horizon: 1, group: store}
  cache: auto
  on_error: skip
model:
  inputs: {image: [784], other: {shape: [null, 32], dtype: int32, batch_size: 4}}
  layers:
    - Dense: {units: 512, activation: relu, kernel_regularizer: {L2: 1e-4}}
      repeat: 2
    - Dropout: 0.5
    - ReLU:
    - MaxPool2D
    - MaxPool2D: {pool_size: 2}
    - Bidirectional: {layer: {LSTM: 32}, merge_mode: concat}
    - Bidirectional: LSTM
    - RNN: {cell: [{LSTMCell: 8}, {GRUCell: {units: 8}}]}
    - Activation: relu
    - Activation: {activation: {LeakyReLU: 0.1}}
    - Dense: {units: 3, activation: {LeakyReLU: 0.1}, kernel_initializer: he_normal, bias_initializer: {Constant: 0.1}}
    - Dense: {units: 3, kernel_constraint: {MaxNorm: 2}, dtype: mixed_bfloat16}
      name: digit
      inputs: [image, other]
      trainable: false
      weights: glove.npy
    - ops.concatenate: {axis: -1}
      inputs: [a, b]
    - ops.add:
    - MultiHeadAttention: {num_heads: 2, key_dim: 8}
      inputs: {query: x, value: memory, use_causal_mask: true}
    - applications.MobileNetV3Small: {include_top: false}
    - layer: digit
      inputs: other
      name: again
    - Model: {inputs: {x: [4]}, layers: [{Dense: 3}, {Model: {layers: [Flatten]}}], outputs: {mean: dense}}
      name: encoder
    - Parameter: {shape: [200, 64], initializer: glorot_uniform}
    - Conv2D: {filters: 8, kernel_size: [3, 3], padding: same, dilation_rate: $rate}
      repeat: {rate: [1, 2, 4]}
  outputs: [digit, 'enc:0']
  topology: functional
  weights: {from: news/latest, match: name, skip: ['head*']}
compile:
  optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 1e-3, decay_steps: 1000}}, clipnorm: 1}}
  loss: {digit: mse, again: null, more: {Huber: {delta: 2}}}
  loss_weights: {digit: 1/2}
  metrics: {digit: [accuracy, {AUC: {curve: PR}}], again: mae}
  weighted_metrics: [[mae], [{MeanIoU: 3}]]
  jit_compile: auto
fit:
  epochs: 3
  batch_size: 128
  class_weight: {cat: 2.0, 1: 1}
  validation_steps: null
callbacks:
  - EarlyStopping: {monitor: val_accuracy, patience: 2}
  - TerminateOnNaN
checkpoints: {best: val_loss, mode: min, keep: 2, every: 500 steps}
logs: {csv: true, tensorboard: {histogram_freq: 1}}
x-mine: {anything: [goes]}
""",
    "nothing": "",
    "empty sections": "model:\ndata:\nfit:\n",
    "a child": "extends: [base.yaml, more.yaml]\nfit: {~epochs: null}\n~callbacks: null\ncompile:\n  optimizer: {Adam: {~clipnorm: null}}\n",
    "override": "extends: base.yaml\noverride: {fit.epochs: 3, '~callbacks.EarlyStopping': null}\n",
    "part of a component": "compile: {metrics: {iou: {MeanIoU: {name: x}}}}\n",
    "references": """\
vars: {units: 512, model: {layers: []}, root: data, sources: [mnist]}
name: $(env:NAME)
data: {source: {csv: $(root)/train.csv}, validation: $validation, inputs: {x: $x}}
model:
  inputs: {x: $shape, y: [$size, null]}
  layers: [{Dense: {units: $units, use_bias: $bias, activation: $activation, kernel_regularizer: $r}}, {Dropout: $rate}, $layer]
  outputs: $outputs
compile: {optimizer: $optimizer, loss: $loss, metrics: $metrics, loss_weights: $w, jit_compile: $j}
fit: {epochs: $(epochs), shuffle: $shuffle, phases: $phases}
callbacks: $callbacks
checkpoints: {keep: $keep, mode: $mode, every: $every}
logs: $logs
""",
    "a reference for a section": "model: $model\nfit: $fit\n",
    "blocks": """\
model:
  blocks:
    residual:
      parameters: {filters: null, strides: 1}
      inputs: [x, skip]
      layers:
        - Conv2D: {filters: $filters, kernel_size: 3, strides: $strides, padding: same}
        - inner: 3
          name: deep
        - ReLU:
          name: main
      outputs: [main, deep]
    Inner: {layers: [Flatten]}
  layers:
    - residual: {filters: 64}
      repeat: 2
    - residual: 128
      name: down
    - Inner
    - Model: {layers: [{residual: 3}]}
""",
    "base": """\
model:
  base: {from: news/latest, outputs: [mixing], trainable: ['dense*']}
  layers: [{Dense: 3}]
""",
    "base of a component": "model: {base: {from: {applications.ResNet50: {include_top: false}}, trainable: false}}\n",
    "plugins": """\
plugins: [my_layers.py]
model:
  layers:
    - MyLayer: {n: 3}
      name: x
    - MyLayer
    - TimeDistributed: {layer: {MyLayer: {n: 3}}}
    - Dense: {units: 3, activation: my_function, kernel_initializer: MyInitializer}
compile: {optimizer: {MyOptimizer: {n: 1}}, loss: my_loss, metrics: [{MyMetric: 1}, my_metric]}
callbacks: [MyCallback, {MyCallback: {n: 1}}]
""",
    "plugins by their prefix": "model: {layers: [{plugins.Dense: {n: 3}}]}\ncompile: {loss: plugins.mine}\n",
    "a model class": "plugins: m.py\nmodel: {class: NewsModel, arguments: {n: 5}}\n",
    "phases": """\
fit:
  phases:
    - {epochs: 5}
    - {epochs: 5, unfreeze: ['base/*'], freeze: 'x*', optimizer: {Adam: 1e-5}, batch_size: 3, callbacks: [TerminateOnNaN]}
""",
    "a learning rate by epoch": "callbacks: [{LearningRateScheduler: {schedule: {0: 1e-3, 10: 1e-4}}}, {LearningRateScheduler: {schedule: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 10}}}}, {LearningRateScheduler: my_function}]\n",
    "the short forms of data": "data: {source: mnist, inputs: image, targets: label, validation: {csv: a.csv}, test: 100}\n",
    "sources": """\
data:
  source: {synthetic: {samples: 10, fields: {x: {shape: [4], normal: [0, 1]}, kind: {choice: [cat, dog]}, n: {shape: [], integers: [0, 2]}, o: {one_hot: 5}}}}
  validation: {npy: {title: a.npy, tags: b.npy}}
  test: {csv: {path: a.csv, separator: ';'}}
""",
    "fields": """\
data:
  inputs:
    a: {fields: [age, fare], transform: [Normalization], missing: {value: 0}}
    b: {field: words, pad: {length: 200, side: pre}, missing: mean}
    c: {field: path, read: image}
  targets: {d: {classes: [cat, dog], one_hot: true}}
""",
    "one alone": "compile: {metrics: accuracy, loss: {SparseCategoricalCrossentropy: {from_logits: true}}, loss_weights: 2}\ncallbacks: TerminateOnNaN\n",
    "off": "logs: {csv: false, tensorboard: false}\n",
    "anchors": "x-dense: &dense {units: 3}\nmodel: {layers: [{Dense: *dense}, {Dense: {<<: *dense, use_bias: false}}]}\n",
    "plain": "model: {layers: [{Dense: {units: 3, kernel_initializer: {plain: {a: 1}}}}]}\n",
}

BAD = [
    "modle: {}",
    "x: 1",
    "~modle: null",
    "name: 'a b'",
    "seed: -1",
    "fit: {epoch: 1}",
    "fit: {epochs: 0}",
    "fit: {epochs: '1'}",
    "fit: {phases: [{epoch: 1}]}",
    "fit: {phases: [{epochs: 1, callbacks: [EarlyStoping]}]}",
    "fit: {~epoch: null}",
    "data: {validation: {fractoin: 0.1}}",
    "data: {validation: {csv: {pth: a}}}",
    "data: {source: mnits}",
    "data: {source: {synthetic: {samples: 1, fields: {x: {shpe: [1]}}}}}",
    "data: {inputs: {x: {feild: y}}}",
    "data: {inputs: {x: {pad: {lenght: 3}}}}",
    "data: {inputs: {x: {transform: [{Rescaling: {scal: 1/255}}]}}}",
    "data: {inputs: {x: {transform: [Normalisation]}}}",
    "data: {window: {lenght: 3}}",
    "model: {inputs: {x: {shpe: [1]}}}",
    "model: {inputs: {x: 784}}",
    "model: {inputs: {x: [0]}}",
    "model: {layers: [{Dense: {unit: 1}}]}",
    "model: {layers: [{Dense: {activation: relu}}]}",
    "model: {layers: [{Dense: {units: many}}]}",
    "model: {layers: [{Dense: many}]}",
    "model: {layers: [{Dense: {units: 1, activation: reluu}}]}",
    "model: {layers: [{Dense: {units: 1, kernel_initializer: {HeNorml: {}}}}]}",
    "model: {layers: [{Dense: {units: 1, kernel_regularizer: {L2: {l: 1}}}}]}",
    "model: {layers: [{Conv2D: {filters: 1, kernel_size: 1, padding: smae}}]}",
    "model: {layers: [{Activation: reluu}]}",
    "model: {layers: [Dens]}",
    "model: {layers: [{Dropot: 0.5}]}",
    "model: {layers: [{residual: {filters: 3}}]}",
    "model: {layers: [{ops.ad: {}}]}",
    "model: {layers: [{ops.concatenate: {axes: 1}}]}",
    "model: {layers: [{Dense: 1, nmae: x}]}",
    "model: {layers: [{Dense: 1, Dropout: 0.5}]}",
    "model: {layers: [{name: x}]}",
    "model: {layers: [{Dense: 1, use_bias: false}]}",
    "model: {layers: [{Dense: 1, repeat: -1}]}",
    "model: {layers: [{Dense: 1, trainable: 3}]}",
    "model: {layers: [{Bidirectional: {layer: {LSTM: {unts: 3}}}}]}",
    "model: {layers: [{Bidirectional: {layer: {LSMT: {units: 3}}}}]}",
    "model: {layers: [{RNN: {cell: [{LSTMCel: 8}]}}]}",
    "model: {layers: [{Model: {layer: []}}]}",
    "model: {layers: [{Model: {layers: [{Dense: {unit: 1}}]}}]}",
    "model: {layers: [{Model: {layers: [{Dens: {units: 1}}]}}]}",
    "model: {blocks: {b: {layers: [{Dense: {unit: 1}}]}}}",
    "model: {blocks: {b: {layer: []}}}",
    "model: {blocks: {b: {layers: []}}, layers: [{b: 3, nmae: x}]}",
    "plugins: m.py\nmodel: {layers: [{Mine: 3, nmae: x}]}",
    "plugins: m.py\nmodel: {layers: [{Dense: {unit: 1}}]}",
    "model: {base: {form: x}}",
    "model: {weights: {form: x}}",
    "model: {topology: sequntial}",
    "compile: {optimiser: adam}",
    "compile: {optimizer: adma}",
    "compile: {optimizer: {Adam: {lerning_rate: 1}}}",
    "compile: {optimizer: {adam: {lerning_rate: 1}}}",
    "compile: {optimizer: {Adam: {~lerning_rate: null}}}",
    "compile: {optimizer: {Adam: {learning_rate: {CosineDecay: {decay_step: 1}}}}}",
    "compile: {optimizer: {Adam: {learning_rate: {CosinDecay: {decay_steps: 1}}}}}",
    "compile: {loss: spars_categorical_crossentropy}",
    "compile: {loss: {a: mse, b: msee}}",
    "compile: {loss: {a: {Huber: {dleta: 1}}}}",
    "compile: {metrics: [acuracy]}",
    "compile: {metrics: {a: [{AUC: {crve: PR}}]}}",
    "compile: {metrics: {a: {AUCC: {curve: PR}}}}",
    "callbacks: [{EarlyStopping: {patince: 2}}]",
    "callbacks: [EarlyStoping]",
    "callbacks: [{LearningRateScheduler: {schedule: {first: 1e-3}}}]",
    "callbacks: [{LearningRateScheduler: {schedule: {0: fast}}}]",
    "callbacks: [{LearningRateScheduler: {schedule: {CosineDecay: {decay: 10}}}}]",
    "checkpoints: {mode: mni}",
    "checkpoints: {every: 5 stepps}",
    "checkpoints: {keep: 1}",
    "logs: {tensorbord: true}",
    "logs: {tensorboard: {histogram: 1}}",
]
