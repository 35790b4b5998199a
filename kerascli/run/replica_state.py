"""Makes all state of a model's steps on several replicas, before the first of them: no replica can make it alone."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from kerascli.model.hidden_states import hidden_states
from kerascli.run.distribution import Distribution


def build_replica_state(model: Any, dataset: Any, distribution: Distribution) -> None:
    """Makes optimizer slots, loss and metric variables by one test step on one sample, and puts back what that moves.

    Args:
        model: A compiled model, made in the distribution's scope.
        dataset: Its batches, uncut.
        distribution: What computes them.
    """
    with distribution.scope():
        if model.optimizer is not None and not model.optimizer.built:
            model.optimizer.build(model.trainable_variables)
        moved = [*_seeds_and_states(model)]
        before = [keras.ops.convert_to_numpy(variable) for variable in moved]
        # In the context of all replicas, where variables can be made.
        model.test_step(_sample(dataset))
        for variable, value in zip(moved, before, strict=True):
            variable.assign(value)
        model.reset_metrics()


def _seeds_and_states(model: Any) -> list[Any]:
    """What a test step may move: the seeds of an LSTM, the states of a stateful layer."""
    known = {id(variable) for variable in model.trainable_variables}
    rest = [variable for variable in model.variables if id(variable) not in known]
    return [*(one for one in rest if not keras.backend.is_float_dtype(one.dtype)), *hidden_states(model)]


def _sample(dataset: Any) -> Any:
    """A batch of one sample: zeros, which any layer takes; or the first one, where an axis has no size of its own."""
    specs = tf.nest.flatten(dataset.element_spec)
    if all(size is not None for spec in specs for size in spec.shape[1:]):
        return tf.nest.map_structure(_zeros, dataset.element_spec)
    return tf.nest.map_structure(lambda tensor: tensor[:1], next(iter(dataset)))


def _zeros(spec: Any) -> Any:
    shape = (1, *spec.shape[1:])
    return tf.fill(shape, "") if spec.dtype == tf.string else tf.zeros(shape, spec.dtype)
