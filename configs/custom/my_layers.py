"""A dense layer and a tower of one's own."""

import keras
from keras import ops


class Linear(keras.layers.Layer):
    """`inputs @ kernel + bias`: what `keras.layers.Dense` does without an activation.

    Args:
        units: The length of the output's last axis.
    """

    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer="glorot_uniform")
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel) + self.bias

    def get_config(self):
        return {**super().get_config(), "units": self.units}


def swoosh(x):
    """An activation: `x` times its sigmoid."""
    return x * ops.sigmoid(x)


class Tower(keras.Model):
    """A subclassed model, which may stand in a functional graph like any layer.

    Args:
        units: The units of both layers.
        rate: The dropout between them.
    """

    def __init__(self, units=32, rate=0.2, **kwargs):
        super().__init__(**kwargs)
        self.units, self.rate = units, rate
        self.first = keras.layers.Dense(units, activation="relu", name="first")
        self.drop = keras.layers.Dropout(rate, name="drop")
        self.second = keras.layers.Dense(units, activation="relu", name="second")

    def call(self, inputs, training=False):
        return self.second(self.drop(self.first(inputs), training=training))

    def get_config(self):
        return {**super().get_config(), "units": self.units, "rate": self.rate}


class Classifier(keras.Model):
    """A whole model of one's own around a functional one: one input, a mapping with one head.

    Args:
        classes: How many classes it tells apart.
    """

    def __init__(self, classes=10, **kwargs):
        super().__init__(**kwargs)
        self.classes = classes
        start = keras.Input((784,))
        hidden = keras.layers.Dense(64, activation="relu")(start)
        self.encoder = keras.Model(start, keras.layers.Dense(32, activation="relu")(hidden), name="encoder")
        self.head = keras.layers.Dense(classes, activation="softmax", name="head")

    def call(self, inputs):
        return {"digit": self.head(self.encoder(inputs))}

    def get_config(self):
        return {**super().get_config(), "classes": self.classes}
