"""Where a kernel does the same as Keras, to float rounding: each function gives the reason why not, or None."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

# A kernel's own error in 1 - beta, relative; in half precision it would be percents.
COMPLEMENT = 1e-4


def numbers(optimizer: Any, names: tuple[str, ...]) -> str | None:
    """A hyperparameter that was set to a variable or tensor may change from step to step."""
    for name in names:
        if not isinstance(getattr(optimizer, name), Real):
            return f"'{name}' is no number"
    return None


def complements(optimizer: Any, names: tuple[str, ...], dtype: Any) -> str | None:
    """Keras rounds 1 - beta to the dtype, a kernel rounds beta and takes the difference: near 1 digits are lost."""
    for name in names:
        beta = float(getattr(optimizer, name))
        lost = abs(float(dtype(1) - dtype(beta)) - (1 - beta))
        if lost > COMPLEMENT * abs(1 - beta):
            return f"the kernel would round 1 - {name}"
    return None


def adagrad_differs(optimizer: Any, dtype: Any) -> str | None:
    """Keras divides by √(a + ε), the kernel by √a + ε′ with ε′ = ε / 2√a₀, where the accumulator a begins with a₀.

    Their relative difference is ε/2 · (1/√a₀ − 1/√a) / √a; it is largest at a = 4a₀, where it is ε/8a₀. It may be one
    unit in the last place or two.
    """
    start = optimizer.initial_accumulator_value
    if start <= 0 or optimizer.epsilon / (8 * start) > 2 * np.finfo(dtype).eps:
        return "the kernel adds epsilon elsewhere, and 'initial_accumulator_value' is too small for that not to matter"
    return None
