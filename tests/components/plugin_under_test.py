"""One of each kind of plugin, as a user would write it; tests copy it beside a spec, and never import it by name."""

import keras
import numpy as np
from keras import ops


class Scale(keras.layers.Layer):
    """One tensor; arguments without `**kwargs`, and no `get_config`."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def build(self, input_shape):
        self.gain = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="gain")

    def call(self, x):
        return x * self.gain * self.factor


class Total(keras.layers.Layer):
    """One tensor parameter, which takes a list."""

    def call(self, inputs):
        return sum(inputs)


class Blend(keras.layers.Layer):
    """Two tensor parameters and a constant."""

    def call(self, left, right, share=0.5):
        return share * left + (1.0 - share) * right


class Cell(keras.layers.Layer):
    """The cell of an RNN."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = self.state_size = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

    def call(self, inputs, states):
        output = ops.tanh(ops.matmul(inputs, self.kernel) + states[0])
        return output, [output]


class Shift(keras.layers.Layer):
    """A transform that learns."""

    def __init__(self, mean=None, **kwargs):
        super().__init__(**kwargs)
        self.mean = mean

    def adapt(self, data):
        self.mean = float(np.concatenate([np.asarray(batch) for batch in data]).mean())

    def call(self, x):
        return x - self.mean

    def get_config(self):
        return {**super().get_config(), "mean": self.mean}


class Tower(keras.Model):
    """A model that may stand in a graph."""

    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = keras.layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Unsavable(keras.Model):
    """Keras can't save it: it has an argument, and no `get_config`."""

    def __init__(self, units):
        super().__init__()
        self.dense = keras.layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)


class Broken(keras.layers.Layer):
    """Raises in its call."""

    def call(self, inputs):
        raise RuntimeError("the call broke")


class Nothing(keras.layers.Layer):
    """Forgets to return."""

    def call(self, inputs):
        pass


class Square(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean(ops.square(y_true - y_pred), axis=-1)


def squares(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


def distance(y_true, y_pred):
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


def camelDistance(y_true, y_pred):  # noqa: N802 - Keras logs it in snake case
    return distance(y_true, y_pred)


def accuracy(y_true, y_pred):
    return distance(y_true, y_pred)


class Samples(keras.metrics.Metric):
    """How many samples it saw."""

    def __init__(self, name="samples", **kwargs):
        super().__init__(name=name, **kwargs)
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.count.assign_add(ops.cast(ops.shape(y_true)[0], "float32"))

    def result(self):
        return self.count


class Descent(keras.optimizers.SGD):
    pass


class Halving(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, start):
        self.start = start

    def __call__(self, step):
        return self.start * 0.5 ** ops.cast(step, "float32")

    def get_config(self):
        return {"start": self.start}


class Full(keras.initializers.Initializer):
    def __init__(self, value=0.25):
        self.value = value

    def __call__(self, shape, dtype=None):
        return ops.full(shape, self.value, dtype=dtype)

    def get_config(self):
        return {"value": self.value}


def eighths(shape, dtype=None):
    return ops.full(shape, 0.125, dtype=dtype)


class Penalty(keras.regularizers.Regularizer):
    def __init__(self, factor=10.0):
        self.factor = factor

    def __call__(self, x):
        return self.factor * ops.sum(ops.square(x))

    def get_config(self):
        return {"factor": self.factor}


def tiny(x):
    return ops.clip(x, -0.001, 0.001)


class Tiny(keras.constraints.Constraint):
    def __call__(self, w):
        return tiny(w)


def twice(x):
    return 2.0 * x


class Batches(keras.callbacks.Callback):
    """Counts batches; has things that no snapshot can hold."""

    def __init__(self, note="none"):
        super().__init__()
        self.note, self.batches, self.odd = note, 0, {object()}
        self.function = lambda: self

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1

    def on_train_end(self, logs=None):
        (self.run_folder / "batches.txt").write_text(f"{self.note} {self.batches}")


class Stumbles(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise RuntimeError("the callback broke")


class NeverStarts(keras.callbacks.Callback):
    def __init__(self):
        raise ValueError("no start")


def rate_of(epoch, rate):
    return 0.5 / (epoch + 1)


def rate_by_epoch(epoch):
    return 0.25


def word(epoch, rate):
    return "fast"


def fields(samples=20, seed=1):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(samples, 4)).astype("float32")
    return {"x": x, "y": x.sum(axis=1, keepdims=True)}


def parts(samples=20):
    return {"train": fields(samples), "validation": fields(8, 2), "test": fields(8, 3)}


def dataset():
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(fields())


def failing():
    raise RuntimeError("no data today")


def number():
    return 3
