"""What the loss of one replica's part of a batch counts for, so that the parts add up to the loss of the whole batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

# Reductions that divide by the number of values.
_MEANS = ("sum_over_batch_size", "mean")


@dataclass(frozen=True)
class Part:
    """The part of a batch that one replica computes; inside a graph.

    Attributes:
        size: Its samples; 0 where the batch has fewer than there are replicas.
        whole: The samples of the batch.
        replicas: The parts.
    """

    size: Any
    whole: Any
    replicas: int

    @property
    def share(self) -> Any:
        """What of the batch it is, float32."""
        return tf.cast(self.size, tf.float32) / tf.cast(self.whole, tf.float32)


def weigh(model: Any, part: Part, y: Any, y_pred: Any, sample_weight: Any) -> Any:
    """The sample weights with which Keras's losses of all parts add up to that of the batch.

    Keras takes the mean over the samples of a part and divides it by the number of parts, as if all were as large.

    Args:
        model: The compiled model.
        part: The part.
        y: Its targets.
        y_pred: The predictions for it.
        sample_weight: Its sample weights, or None.
    """
    predicted = keras.tree.flatten(y_pred)
    losses = _losses(model, y_pred, len(predicted))
    targets, weights = _each(y, len(predicted)), _each(sample_weight, len(predicted))
    found = [_weight(*one, part) for one in zip(losses, targets, predicted, weights, strict=True)]
    return found[0] if len(found) == 1 else keras.tree.pack_sequence_as(y_pred, found)


def _weight(loss: Any, y: Any, y_pred: Any, weight: Any, part: Part) -> Any:
    """The weights of one head."""
    reduction = getattr(loss, "reduction", "sum_over_batch_size")
    if loss is None or reduction not in (*_MEANS, "sum", "none", None):
        # `mean_with_sample_weight` divides by the weights: no factor changes it.
        return weight
    if reduction not in _MEANS:
        factor = tf.constant(1.0)
    elif _is_scalar(loss, y, y_pred):
        factor = part.share
    else:
        factor = part.replicas * _share(y_pred, part)
    return factor if weight is None else tf.cast(weight, tf.float32) * factor


def _share(y_pred: Any, part: Part) -> Any:
    """What of the values of the batch are those of the part: with a mask, of those that count."""
    mask = mask_of(y_pred)
    if mask is None:
        return part.share
    own = tf.reduce_sum(tf.cast(mask, tf.float32))
    whole = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, own)
    return tf.math.divide_no_nan(own, whole)


def mask_of(tensor: Any) -> Any:
    """The mask that Keras's layers hand on with a tensor, or None."""
    return getattr(tensor, "_keras_mask", None)


def _is_scalar(loss: Any, y: Any, y_pred: Any) -> bool:
    """Whether a function of one's own returns the mean of the batch, which Keras leaves as it is."""
    function = getattr(loss, "fn", loss)
    if isinstance(loss, str) or not callable(function) or isinstance(function, keras.losses.Loss):
        return False
    if str(getattr(function, "__module__", "")).partition(".")[0] == keras.__name__:
        return False
    return len(keras.ops.shape(function(y, y_pred))) == 0


def _losses(model: Any, y_pred: Any, count: int) -> list[Any]:
    """The loss of each prediction, in the order in which Keras goes through them."""
    given = model.loss
    if isinstance(given, Mapping):
        if isinstance(y_pred, Mapping):
            return [given.get(name) for name in sorted(y_pred)]
        return [given.get(name) for name in model.output_names]
    if isinstance(given, list | tuple):
        return list(given)
    return [given] * count


def _each(values: Any, count: int) -> list[Any]:
    if values is None:
        return [None] * count
    flat = keras.tree.flatten(values)
    return list(flat) if len(flat) == count else [values] * count


def activity_share(model: Any, part: Part) -> Any:
    """What the losses that depend on the samples (`activity_regularizer`) count too much or too little for a part.

    Keras divides them by the number of parts, as it does with those of the weights, of which that is right.
    """
    of_weights = [
        variable.regularizer(variable) for variable in model.trainable_variables if variable.regularizer is not None
    ]
    if len(model.losses) <= len(of_weights):
        return tf.constant(0.0)
    of_samples = tf.add_n([tf.reduce_sum(tf.cast(loss, tf.float32)) for loss in model.losses])
    if of_weights:
        of_samples -= tf.add_n([tf.reduce_sum(tf.cast(loss, tf.float32)) for loss in of_weights])
    return of_samples * (part.share - 1.0 / part.replicas)
