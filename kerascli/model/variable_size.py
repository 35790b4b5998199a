"""How many bytes a Keras variable takes."""

from __future__ import annotations

import math
from typing import Any

import keras
import tensorflow as tf


def variable_bytes(variable: Any) -> int:
    """The bytes of a variable's value."""
    width = tf.as_dtype(keras.backend.standardize_dtype(variable.dtype)).size
    return int(math.prod(variable.shape) * width)
