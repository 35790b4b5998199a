"""What there is to compute on beside the processor."""

from __future__ import annotations

import tensorflow as tf


def has_card() -> bool:
    """Whether TensorFlow sees a graphics card."""
    return bool(tf.config.list_physical_devices("GPU"))
