"""Losses and weights that are not finite: found within the epoch, and where it began is named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from kerascli.errors import TrainingError

_HINT = "lower the learning rate, clip the gradients ('clipnorm'), or look for bad values in the data"


def check_losses(model: Any, logs: Mapping[str, float], *, epoch: int, step: int) -> None:
    """Ends the training when a loss is NaN or infinite.

    Raises:
        TrainingError: The text names the loss, the epoch, the step, and the first weight that is not finite.
    """
    bad = [name for name, value in logs.items() if is_loss(name) and not math.isfinite(value)]
    if bad:
        weight = first_bad_weight(model)
        where = f"; the weight '{weight}' is not finite" if weight else "; all weights are finite"
        message = f"'{bad[0]}' is {logs[bad[0]]} in epoch {epoch}, by step {step}{where}"
        raise TrainingError(message, code="not-finite", hint=_HINT)


def check_weights(model: Any, *, epoch: int, step: int) -> None:
    """Ends the training when a weight is NaN or infinite, which a finite loss may hide.

    Source: with oneDNN a fused ReLU turns NaN into 0, so that the loss of a spoiled model is a number.

    Raises:
        TrainingError: The text names the first such weight.
    """
    weight = first_bad_weight(model)
    if weight is not None:
        message = f"the weight '{weight}' is not finite in epoch {epoch}, by step {step}"
        raise TrainingError(message, code="not-finite", hint=_HINT)


def is_loss(name: str) -> bool:
    """Whether a log is a loss (`loss`, `val_loss`, `priority_loss`), not a metric."""
    return name == "loss" or name.endswith("_loss")


def first_bad_weight(model: Any) -> str | None:
    """The path of the first weight with a value that is not finite, or None."""
    for variable in model.weights:
        if not keras.backend.is_float_dtype(variable.dtype):
            continue
        if not bool(tf.reduce_all(tf.math.is_finite(variable.value))):
            # A Sequential puts its own name before those of its layers.
            return str(variable.path).removeprefix(f"{model.name}/")
    return None
