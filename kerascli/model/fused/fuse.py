"""Gives an optimizer TensorFlow's kernels for its updates; it stays Keras's own in all else.

Only the method `update_step` of the one object changes, which Keras has for this purpose; `apply`, which calls it for
each variable, tells where a step begins. Clipping, weight decay, averages, the accumulation of gradients, loss scaling,
constraints and the count of the steps lie between the two; slots, config and what is saved are the optimizer's.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

import keras
import tensorflow as tf

from kerascli.model.fused.scalars import Scalars
from kerascli.model.fused.step import Step
from kerascli.model.fused.table import Kernel, kernel_of
from kerascli.model.fused.updates import FusedUpdates

# Every kernel of the table has these two on every device. Half precision is left out: there a kernel, which rounds
# after each of its own operations, is not Keras's update. With mixed precision variables are float32.
_DTYPES = (tf.float32, tf.float64)


def fuse_updates(optimizer: Any) -> FusedUpdates:
    """Fuses the updates of an optimizer, and of those in it.

    Args:
        optimizer: A Keras optimizer, built or not; changed in place, before its first step is traced.

    Returns:
        What was fused, and what was not, and why.
    """
    updates, singles = FusedUpdates(), _singles(optimizer)
    if not singles:
        updates.plain[optimizer.name] = "its optimizers are not known before it is built"
    for single in singles:
        kernel = kernel_of(single)
        reason = kernel if isinstance(kernel, str) else _refusal(kernel, single)
        if isinstance(kernel, str) or reason is not None:
            updates.plain[single.name] = str(reason)
        else:
            updates.kernels[single.name] = kernel.operation
            _fuse(single, kernel, updates)
    return updates


def _singles(optimizer: Any) -> list[Any]:
    """The optimizers that update: those within, for the two that only hold others."""
    if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return _singles(optimizer.inner_optimizer)
    if isinstance(optimizer, keras.optimizers.MultiOptimizer):
        return list(optimizer.optimizers)
    return [optimizer]


def _refusal(kernel: Kernel, optimizer: Any) -> str | None:
    """Why no variable of whatever dtype could be updated by the kernel."""
    if tf.distribute.has_strategy():
        return "a distribution strategy is in use"
    reasons = [kernel.refuses(optimizer, dtype.as_numpy_dtype) for dtype in _DTYPES]
    return None if None in reasons else reasons[0]


def _fuse(optimizer: Any, kernel: Kernel, updates: FusedUpdates) -> None:
    """Puts the kernel in the place of the object's `update_step`.

    Around `apply`, so that the variables of one step share its scalars.
    """
    kind, scalars, scratches = type(optimizer), Scalars(), dict[int, Any]()
    plain_update, plain_apply = MethodType(kind.update_step, optimizer), MethodType(kind.apply, optimizer)

    def update_step(gradient: Any, variable: Any, learning_rate: Any) -> None:
        reason = _variable_refusal(kernel, optimizer, gradient, variable)
        if reason is None:
            kernel.update(Step(optimizer, variable, gradient, learning_rate, scalars, scratches))
        else:
            updates.variables[_path(optimizer, variable)] = reason
            plain_update(gradient, variable, learning_rate)

    def apply(grads: Any, trainable_variables: Any = None) -> None:
        scalars.forget()
        try:
            plain_apply(grads, trainable_variables)
        finally:
            scalars.forget()

    optimizer.update_step = update_step
    optimizer.apply = apply


def _variable_refusal(kernel: Kernel, optimizer: Any, gradient: Any, variable: Any) -> str | None:
    """Why this variable is left to Keras; what is known only where a step is traced."""
    if isinstance(gradient, tf.IndexedSlices):
        return "its gradient is sparse"
    if variable.dtype not in _DTYPES:
        return f"its dtype is {variable.dtype.name}"
    if tf.distribute.has_strategy():
        return "a distribution strategy is in use"
    return kernel.refuses(optimizer, variable.dtype.as_numpy_dtype)


def _path(optimizer: Any, variable: Any) -> str:
    return str(optimizer._trainable_variables[optimizer._get_variable_index(variable)].path)
