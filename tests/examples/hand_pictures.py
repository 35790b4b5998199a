"""Pictures: the examples as a Keras user writes them by hand."""

from __future__ import annotations

from typing import Any

import keras
from hand_parts import Parameter
from keras import Input, Model, Sequential, layers, ops


def convnet() -> Any:
    model = Sequential([Input((16, 16, 3)), layers.RandomFlip("horizontal"), layers.Rescaling(1 / 255)])
    for filters in (4, 8):
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
        model.add(layers.Dropout(0.25))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def siamese() -> Any:
    encoder = Sequential(
        [
            Input((20, 20, 1)),
            layers.BatchNormalization(),
            layers.Conv2D(4, (5, 5), activation="tanh"),
            layers.AveragePooling2D(pool_size=(2, 2)),
            layers.Conv2D(8, (5, 5), activation="tanh"),
            layers.AveragePooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dense(10, activation="tanh"),
        ]
    )
    left, right = Input((20, 20, 1)), Input((20, 20, 1))
    difference = ops.subtract(encoder(left), encoder(right))
    total = ops.sum(ops.square(difference), axis=1, keepdims=True)
    distance = ops.sqrt(ops.maximum(total, 1e-7))
    same = layers.Dense(1, activation="sigmoid")(layers.BatchNormalization()(distance))
    model = Model([left, right], same)
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    return model


def unet() -> Any:
    def convolutions(x: Any, filters: int) -> Any:
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
            x = layers.BatchNormalization()(x)
            x = layers.ReLU()(x)
        return x

    image = x = Input((16, 16, 3))
    skips = []
    for filters in (4, 8):
        x = convolutions(x, filters)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = convolutions(x, 16)
    for filters in (8, 4):
        x = layers.Conv2DTranspose(filters, 2, strides=2)(x)
        x = layers.Concatenate()([x, skips.pop()])
        x = convolutions(x, filters)
    model = Model(image, layers.Conv2D(3, 1, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def xception() -> Any:
    inputs = Input((32, 32, 3))
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(4, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = previous_block_activation = layers.ReLU()(x)
    for size in (8, 12, 16):
        for _ in range(2):
            x = layers.ReLU()(x)
            x = layers.SeparableConv2D(size, 3, padding="same")(x)
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        residual = layers.Conv2D(size, 1, strides=2, padding="same")(previous_block_activation)
        x = previous_block_activation = layers.add([x, residual])
    x = layers.SeparableConv2D(24, 3, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.25)(x)
    model = Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    model.compile(keras.optimizers.Adam(3e-4), "binary_crossentropy", metrics=["accuracy"])
    return model


def autoencoder() -> Any:
    encoder = Sequential(
        [
            Input((16, 16, 1)),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(4),
            layers.Flatten(),
            layers.Dense(6),
        ]
    )
    decoder = Sequential(
        [
            Input((6,)),
            layers.Dense(64, activation="relu"),
            layers.Reshape((4, 4, 4)),
            layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(8, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )
    model = Sequential([Input((16, 16, 1)), encoder, decoder])
    model.compile("adam", "binary_crossentropy")
    return model


def mlp_mixer() -> Any:
    def perceptron(x: Any, units: int) -> Any:
        x = layers.Dense(24, activation="gelu")(x)
        return layers.Dropout(0.1)(layers.Dense(units)(x))

    inputs = Input((16, 16, 3))
    x = layers.Reshape((16, 8))(layers.Conv2D(8, 4, strides=4)(inputs))
    for _ in range(2):
        channels = layers.Permute((2, 1))(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Permute((2, 1))(perceptron(channels, 16))])
        x = layers.Add()([x, perceptron(layers.LayerNormalization()(x), 8)])
    x = layers.GlobalAveragePooling1D()(x)
    model = Model(inputs, layers.Dense(10, activation="softmax")(x))
    optimizer = keras.optimizers.AdamW(5e-3, weight_decay=1e-4)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def conv_mixer() -> Any:
    def activation_block(x: Any) -> Any:
        return layers.BatchNormalization()(layers.Activation("gelu")(x))

    inputs = Input((16, 16, 3))
    x = activation_block(layers.Conv2D(8, kernel_size=2, strides=2)(inputs))
    for _ in range(3):
        x0 = x
        x = layers.DepthwiseConv2D(kernel_size=5, padding="same")(x)
        x = layers.Add()([activation_block(x), x0])
        x = activation_block(layers.Conv2D(8, kernel_size=1)(x))
    x = layers.GlobalAveragePooling2D()(x)
    model = Model(inputs, layers.Dense(10, activation="softmax")(x))
    optimizer = keras.optimizers.AdamW(1e-3, weight_decay=1e-4)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def next_frame() -> Any:
    model = Sequential([Input((None, 8, 8, 1))])
    for size in (5, 3, 1):
        model.add(layers.ConvLSTM2D(4, size, padding="same", return_sequences=True, activation="relu"))
        model.add(layers.BatchNormalization())
    model.add(layers.Conv3D(1, 3, padding="same", activation="sigmoid"))
    model.compile("adam", "binary_crossentropy")
    return model


def vision_transformer() -> Any:
    inputs = Input((16, 16, 3))
    patches = layers.Reshape((16, 8))(layers.Conv2D(8, 4, strides=4)(inputs))
    x = ops.concatenate([Parameter((1, 8), "zeros")(patches), patches], axis=1)
    x = layers.Add()([x, Parameter((17, 8), keras.initializers.RandomNormal(stddev=0.02))(x)])
    for _ in range(2):
        x1 = layers.LayerNormalization(epsilon=1e-6)(x)
        attention_output = layers.MultiHeadAttention(num_heads=2, key_dim=8, dropout=0.1)(x1, x1)
        x2 = layers.Add()([attention_output, x])
        x3 = layers.LayerNormalization(epsilon=1e-6)(x2)
        x3 = layers.Dense(16, activation="gelu")(x3)
        x3 = layers.Dense(8, activation="gelu")(x3)
        x = layers.Add()([x3, x2])
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    model = Model(inputs, layers.Dense(10, activation="softmax")(x[:, 0]))
    optimizer = keras.optimizers.AdamW(1e-3, weight_decay=1e-4)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def vae() -> Any:
    picture = Input((8, 8, 1))
    x = layers.Conv2D(4, 3, activation="relu", strides=2, padding="same")(picture)
    x = layers.Flatten()(x)
    x = layers.Dense(8, activation="relu")(x)
    encoder = Model(picture, [layers.Dense(2)(x), layers.Dense(2)(x)])
    decoder = Sequential(
        [
            Input((2,)),
            layers.Dense(16, activation="relu"),
            layers.Reshape((4, 4, 1)),
            layers.Conv2DTranspose(4, 3, activation="relu", strides=2, padding="same"),
            layers.Conv2D(1, 3, activation="sigmoid", padding="same"),
        ]
    )
    image = Input((8, 8, 1))
    mean, log_variance = encoder(image)
    noise = layers.GaussianNoise(1.0)(ops.zeros_like(mean))
    deviation = ops.exp(ops.multiply(log_variance, 0.5))
    code = layers.Add()([mean, layers.Multiply()([deviation, noise])])
    both = layers.Add()([ops.square(mean), ops.exp(log_variance)])
    divergence = ops.multiply(ops.subtract(layers.Subtract()([both, log_variance]), 1), 0.5)
    model = Model(image, [decoder(code), divergence])
    model.compile("adam", ["binary_crossentropy", "mean_absolute_error"], loss_weights=[1, 0.01])
    return model


def gan_generator() -> Any:
    model = Sequential([Input((8,)), layers.Dense(128), layers.Reshape((4, 4, 8))])
    for filters in (8, 4):
        model.add(layers.Conv2DTranspose(filters, kernel_size=4, strides=2, padding="same"))
        model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(layers.Conv2D(1, kernel_size=5, padding="same", activation="sigmoid"))
    model.compile(keras.optimizers.Adam(1e-4, beta_1=0.5), "mean_squared_error")
    return model


PICTURES = (
    convnet, siamese, unet, xception, autoencoder, mlp_mixer, conv_mixer, next_frame, vision_transformer, vae,
    gan_generator,
)  # fmt: skip
