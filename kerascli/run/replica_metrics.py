"""What each replica has added up for a metric by itself, so that a run which goes on in an epoch adds up in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf


def values_of_replicas(variables: Sequence[Any]) -> Any:
    """All values of the variables that every replica has for itself.

    To be called by all processes, in the strategy's scope.

    Args:
        variables: Those of the metrics.

    Returns:
        `(replicas, values)` float64, the variables one behind the other; None where there is one replica.
    """
    strategy, own = tf.distribute.get_strategy(), _own(variables)
    if strategy.num_replicas_in_sync == 1 or not own:
        return None
    here = [strategy.experimental_local_results(variable.value) for variable in own]
    values = [np.concatenate([np.ravel(part.numpy()) for part in parts]) for parts in zip(*here, strict=True)]
    tables = []
    for replica, row in zip(_replicas_here(strategy), values, strict=True):
        table = np.zeros((strategy.num_replicas_in_sync, len(row)))
        table[replica] = row
        tables.append(table)
    pending = iter(tables)
    each = strategy.experimental_distribute_values_from_function(lambda _: tf.constant(next(pending)))
    # Each has but its own row, so that the sum is exact.
    return strategy.reduce(tf.distribute.ReduceOp.SUM, each, axis=None).numpy()


def give_to_replicas(variables: Sequence[Any], values: Any) -> None:
    """Puts back what `values_of_replicas` gave; nothing where there were other replicas: each has a part of the sum then.

    Args:
        variables: Those of the metrics.
        values: The array, or None.
    """
    strategy, own = tf.distribute.get_strategy(), _own(variables)
    sizes = [int(np.prod(variable.shape)) for variable in own]
    if values is None or values.shape != (strategy.num_replicas_in_sync, sum(sizes)):
        return
    replicas = _replicas_here(strategy)
    for variable, columns in zip(own, np.split(values, np.cumsum(sizes)[:-1], axis=1), strict=True):
        for replica, part in zip(replicas, strategy.experimental_local_results(variable.value), strict=True):
            part.assign(columns[replica].reshape(variable.shape).astype(variable.dtype))


def _own(variables: Sequence[Any]) -> list[Any]:
    return [variable for variable in variables if variable.synchronization == "on_read"]


def _replicas_here(strategy: Any) -> list[int]:
    """The numbers of the replicas of this process."""
    each = strategy.experimental_distribute_values_from_function(lambda one: tf.constant(one.replica_id_in_sync_group))
    return [int(number) for number in strategy.experimental_local_results(each)]
