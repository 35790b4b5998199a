"""Kernels that add in a fixed order: without them, an embedding's gradient differs from run to run, also in `model.fit`."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def deterministic_kernels() -> None:
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    tf.config.experimental.enable_op_determinism()
