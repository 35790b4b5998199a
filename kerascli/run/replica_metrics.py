"""The numbers that metrics have so far on each replica: read and put back one by one, as their sum would lose bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf


def read_metrics(model: Any) -> list[Any]:
    """The value of each metric variable; of a model on several replicas those of all, `(replicas, …)`.

    Every process of a training has to ask.
    """
    variables, strategy = model.metrics_variables, model.distribute_strategy
    if strategy.num_replicas_in_sync == 1:
        return [keras.ops.convert_to_numpy(variable) for variable in variables]

    def read() -> list[Any]:
        each = strategy.run(lambda: [keras.ops.convert_to_tensor(variable)[None] for variable in variables])
        return [strategy.gather(one, axis=0) for one in each]

    with strategy.scope():
        return [np.asarray(value) for value in _in_graph(read)]


def put_metrics(model: Any, values: Sequence[Any]) -> None:
    """Puts back what `read_metrics` gave; another number of replicas gets the sums."""
    variables, strategy = model.metrics_variables, model.distribute_strategy
    replicas = strategy.num_replicas_in_sync
    pairs = list(zip(variables, values, strict=True))
    if replicas == 1 or any(len(value) != replicas or value.ndim == len(one.shape) for one, value in pairs):
        for variable, value in pairs:
            variable.assign(value if value.ndim == len(variable.shape) else value.sum(axis=0))
        return

    def assign(own: Sequence[Any]) -> None:
        for variable, value in zip(variables, own, strict=True):
            variable.assign(value)

    def put() -> None:
        each = strategy.experimental_distribute_values_from_function(
            lambda context: [tf.constant(value[context.replica_id_in_sync_group]) for value in values]
        )
        strategy.run(assign, args=(each,))

    with strategy.scope():
        _in_graph(put)


def _in_graph(function: Callable[[], Any]) -> Any:
    """Its result; TensorFlow warns of replicas that compute outside a graph."""
    return tf.function(tf.autograph.experimental.do_not_convert(function))()
