"""Models made by hand, each with something that a converter can get wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import Input, layers, ops


def chain() -> Any:
    return keras.Sequential(
        [Input((4,), name="x"), layers.Dense(3, "relu"), layers.Dropout(0.5), layers.Dense(2, name="out")]
    )


def unbuilt() -> Any:
    return keras.Sequential([layers.Dense(3), layers.ReLU()])


def names() -> Any:
    x = Input((4,), name="in.put")
    y = layers.Dense(3, name="1.dense")(x)
    y = layers.Dense(3, name="a b")(y)
    return keras.Model(x, layers.Dense(3, name="a_b")(y))


def siamese() -> Any:
    left, right = Input((4,), name="left"), Input((4,), name="right")
    encoder = layers.Dense(3, activation="tanh", name="encoder")
    return keras.Model([left, right], layers.Subtract()([encoder(left), encoder(right)]))


def called_on_itself() -> Any:
    x = Input((3,))
    step = layers.Dense(3)
    return keras.Model(x, step(step(step(x))))


def nested_in_nested() -> Any:
    inner_input = Input((4,))
    inner = keras.Model(
        inner_input, [layers.Dense(2, name="mean")(inner_input), layers.Dense(3)(inner_input)], name="inner"
    )
    x = Input((4,))
    mean, other = inner(layers.Dense(4)(x))
    outer = keras.Model(x, [layers.Concatenate()([mean, other]), mean], name="outer")
    a, b = Input((4,), name="a"), Input((4,), name="b")
    first, _ = outer(a)
    second, third = outer(b)
    chain = keras.Sequential([Input((5,)), layers.Dense(2), layers.ReLU()], name="chain")
    return keras.Model([a, b], [chain(first), layers.Add()([first, second]), third])


def mappings() -> Any:
    inputs = {"b": Input((2,), name="b"), "a": Input((3,), name="a")}
    outputs = {"second": layers.Dense(2)(inputs["a"]), "first": layers.Dense(4)(inputs["b"])}
    inner = keras.Model(inputs, outputs, name="inner")
    p, q = Input((2,), name="p"), Input((3,), name="q")
    made = inner({"a": q, "b": p})
    return keras.Model({"p": p, "q": q}, {"x": layers.ReLU()(made["first"]), "y": made["second"]})


def recurrent_states() -> Any:
    tokens = Input((5,), dtype="int32", name="tokens")
    x = layers.Embedding(10, 4)(tokens)
    whole, h, c = layers.LSTM(3, return_sequences=True, return_state=True)(x)
    decoded = layers.LSTM(3)(whole, initial_state=[h, c])
    only, _ = layers.GRU(2, return_state=True)(whole)
    return keras.Model(tokens, [decoded, only])


def masks() -> Any:
    tokens = Input((5,), dtype="int32", name="tokens")
    x = layers.Embedding(10, 4, mask_zero=True)(tokens)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    x = layers.Masking(0.5)(x)
    return keras.Model(tokens, layers.GRU(2)(x))


def masks_by_hand() -> Any:
    tokens = Input((5,), dtype="int32", name="tokens")
    x = layers.Embedding(10, 4, mask_zero=True)(tokens)
    shown = ops.not_equal(tokens, 2)
    x = layers.LSTM(3, return_sequences=True)(x, mask=shown)
    return keras.Model(tokens, layers.GRU(2)(x))


def masks_that_end() -> Any:
    tokens = Input((6,), dtype="int32", name="tokens")
    x = layers.Dropout(0.1)(layers.Embedding(10, 4, mask_zero=True)(tokens))
    x, state = layers.GRU(4, return_sequences=True, return_state=True)(layers.Dense(4)(x))
    y = layers.LSTM(3)(layers.LayerNormalization()(x))
    z = layers.GRU(3)(x * 2)
    return keras.Model(tokens, layers.Concatenate()([y, z, state]))


def attention() -> Any:
    x = Input((6, 4))
    y = layers.MultiHeadAttention(2, 3, dropout=0.1)(x, x, use_causal_mask=True)
    z, scores = layers.MultiHeadAttention(2, 2, value_dim=3)(y, x, return_attention_scores=True)
    query = layers.Attention(use_scale=True)([y, z])
    return keras.Model(x, [layers.Add()([y, z, query]), scores])


def operations() -> Any:
    x = Input((6, 4), name="x")
    first = x[:, 0]
    last = x[:, -1, 1:3]
    wide = x[:, None, ..., ::2]
    y = 1 - first * 2.0 / (first + 3)
    y = ops.where(first > 0, y, 0.5) * np.array([1.0, 2.0, 3.0, 4.0], "float32")
    y = ops.concatenate([y, ops.mean(x, axis=1), last], axis=-1)
    parts = ops.split(y, 2, axis=-1)
    z = ops.einsum("bij,bkj->bik", x, x)
    z = ops.reshape(ops.sum(z, axis=[1, 2], keepdims=True), (-1, 1))
    return keras.Model(x, [parts[1], ops.stack([parts[0], parts[1]], axis=1), ops.max(wide, axis=(1, 2)), z, -y])


def activations() -> Any:
    x = Input((4,))
    y = layers.Dense(3, activation=layers.LeakyReLU(negative_slope=0.1))(x)
    y = layers.Activation("gelu")(y)
    y = ops.gelu(y, approximate=False)
    y = ops.layer_normalization(ops.relu(y), epsilon=0.1)
    return keras.Model(x, ops.softmax(y))


def activation_functions() -> Any:
    x = Input((4,))
    return keras.Model(x, layers.Dense(2)(keras.activations.relu(x, negative_slope=0.2)))


def wrappers() -> Any:
    x = Input((5, 4))
    backward = layers.GRU(3, go_backwards=True, return_sequences=True, use_bias=False)
    y = layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum", backward_layer=backward)(x)
    y = layers.TimeDistributed(layers.Dense(4, activation="relu"))(y)
    y = layers.RNN([layers.LSTMCell(3), layers.GRUCell(2)], return_sequences=True)(y)
    inner = keras.Sequential([Input((2,)), layers.Dense(3), layers.Dense(2)])
    y = layers.TimeDistributed(inner)(y)
    y = layers.RNN(layers.SimpleRNNCell(3))(y)
    return keras.Model(x, layers.SpectralNormalization(layers.Dense(2))(y))


def arguments() -> Any:
    return keras.Sequential(
        [
            Input((8, 8, 3), batch_size=2, name="image"),
            layers.Conv2D(
                4,
                (3, 2),
                strides=(2, 1),
                padding="same",
                kernel_initializer=keras.initializers.RandomNormal(stddev=0.1, seed=3),
                bias_initializer="ones",
                kernel_regularizer=keras.regularizers.L1L2(l1=0.1, l2=0.2),
                activity_regularizer="l2",
                kernel_constraint=keras.constraints.MaxNorm(2, axis=[0, 1]),
            ),
            layers.BatchNormalization(momentum=0.9, trainable=False, name="frozen"),
            layers.MaxPooling2D(2),
            layers.ZeroPadding2D(((0, 1), (2, 2))),
            layers.UpSampling2D((2, 2), interpolation="bilinear"),
            layers.SeparableConv2D(3, 3, use_bias=False),
            layers.GlobalAveragePooling2D(keepdims=True),
            layers.Flatten(),
            layers.Dense(
                2,
                bias_initializer=keras.initializers.Constant(0),
                kernel_initializer=keras.initializers.Constant(0.5),
                dtype="float64",
            ),
        ]
    )


def policies() -> Any:
    x = Input((4,))
    y = layers.Dense(3, dtype="mixed_bfloat16")(x)
    y = layers.Dense(3, dtype="mixed_bfloat16")(y)
    return keras.Model(x, layers.Dense(2, activation="softmax", dtype="float32")(y))


def preprocessing() -> Any:
    number, word = Input((2,), name="number"), Input((1,), dtype="string", name="word")
    x = layers.Normalization(mean=[0.5, 1.0], variance=[1.0, 2.0])(number)
    y = layers.StringLookup(vocabulary=["a", "b", "a: b", "$c"], output_mode="one_hot")(word)
    z = layers.Discretization(bin_boundaries=[0.0, 1.0], output_mode="one_hot")(number)
    z = layers.Rescaling(1 / 255, offset=-1)(layers.Flatten()(z))
    return keras.Model([number, word], layers.Concatenate()([x, y, z]))


def functional_chain() -> Any:
    x = Input((4,))
    return keras.Model(x, layers.Dense(2)(layers.Dense(3)(x)))


def frozen() -> Any:
    x = Input((4,))
    inner = keras.Sequential([Input((4,)), layers.Dense(3), layers.BatchNormalization()], name="inner")
    inner.trainable = False
    return keras.Model(x, layers.Dense(2)(inner(x, training=False)))


MODELS: dict[str, Callable[[], Any]] = {
    model.__name__: model
    for model in (
        *(
            chain,
            names,
            siamese,
            called_on_itself,
            nested_in_nested,
            mappings,
            recurrent_states,
            masks,
            attention,
            masks_by_hand,
            masks_that_end,
        ),
        *(operations, activations, wrappers, arguments, policies, preprocessing, functional_chain, frozen),
    )
}
