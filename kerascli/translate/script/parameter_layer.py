"""The layer `Parameter` as a script writes it out."""

PARAMETER = '''
@keras.saving.register_keras_serializable(package="kerascli")
class Parameter(keras.layers.Layer):
    """A learned tensor, repeated for each sample of its input."""

    def __init__(
        self, shape, initializer="glorot_uniform", regularizer=None, constraint=None, **kwargs
    ):
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.initializer = keras.initializers.get(initializer)
        self.regularizer = keras.regularizers.get(regularizer)
        self.constraint = keras.constraints.get(constraint)

    def build(self, input_shape):
        self.value = self.add_weight(
            name="value",
            shape=self.shape,
            initializer=self.initializer,
            regularizer=self.regularizer,
            constraint=self.constraint,
        )

    def call(self, inputs):
        value = keras.ops.cast(self.value, self.compute_dtype)
        return keras.ops.broadcast_to(value, (keras.ops.shape(inputs)[0], *self.shape))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.shape)

    def get_config(self):
        return {
            **super().get_config(),
            "shape": list(self.shape),
            "initializer": keras.initializers.serialize(self.initializer),
            "regularizer": keras.regularizers.serialize(self.regularizer),
            "constraint": keras.constraints.serialize(self.constraint),
        }
'''
