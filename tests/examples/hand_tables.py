"""Tables and ids: the examples as a Keras user writes them by hand."""

from __future__ import annotations

from typing import Any

import keras
from keras import Input, Model, Sequential, layers


def wide_and_deep() -> Any:
    numbers, job, children = Input((2,)), Input((5,)), Input((6,))
    town = Input((1,), dtype="int32")
    place = layers.Flatten()(layers.Embedding(8, 3)(town))
    features = layers.Concatenate()([numbers, job, children, place])
    wide = layers.BatchNormalization()(features)
    deep = layers.Dense(16, use_bias=False)(features)
    deep = layers.Dropout(0.1)(layers.ReLU()(layers.BatchNormalization()(deep)))
    merged = layers.Concatenate()([wide, deep])
    model = Model([numbers, job, children, town], layers.Dense(1, activation="sigmoid")(merged))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def lookups() -> Any:
    age, children = Input((1,)), Input((1,), dtype="int32")
    job, town = Input((1,), dtype="string"), Input((1,), dtype="string")
    features = layers.Concatenate()(
        [
            layers.Normalization(mean=40, variance=144)(age),
            layers.StringLookup(vocabulary=["baker", "nurse", "pilot", "smith"], output_mode="one_hot")(job),
            layers.IntegerLookup(vocabulary=[0, 1, 2], output_mode="one_hot")(children),
            layers.CategoryEncoding(num_tokens=4, output_mode="one_hot")(layers.Hashing(num_bins=4)(town)),
        ]
    )
    x = layers.Dense(8, activation="relu")(features)
    model = Model([age, job, children, town], layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    return model


def two_tower() -> Any:
    user_tower = Sequential(
        [
            Input((1,), dtype="int32"),
            layers.Embedding(30, 8),
            layers.Flatten(),
            layers.Dense(4, activation="tanh"),
        ]
    )
    film_id, its_genres = Input((1,), dtype="int32"), Input((6,))
    x = layers.Flatten()(layers.Embedding(50, 8)(film_id))
    x = layers.Concatenate()([x, its_genres])
    film_tower = Model([film_id, its_genres], layers.Dense(4, activation="tanh")(x))

    user, film, genres = Input((1,), dtype="int32"), Input((1,), dtype="int32"), Input((6,))
    rating = layers.Dot(axes=1, normalize=True)([user_tower(user), film_tower([film, genres])])
    model = Model([user, film, genres], rating)
    model.compile(keras.optimizers.Adagrad(0.5), "mean_squared_error")
    return model


TABLES = (wide_and_deep, lookups, two_tower)
