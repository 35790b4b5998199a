"""A block that may train a model: afterwards all its variables and random states are as before, bit for bit."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from kerascli.model.hidden_states import hidden_states


@contextlib.contextmanager
def untouched(model: Any, *, optimizer: bool = False) -> Iterator[None]:
    """Puts back all variables of the model (seeds, averages, states, metrics too) and the random states of the process.

    Args:
        model: The model.
        optimizer: Whether those of its optimizer are put back too; a block that takes no step of it leaves them alone.
    """
    variables = [*model.variables, *hidden_states(model), *model.metrics_variables]
    variables += model.optimizer.variables if optimizer else []
    values = [value_of(variable) for variable in variables]
    python_random, numpy_random = random.getstate(), np.random.get_state()
    try:
        with _tensorflow_random():
            yield
    finally:
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        random.setstate(python_random)
        np.random.set_state(numpy_random)


def value_of(variable: Any) -> Any:
    """A copy of what a variable holds."""
    return np.array(keras.ops.convert_to_numpy(variable))


@contextlib.contextmanager
def _tensorflow_random() -> Iterator[None]:
    """Puts back what gives TensorFlow's operations their seeds, which a plugin's layer may draw from.

    TensorFlow has no public way to it. A kernel that was made for such a seed goes on from it, so these are forgotten.
    """
    from tensorflow.python.eager import context

    generator = getattr(context.context(), "_rng", None)
    before = generator.getstate() if generator is not None else None
    try:
        yield
    finally:
        if generator is not None and generator.getstate() != before:
            generator.setstate(before)
            context.context().clear_kernel_cache()
