"""The one layer that Keras lacks: `Parameter`, a learned tensor."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="kerascli")
class Parameter(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """A learned tensor, repeated for each sample of its input: positions, class tokens.

    Args:
        shape: The shape of the tensor, without the batch axis.
        initializer: Its starting values.
        regularizer: A penalty on it.
        constraint: What it is held to after each step.
        **kwargs: `name`, `trainable`, `dtype`, as any layer has.

    Call:
        inputs: Any tensor, (batch, ...); only its batch size counts.

    Returns:
        The tensor, (batch, *shape), of the layer's compute dtype.
    """

    def __init__(
        self,
        shape: list[int] | tuple[int, ...],
        initializer: Any = "glorot_uniform",
        regularizer: Any = None,
        constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        """See the class."""
        super().__init__(**kwargs)
        self.shape = tuple(int(size) for size in shape)
        if any(size < 1 for size in self.shape):
            raise ValueError(f"every size of shape must be at least 1. Received: shape={shape}")
        self.initializer = keras.initializers.get(initializer)
        self.regularizer = keras.regularizers.get(regularizer)
        self.constraint = keras.constraints.get(constraint)

    def build(self, input_shape: Any) -> None:
        """Makes the tensor."""
        del input_shape
        self.value = self.add_weight(
            name="value",
            shape=self.shape,
            initializer=self.initializer,
            regularizer=self.regularizer,
            constraint=self.constraint,
        )

    def call(self, inputs: Any) -> Any:
        """The tensor once a sample; `inputs` (batch, ...) → (batch, *shape)."""
        value = keras.ops.cast(self.value, self.compute_dtype)
        return keras.ops.broadcast_to(value, (keras.ops.shape(inputs)[0], *self.shape))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """`(batch, *shape)`."""
        return (input_shape[0], *self.shape)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` makes an equal layer from."""
        return {
            **super().get_config(),
            "shape": list(self.shape),
            "initializer": keras.initializers.serialize(self.initializer),
            "regularizer": keras.regularizers.serialize(self.regularizer),
            "constraint": keras.constraints.serialize(self.constraint),
        }
