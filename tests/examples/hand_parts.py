"""What the hand-written models share: the one layer that Keras lacks."""

from __future__ import annotations

from typing import Any

import keras


class Parameter(keras.layers.Layer):
    """A learned tensor, repeated for each sample, as many examples of Keras write it for themselves."""

    def __init__(self, shape: tuple[int, ...], initializer: Any) -> None:
        super().__init__()
        self.shape_of_one = shape
        self.initializer = initializer

    def build(self, _: Any) -> None:
        self.value = self.add_weight(shape=self.shape_of_one, initializer=self.initializer, name="value")

    def call(self, x: Any) -> Any:
        return keras.ops.broadcast_to(self.value, (keras.ops.shape(x)[0], *self.shape_of_one))

    def compute_output_shape(self, shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return (shape[0], *self.shape_of_one)
