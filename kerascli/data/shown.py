"""A value of a sample in a few characters."""

from __future__ import annotations

from typing import Any

import numpy as np


def shown(value: Any) -> str:
    """A text, cut where it is long; a number; the first values of a list; the shape of anything larger."""
    if isinstance(value, str):
        return (value if len(value) <= 60 else f"{value[:57]}…") or "missing"
    array = np.asarray(value)
    if array.size == 1:
        return _number(array.reshape(-1)[0])
    if array.ndim == 1 and array.size <= 6:
        return "[" + ", ".join(shown(one) for one in array) + "]"
    if array.ndim == 1:
        return "[" + ", ".join(shown(one) for one in array[:4]) + f", … {array.size} in all]"
    return " × ".join(str(size) for size in array.shape)


def _number(value: Any) -> str:
    if not isinstance(value, np.floating):
        return str(value)
    # Days and prices have more than four digits before the point.
    return "missing" if np.isnan(value) else f"{value:.4g}" if abs(value) < 1000 else f"{value:.1f}".removesuffix(".0")
