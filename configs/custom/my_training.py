"""Losses, a metric, a callback and a learning rate of one's own."""

from pathlib import Path

import keras
from keras import ops


class SmoothedCrossentropy(keras.losses.Loss):
    """Crossentropy against class indices, some of which may be wrong.

    Args:
        smoothing: How much of each label goes to the other classes, in [0, 1).
    """

    def __init__(self, smoothing=0.1, name="smoothed_crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.smoothing = smoothing

    def call(self, y_true, y_pred):
        """`y_true` (batch,) or (batch, 1) integers, `y_pred` (batch, classes) probabilities → (batch,)."""
        classes = ops.shape(y_pred)[-1]
        labels = ops.one_hot(ops.reshape(y_true, (-1,)), y_pred.shape[-1], dtype=y_pred.dtype)
        labels = labels * (1.0 - self.smoothing) + self.smoothing / ops.cast(classes, y_pred.dtype)
        return keras.losses.categorical_crossentropy(labels, y_pred)

    def get_config(self):
        return {**super().get_config(), "smoothing": self.smoothing}


def brier(y_true, y_pred):
    """A loss as a function: the squared distance of the probabilities from the truth, (batch,)."""
    labels = ops.one_hot(ops.reshape(y_true, (-1,)), y_pred.shape[-1], dtype=y_pred.dtype)
    return ops.sum(ops.square(labels - y_pred), axis=-1)


class SparseRootMeanSquaredError(keras.metrics.Metric):
    """The root of the mean squared error of class probabilities, for targets that are class indices."""

    def __init__(self, name="sparse_rmse", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        """`y_true` (batch,) or (batch, 1) integers, `y_pred` (batch, classes) probabilities."""
        labels = ops.one_hot(ops.reshape(y_true, (-1,)), y_pred.shape[-1], dtype=y_pred.dtype)
        errors = ops.mean(ops.square(labels - y_pred), axis=-1)
        weights = ops.ones_like(errors) if sample_weight is None else ops.reshape(sample_weight, (-1,))
        self.total.assign_add(ops.sum(errors * weights))
        self.count.assign_add(ops.sum(weights))

    def result(self):
        return ops.sqrt(ops.divide_no_nan(self.total, self.count))


class LossPicture(keras.callbacks.Callback):
    """Draws the loss of every batch, once an epoch.

    Args:
        path: The picture; a relative path lies in the run's folder.
    """

    # Set by kerascli before the training: the folder of the run.
    run_folder = Path()

    def __init__(self, path="plots/batch_loss.png"):
        super().__init__()
        self.path = path
        self.losses = []
        self.total, self.samples = 0.0, 0.0

    def on_epoch_begin(self, epoch, logs=None):
        self.total, self.samples = 0.0, 0.0

    def on_train_batch_end(self, batch, logs=None):
        # Keras's first metric holds the loss of all samples of the epoch so far; this is what the last batch added.
        total, samples = (float(ops.convert_to_numpy(value)) for value in self.model.metrics[0].variables)
        self.losses.append((total - self.total) / (samples - self.samples))
        self.total, self.samples = total, samples

    def on_epoch_end(self, epoch, logs=None):
        from matplotlib.figure import Figure

        figure = Figure(figsize=(7, 4), layout="constrained")
        axes = figure.add_subplot()
        axes.plot(range(1, len(self.losses) + 1), self.losses, linewidth=1)
        axes.set(xlabel="batch", ylabel="loss", title=f"loss of each batch, after epoch {epoch + 1}")
        axes.grid(alpha=0.3)
        path = Path(self.run_folder) / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=120)


def warm_up(epoch, rate):
    """A learning rate by epoch: half in the first, then down by a fifth each."""
    del rate
    return 0.0005 if epoch == 0 else 0.001 * 0.8 ** (epoch - 1)
