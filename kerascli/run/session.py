"""Keras's process-wide settings for the time of a run: seed, dtype policy, determinism; put back afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from kerascli.spec.spec import Spec


@contextlib.contextmanager
def keras_session(spec: Spec) -> Iterator[None]:
    """Sets the dtype policy of a spec while the block runs, and asks for deterministic kernels where it says so.

    TensorFlow can't take the latter back, so it holds for the rest of the process.
    """
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(spec.dtype)
    if spec.fit.deterministic:
        keras.utils.set_random_seed(spec.seed)
        tf.config.experimental.enable_op_determinism()
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


def seed_everything(spec: Spec) -> None:
    """Seeds Python, NumPy and TensorFlow; to be called right before the model is made, as a script would."""
    keras.utils.set_random_seed(spec.seed)
