"""Models as one would write them by hand in Keras, each beside its spec: the oracle of the tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

DATA = """
data:
  source:
    synthetic:
      samples: 96
      fields:
        a: {{shape: [8], normal: [0, 1]}}
        b: {{shape: [8], normal: [0, 1]}}
        steps: {{shape: [6, 4], normal: [0, 1]}}
        picture: {{shape: [12, 12, 2], uniform: [0, 1]}}
        words: {{shape: [7], integers: [0, 20]}}
        label: {{integers: [0, 3]}}
        hot: {{one_hot: 3}}
        yes: {{shape: [1], integers: [0, 2]}}
        score: {{shape: [1], uniform: [0, 1]}}
        weight: {{uniform: [0.5, 2]}}
  validation: {{fraction: 0.25, shuffle: false}}
  inputs: {inputs}
  targets: {targets}
"""


@dataclass(frozen=True)
class Case:
    """A spec and the same model by hand.

    Attributes:
        name: For the test's id.
        inputs: Model input to field.
        targets: Model output to field.
        spec: The sections but for `data` and `fit`.
        build: Makes and compiles the model.
        fit: Keys of `fit`.
    """

    name: str
    inputs: dict[str, str]
    targets: dict[str, str]
    spec: str
    build: Callable[[Any], Any]
    fit: str = "{epochs: 2, batch_size: 16}"

    @property
    def text(self) -> str:
        """The whole spec."""
        data = DATA.format(inputs=_flow(self.inputs), targets=_flow(self.targets))
        return f"name: {self.name}\nseed: 9\n{data}{self.spec}\nfit: {self.fit}\n"


def _flow(names: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {field}" for name, field in names.items()) + "}"


def chain(keras: Any) -> Any:
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(3, activation="softmax", name="kind"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def convnet(keras: Any) -> Any:
    model = keras.Sequential(
        [
            keras.Input((12, 12, 2)),
            keras.layers.Conv2D(4, 3, padding="same", kernel_initializer="he_normal"),
            keras.layers.BatchNormalization(),
            keras.layers.LeakyReLU(0.1),
            keras.layers.MaxPooling2D(),
            keras.layers.SpatialDropout2D(0.2),
            keras.layers.Flatten(),
            keras.layers.Dense(3, activation="softmax", kernel_regularizer=keras.regularizers.L2(1e-3), name="kind"),
        ]
    )
    model.compile(
        keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True), "categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def recurrent(keras: Any) -> Any:
    model = keras.Sequential(
        [
            keras.Input((6, 4)),
            keras.layers.Bidirectional(keras.layers.LSTM(5, return_sequences=True)),
            keras.layers.GRU(4, dropout=0.2),
            keras.layers.Dense(1, activation="sigmoid", name="yes"),
        ]
    )
    model.compile(keras.optimizers.RMSprop(1e-2), "binary_crossentropy", metrics=["binary_accuracy"])
    return model


def embedding(keras: Any) -> Any:
    model = keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            keras.layers.Embedding(20, 6),
            keras.layers.Conv1D(5, 3, activation="gelu"),
            keras.layers.GlobalMaxPooling1D(),
            keras.layers.Dense(3, activation="softmax", name="kind"),
        ]
    )
    model.compile(keras.optimizers.AdamW(1e-3, weight_decay=0.01), "sparse_categorical_crossentropy")
    return model


def two_heads(keras: Any) -> Any:
    a, b = keras.Input((8,), name="a"), keras.Input((8,), name="b")
    features = keras.layers.Concatenate()([a, b])
    mixing = keras.layers.Dense(8, activation="relu")(features)
    score = keras.layers.Dense(1, activation="sigmoid", name="score")(mixing)
    kind = keras.layers.Dense(3, activation="softmax", name="kind")(mixing)
    model = keras.Model([a, b], [score, kind])
    model.compile(
        "rmsprop",
        ["mean_squared_error", "categorical_crossentropy"],
        loss_weights=[1.0, 0.2],
        metrics=[["mean_absolute_error"], ["accuracy"]],
    )
    return model


def residual(keras: Any) -> Any:
    a = keras.Input((8,), name="a")
    hidden = keras.layers.Dense(8, activation="tanh")(a)
    hidden = keras.layers.Dense(8, name="hidden")(hidden)
    total = keras.layers.Add()([a, hidden])
    scaled = keras.ops.multiply(total, 0.5)
    out = keras.layers.Dense(1, name="score")(scaled)
    model = keras.Model(a, out)
    model.compile(
        keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.01, 5, 0.9)), keras.losses.Huber(0.5)
    )
    return model


def states(keras: Any) -> Any:
    steps = keras.Input((6, 4), name="steps")
    _, h, c = keras.layers.LSTM(5, return_state=True, name="enc")(steps)
    decoded = keras.layers.LSTM(5, name="dec")(steps, initial_state=[h, c])
    out = keras.layers.Dense(3, activation="softmax", name="kind")(decoded)
    model = keras.Model(steps, out)
    model.compile("adam", "categorical_crossentropy")
    return model


def attention(keras: Any) -> Any:
    steps = keras.Input((6, 4), name="steps")
    seen = keras.layers.MultiHeadAttention(2, 3, dropout=0.1)(query=steps, value=steps, use_causal_mask=True)
    total = keras.layers.Add()([steps, seen])
    normal = keras.layers.LayerNormalization()(total)
    pooled = keras.layers.GlobalAveragePooling1D()(normal)
    out = keras.layers.Dense(3, activation="softmax", name="kind")(pooled)
    model = keras.Model(steps, out)
    model.compile("nadam", "categorical_crossentropy", metrics=[keras.metrics.AUC(num_thresholds=20, name="auc")])
    return model


def repeated(keras: Any) -> Any:
    model = keras.Sequential(
        [
            keras.Input((8,)),
            *(keras.layers.Dense(6, activation="elu") for _ in range(3)),
            keras.layers.Dense(1, name="score"),
        ]
    )
    model.compile("adagrad", "mse", metrics=["mae"], weighted_metrics=["mse"])
    return model


def frozen(keras: Any) -> Any:
    model = keras.Sequential(
        [keras.Input((8,)), keras.layers.Dense(6, activation="selu"), keras.layers.Dense(3, activation="softmax")]
    )
    model.layers[0].trainable = False
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(ignore_class=2))
    return model


def unet(keras: Any) -> Any:
    picture = keras.Input((12, 12, 2), name="picture")
    down = keras.layers.Conv2D(4, 3, padding="same", activation="relu")(picture)
    small = keras.layers.MaxPooling2D()(down)
    deep = keras.layers.SeparableConv2D(8, 3, padding="same", activation="relu")(small)
    up = keras.layers.UpSampling2D()(deep)
    both = keras.layers.Concatenate()([down, up])
    map_ = keras.layers.Conv2D(2, 1)(both)
    out = keras.layers.Dense(1, name="score")(keras.layers.Flatten()(map_))
    model = keras.Model(picture, out)
    model.compile(keras.optimizers.Lion(1e-3), "mean_absolute_error")
    return model


def wide_and_deep(keras: Any) -> Any:
    a, words = keras.Input((8,), name="a"), keras.Input((7,), dtype="int32", name="words")
    crossed = keras.layers.Embedding(20, 3)(words)
    pooled = keras.ops.mean(crossed, axis=1)
    deep = keras.layers.Dense(4, activation="swish", name="deep")(pooled)
    both = keras.ops.concatenate([a, deep], axis=-1)
    out = keras.layers.Dense(1, activation="sigmoid", name="yes")(both)
    model = keras.Model([a, words], out)
    model.compile("ftrl", keras.losses.BinaryFocalCrossentropy(), metrics=["binary_accuracy"])
    return model


CASES = (
    Case(
        "chain",
        {"a": "a"},
        {"kind": "label"},
        """
model:
  inputs: {a: [8]}
  layers:
    - Dense: {units: 16, activation: relu}
    - Dropout: 0.5
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: adam, loss: sparse_categorical_crossentropy, metrics: [accuracy]}
""",
        chain,
    ),
    Case(
        "convnet",
        {"picture": "picture"},
        {"kind": "hot"},
        """
model:
  inputs: {picture: [12, 12, 2]}
  layers:
    - Conv2D: {filters: 4, kernel_size: 3, padding: same, kernel_initializer: he_normal}
    - BatchNormalization
    - LeakyReLU: 0.1
    - MaxPool2D
    - SpatialDropout2D: 0.2
    - Flatten
    - Dense: {units: 3, activation: softmax, kernel_regularizer: {L2: 1e-3}}
      name: kind
compile:
  optimizer: {SGD: {learning_rate: 0.05, momentum: 0.9, nesterov: true}}
  loss: categorical_crossentropy
  metrics: accuracy
callbacks: [{EarlyStopping: {monitor: val_loss, patience: 5}}]
""",
        convnet,
        "{epochs: 3, batch_size: 20, shuffle: false}",
    ),
    Case(
        "recurrent",
        {"steps": "steps"},
        {"yes": "yes"},
        """
model:
  inputs: {steps: [6, 4]}
  layers:
    - Bidirectional: {layer: {LSTM: {units: 5, return_sequences: true}}}
    - GRU: {units: 4, dropout: 0.2}
    - Dense: {units: 1, activation: sigmoid}
      name: yes
compile: {optimizer: {RMSprop: 1e-2}, loss: binary_crossentropy, metrics: [binary_accuracy]}
""",
        recurrent,
    ),
    Case(
        "embedding",
        {"words": "words"},
        {"kind": "label"},
        """
model:
  inputs: {words: {shape: [7], dtype: int32}}
  layers:
    - Embedding: {input_dim: 20, output_dim: 6}
    - Conv1D: {filters: 5, kernel_size: 3, activation: gelu}
    - GlobalMaxPool1D
    - Dense: {units: 3, activation: softmax}
      name: kind
compile:
  optimizer: {AdamW: {learning_rate: 1e-3, weight_decay: 0.01}}
  loss: sparse_categorical_crossentropy
""",
        embedding,
        "{epochs: 2, batch_size: 16, class_weight: {0: 2.0, 2: 0.5}}",
    ),
    Case(
        "two_heads",
        {"a": "a", "b": "b"},
        {"score": "score", "kind": "hot"},
        """
model:
  inputs: {a: [8], b: [8]}
  layers:
    - Concatenate:
      inputs: [a, b]
    - Dense: {units: 8, activation: relu}
      name: mixing
    - Dense: {units: 1, activation: sigmoid}
      name: score
    - Dense: {units: 3, activation: softmax}
      name: kind
      inputs: mixing
  outputs: [score, kind]
compile:
  optimizer: rmsprop
  loss: {score: mean_squared_error, kind: categorical_crossentropy}
  loss_weights: {kind: 0.2}
  metrics: {score: mean_absolute_error, kind: [accuracy]}
""",
        two_heads,
    ),
    Case(
        "residual",
        {"a": "a"},
        {"score": "score"},
        """
model:
  inputs: {a: [8]}
  layers:
    - Dense: {units: 8, activation: tanh}
    - Dense: 8
      name: hidden
    - Add:
      inputs: [a, hidden]
    - ops.multiply: 0.5
    - Dense: 1
      name: score
compile:
  optimizer:
    Adam: {learning_rate: {ExponentialDecay: {initial_learning_rate: 0.01, decay_steps: 5, decay_rate: 0.9}}}
  loss: {Huber: 0.5}
""",
        residual,
        "{epochs: 2, batch_size: 16, validation_freq: 2, steps_per_epoch: 3}",
    ),
    Case(
        "states",
        {"steps": "steps"},
        {"kind": "hot"},
        """
model:
  inputs: {steps: [6, 4]}
  layers:
    - LSTM: {units: 5, return_state: true}
      name: enc
    - LSTM: 5
      name: dec
      inputs: {sequences: steps, initial_state: [enc:1, enc:2]}
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: adam, loss: categorical_crossentropy}
""",
        states,
    ),
    Case(
        "attention",
        {"steps": "steps"},
        {"kind": "hot"},
        """
model:
  inputs: {steps: [6, 4]}
  layers:
    - MultiHeadAttention: {num_heads: 2, key_dim: 3, dropout: 0.1}
      name: seen
      inputs: {query: steps, value: steps, use_causal_mask: true}
    - Add:
      inputs: [steps, seen]
    - LayerNormalization
    - GlobalAveragePooling1D
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: nadam, loss: categorical_crossentropy, metrics: [{AUC: {num_thresholds: 20}}]}
""",
        attention,
    ),
    Case(
        "repeated",
        {"a": "a"},
        {"score": "score"},
        """
model:
  inputs: {a: [8]}
  layers:
    - Dense: {units: 6, activation: elu}
      repeat: 3
      name: h
    - Dense: 1
      name: score
      inputs: h
compile: {optimizer: adagrad, loss: mse, metrics: [mae], weighted_metrics: [mse]}
""",
        repeated,
    ),
    Case(
        "frozen",
        {"a": "a"},
        {"kind": "label"},
        """
model:
  inputs: {a: [8]}
  layers:
    - Dense: {units: 6, activation: selu}
      trainable: false
    - Dense: {units: 3, activation: softmax}
      name: kind
compile: {optimizer: adam, loss: {SparseCategoricalCrossentropy: {ignore_class: 2}}}
""",
        frozen,
    ),
    Case(
        "unet",
        {"picture": "picture"},
        {"score": "score"},
        """
model:
  inputs: {picture: [12, 12, 2]}
  layers:
    - Conv2D: {filters: 4, kernel_size: 3, padding: same, activation: relu}
      name: down
    - MaxPooling2D
    - SeparableConv2D: {filters: 8, kernel_size: 3, padding: same, activation: relu}
    - UpSampling2D:
      name: up
    - Concatenate:
      inputs: [down, up]
    - Conv2D: {filters: 2, kernel_size: 1}
    - Flatten
    - Dense: 1
      name: score
compile: {optimizer: {Lion: 1e-3}, loss: mean_absolute_error}
""",
        unet,
    ),
    Case(
        "wide_and_deep",
        {"a": "a", "words": "words"},
        {"yes": "yes"},
        """
model:
  inputs: {a: [8], words: {shape: [7], dtype: int32}}
  layers:
    - Embedding: {input_dim: 20, output_dim: 3}
      inputs: words
    - ops.mean: {axis: 1}
    - Dense: {units: 4, activation: swish}
      name: deep
    - ops.concatenate: {axis: -1}
      inputs: [a, deep]
    - Dense: {units: 1, activation: sigmoid}
      name: yes
compile: {optimizer: ftrl, loss: BinaryFocalCrossentropy, metrics: [binary_accuracy]}
""",
        wide_and_deep,
    ),
)
