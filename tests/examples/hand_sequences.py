"""Texts and other sequences: the examples as a Keras user writes them by hand."""

from __future__ import annotations

from typing import Any

from hand_parts import Parameter
from keras import Input, Model, Sequential, layers, ops


def bidirectional_lstm() -> Any:
    model = Sequential(
        [
            Input((None,), dtype="int32"),
            layers.Embedding(100, 8),
            layers.Bidirectional(layers.LSTM(6, return_sequences=True)),
            layers.Bidirectional(layers.LSTM(6)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def transformer() -> Any:
    def transformer_block(x: Any) -> Any:
        attention = layers.Dropout(0.1)(layers.MultiHeadAttention(num_heads=2, key_dim=8)(x, x))
        out1 = layers.LayerNormalization(epsilon=1e-6)(layers.Add()([x, attention]))
        feed_forward = layers.Dense(8)(layers.Dense(16, activation="relu")(out1))
        feed_forward = layers.Dropout(0.1)(feed_forward)
        return layers.LayerNormalization(epsilon=1e-6)(layers.Add()([out1, feed_forward]))

    inputs = Input((12,), dtype="int32")
    x = layers.Add()([layers.Embedding(100, 8)(inputs), Parameter((12, 8), "uniform")(inputs)])
    for _ in range(2):
        x = transformer_block(x)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dropout(0.1)(x)
    x = layers.Dense(20, activation="relu")(x)
    x = layers.Dropout(0.1)(x)
    model = Model(inputs, layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def translation() -> Any:
    def tokens(x: Any, words: int, length: int) -> Any:
        return layers.Add()([layers.Embedding(words, 8)(x), Parameter((length, 8), "uniform")(x)])

    def feed_forward(x: Any) -> Any:
        thought = layers.Dense(8)(layers.Dense(16, activation="relu")(x))
        return layers.LayerNormalization()(layers.Add()([x, thought]))

    def encoder(x: Any) -> Any:
        attended = layers.MultiHeadAttention(num_heads=2, key_dim=8)(query=x, value=x)
        return feed_forward(layers.LayerNormalization()(layers.Add()([x, attended])))

    def decoder(x: Any, memory: Any) -> Any:
        itself = layers.MultiHeadAttention(num_heads=2, key_dim=8)(query=x, value=x, use_causal_mask=True)
        query = layers.LayerNormalization()(layers.Add()([x, itself]))
        sentence = layers.MultiHeadAttention(num_heads=2, key_dim=8)(query=query, value=memory)
        return feed_forward(layers.LayerNormalization()(layers.Add()([query, sentence])))

    english, spanish = Input((9,), dtype="int32"), Input((7,), dtype="int32")
    memory = encoder(tokens(english, 40, 9))
    x = layers.Dropout(0.5)(decoder(tokens(spanish, 50, 7), memory))
    model = Model([english, spanish], layers.Dense(50, activation="softmax")(x))
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def seq2seq() -> Any:
    encoder_inputs = Input((None, 11))
    _, state_h, state_c = layers.LSTM(8, return_state=True)(encoder_inputs)
    decoder_inputs = Input((None, 13))
    decoder_outputs = layers.LSTM(8, return_sequences=True)(decoder_inputs, initial_state=[state_h, state_c])
    decoder_outputs = layers.Dense(13, activation="softmax")(decoder_outputs)
    model = Model([encoder_inputs, decoder_inputs], decoder_outputs)
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def wavenet() -> Any:
    inputs = Input((None, 1))
    x = layers.Conv1D(6, 2, padding="causal")(inputs)
    skips = []
    for rate in (1, 2, 4, 8):
        tanh = layers.Conv1D(6, 2, dilation_rate=rate, padding="causal", activation="tanh")(x)
        gate = layers.Conv1D(6, 2, dilation_rate=rate, padding="causal", activation="sigmoid")(x)
        gated = layers.Multiply()([tanh, gate])
        skips.append(layers.Conv1D(6, 1)(gated))
        x = layers.Add()([x, layers.Conv1D(6, 1)(gated)])
    x = layers.ReLU()(layers.Add()([x, *skips]))
    x = layers.Conv1D(6, 1, activation="relu")(x)
    model = Model(inputs, layers.Conv1D(16, 1, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def attention_pooling() -> Any:
    inputs = Input((None, 4))
    states = layers.GRU(6, return_sequences=True)(inputs)
    scores = layers.Dense(1, use_bias=False)(layers.Dense(6, activation="tanh")(states))
    weights = layers.Softmax(axis=1)(scores)
    pooled = ops.sum(layers.Multiply()([states, weights]), axis=1)
    model = Model(inputs, layers.Dense(3, activation="softmax")(pooled))
    model.compile("adam", "categorical_crossentropy")
    return model


def text_classifier() -> Any:
    model = Sequential(
        [
            Input((8,), dtype="int32"),
            layers.Embedding(50, 8),
            layers.Dropout(0.5),
            layers.Conv1D(8, 3, padding="valid", activation="relu"),
            layers.GlobalMaxPooling1D(),
            layers.Dense(8, activation="relu"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


SEQUENCES = (bidirectional_lstm, transformer, translation, seq2seq, wavenet, attention_pooling, text_classifier)
