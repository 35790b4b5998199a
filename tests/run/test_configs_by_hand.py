"""Every ready spec against the model that one would write by hand: same structure, same weights after some steps."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.layers import Parameter
from kerascli.run.build import build_model
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from oracle import assert_same, by_hand, compare_training  # noqa: E402

CONFIGS = Path(__file__).parents[2] / "configs"


def mnist(keras: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((784,), name="image"),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def mnist_cnn(keras: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1), name="image"),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def mnist_lstm(keras: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28), name="rows"),
            layers.LSTM(64),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
    model.compile(keras.optimizers.Adam(3e-3, clipnorm=1.0), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def news(keras: Any) -> Any:
    layers = keras.layers
    inputs = [keras.Input((size,), name=name) for name, size in (("title", 10000), ("content", 10000), ("tags", 20))]
    features = layers.Concatenate(name="features")(inputs)
    mixing = layers.Dense(64, activation="relu", name="mixing")(features)
    priority = layers.Dense(1, activation="sigmoid", name="priority")(mixing)
    department = layers.Dense(5, activation="softmax", name="department")(mixing)
    model = keras.Model(inputs, [priority, department])
    model.compile(
        "rmsprop",
        ["mean_squared_error", "categorical_crossentropy"],
        loss_weights=[1.0, 0.2],
        metrics=[["mean_absolute_error"], ["accuracy"]],
    )
    return model


def two_branch(keras: Any) -> Any:
    layers = keras.layers
    image = keras.Input((28, 28), name="image")
    picture = layers.Reshape((28, 28, 1), name="picture")(image)
    shapes = layers.Conv2D(8, 5, strides=2, activation="relu")(picture)
    shapes = layers.GlobalMaxPooling2D(name="shapes")(shapes)
    strokes = layers.GRU(32, name="strokes")(image)
    both = layers.Concatenate(name="both")([shapes, strokes])
    hidden = layers.Dense(64, activation="relu")(both)
    model = keras.Model(image, layers.Dense(10, activation="softmax", name="digit")(hidden))
    rate = keras.optimizers.schedules.CosineDecay(4e-3, 430)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def residual(keras: Any) -> Any:
    layers = keras.layers

    def convolution(x: Any, filters: int, size: int, strides: int = 1) -> Any:
        return layers.Conv2D(filters, size, strides=strides, padding="same", use_bias=False)(x)

    image = keras.Input((28, 28, 1), name="image")
    x = layers.BatchNormalization()(convolution(image, 12, 5, 4))
    stem = layers.ReLU(name="stem")(x)
    x = layers.ReLU()(layers.BatchNormalization()(convolution(stem, 12, 3)))
    first = layers.BatchNormalization(name="first")(convolution(x, 12, 3))
    block = layers.ReLU(name="block_1")(keras.ops.add(stem, first))
    x = layers.ReLU()(layers.BatchNormalization()(convolution(block, 24, 3, 2)))
    second = layers.BatchNormalization(name="second")(convolution(x, 24, 3))
    shortcut = layers.Conv2D(24, 1, strides=2, use_bias=False, name="shortcut")(block)
    x = layers.ReLU()(layers.Add(name="sum_2")([shortcut, second]))
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(image, layers.Dense(10, activation="softmax", name="digit")(x))
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def regression(keras: Any) -> Any:
    layers = keras.layers
    measures, species = keras.Input((3,), name="measures"), keras.Input((4,), name="species")
    x = layers.Concatenate()([measures, species])
    for _ in range(2):
        x = layers.Dense(32, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-4))(x)
    model = keras.Model([measures, species], layers.Dense(1, name="body_mass_g")(x))
    model.compile(keras.optimizers.Adam(5e-3), "mean_squared_error", metrics=["mean_absolute_error"])
    return model


def vision_transformer(keras: Any) -> Any:
    layers = keras.layers

    def encoder(x: Any, name: str) -> Any:
        normal = layers.LayerNormalization(name=f"{name}.normal")(x)
        attended = layers.MultiHeadAttention(2, 32, dropout=0.1, name=f"{name}.attended")(normal, normal)
        seen = layers.Add(name=f"{name}.seen")([x, attended])
        thought = layers.LayerNormalization(name=f"{name}.layer_normalization")(seen)
        thought = layers.Dense(64, activation="gelu", name=f"{name}.dense")(thought)
        thought = layers.Dense(32, name=f"{name}.thought")(thought)
        return layers.Add(name=f"{name}.add")([seen, thought])

    image = keras.Input((28, 28, 1), name="image")
    patches = layers.Reshape((16, 32), name="patches")(layers.Conv2D(32, 7, strides=7)(image))
    class_token = Parameter((1, 32), "zeros", name="class_token")(patches)
    tokens = keras.ops.concatenate([class_token, patches], axis=1)
    positions = Parameter((17, 32), keras.initializers.RandomNormal(stddev=0.02), name="positions")(tokens)
    x = encoder(encoder(layers.Add()([tokens, positions]), "encoder"), "encoder_1")
    x = layers.LayerNormalization()(x)[:, 0]
    model = keras.Model(image, layers.Dense(10, activation="softmax", name="digit")(x))
    optimizer = keras.optimizers.AdamW(2e-3, weight_decay=1e-4)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def autoencoder(keras: Any) -> Any:
    layers = keras.layers
    half = {"kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}
    encoder = keras.Sequential(
        [
            keras.Input((28, 28), name="picture"),
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(8, **half, name="look_1"),
            layers.Conv2D(16, **half, name="look_2"),
            layers.Flatten(),
            layers.Dense(16, name="code"),
        ],
        name="encoder",
    )
    decoder = keras.Sequential(
        [
            keras.Input((16,), name="code"),
            layers.Dense(784, activation="relu", name="dense"),
            layers.Reshape((7, 7, 16), name="reshape"),
            layers.Conv2DTranspose(16, **half, name="draw_1"),
            layers.Conv2DTranspose(8, **half, name="draw_2"),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid", name="conv2d"),
            layers.Reshape((28, 28), name="reshape_1"),
        ],
        name="decoder",
    )
    model = keras.Sequential([keras.Input((28, 28), name="image"), encoder, decoder])
    model.compile(keras.optimizers.Adam(2e-3), "binary_crossentropy", metrics=["mean_absolute_error"])
    return model


def penguins(keras: Any) -> Any:
    layers = keras.layers
    inputs = [keras.Input((size,), name=name) for name, size in (("measures", 5), ("sex", 4), ("comments", 32))]
    x = layers.Dense(16, activation="relu")(layers.Concatenate()(inputs))
    x = layers.Dropout(0.2)(x)
    x = layers.Dense(3, activation="softmax", name="species")(x)
    model = keras.Model(inputs, x)
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def digits(keras: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax", name="digit"),
        ]
    )
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def languages(keras: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((1000,), name="text"),
            layers.Dense(32, activation="relu"),
            layers.Dense(8, activation="softmax", name="language"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def sunspots(keras: Any) -> Any:
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((22, 1), name="years"),
            layers.Conv1D(16, 4, activation="relu"),
            layers.GRU(16),
            layers.Dense(1, name="next"),
        ]
    )
    model.compile(keras.optimizers.Adam(5e-3), "mean_squared_error", metrics=["mean_absolute_error"])
    return model


OLDER = (mnist, mnist_cnn, mnist_lstm, news, two_branch, residual, regression, vision_transformer, autoencoder)
MODELS = (*OLDER, penguins, digits, languages, sunspots)
IDS = [build.__name__ for build in MODELS]
# TensorFlow takes long to compile these.
SLOW = (vision_transformer, autoencoder)
TRAINED = [pytest.param(b, id=b.__name__, marks=[pytest.mark.long] if b in SLOW else []) for b in MODELS]
CALLBACKS = {
    "mnist_lstm": lambda: [keras.callbacks.ReduceLROnPlateau(monitor="val_loss", patience=1, factor=0.5)],
    "regression": lambda: [keras.callbacks.EarlyStopping(monitor="val_loss", patience=15)],
}


def test_every_ready_spec_is_here() -> None:
    assert {path.stem for path in CONFIGS.glob("*.yaml")} == set(IDS)


@pytest.mark.parametrize("build", MODELS, ids=IDS)
def test_same_model(build: Any) -> None:
    spec = load_spec(CONFIGS / f"{build.__name__}.yaml")
    model, other = build_model(spec), by_hand(build, spec.seed)
    assert isinstance(model, keras.Sequential) == isinstance(other, keras.Sequential)
    assert [type(layer) for layer in model.layers] == [type(layer) for layer in other.layers]
    assert_same(model.get_weights(), other.get_weights())
    x = [np.random.default_rng(0).random((3, *tensor.shape[1:])).astype("float32") for tensor in model.inputs]
    x = x[0] if len(x) == 1 else x
    ours, theirs = model.predict(x, verbose=0), other.predict(x, verbose=0)
    assert_same(ours if isinstance(ours, list) else [ours], theirs if isinstance(theirs, list) else [theirs])


@pytest.mark.parametrize("build", TRAINED)
def test_same_weights_after_training(build: Any, tmp_path: Path) -> None:
    # Bit for bit as `model.fit`: nothing is chosen for the speed.
    overrides = ["performance=false", "fit.epochs=2", "fit.steps_per_epoch=5", "fit.validation_steps=1", "~data.test"]
    path = CONFIGS / f"{build.__name__}.yaml"
    spec = load_spec(path, overrides if "test:" in path.read_text() else overrides[:4])
    compare_training(spec, build, tmp_path, CALLBACKS.get(build.__name__, list))
