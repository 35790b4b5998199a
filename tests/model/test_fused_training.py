"""A network learns the same with fused updates, and what is saved of it is Keras's alone."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).parent))

from fused_cases import FUSED, STEPS, O, applied, assert_same, operations, state  # noqa: E402

from kerascli.model.fused import FusedUpdates, fuse_updates  # noqa: E402


@pytest.fixture(autouse=True, scope="module")
def deterministic_kernels() -> None:
    """The gradient of an embedding adds up rows, whose order differs from run to run without."""
    keras.utils.set_random_seed(0)
    tf.config.experimental.enable_op_determinism()


def network(policy: str = "float32") -> Any:
    """A convolution, batch norm, an embedding, dense layers; smooth, so that roundings stay what they are."""
    keras.utils.set_random_seed(0)
    image, word = keras.Input((6, 6, 1), name="image"), keras.Input((2,), dtype="int32", name="word")
    x = keras.layers.Conv2D(4, 3, use_bias=False, name="conv", dtype=policy)(image)
    x = keras.layers.BatchNormalization(name="norm", dtype=policy)(x)
    x = keras.layers.Flatten(dtype=policy)(keras.layers.Activation("tanh", dtype=policy)(x))
    y = keras.layers.Flatten(dtype=policy)(keras.layers.Embedding(10, 3, name="words", dtype=policy)(word))
    x = keras.layers.Dense(6, "tanh", name="dense", dtype=policy)(keras.layers.Concatenate(dtype=policy)([x, y]))
    return keras.Model([image, word], keras.layers.Dense(1, name="head", dtype="float32")(x))


def train(make: Callable[[], Any], *, fused: bool, policy: str = "float32") -> tuple[Any, FusedUpdates, Any]:
    """20 times 10 steps in a loop of TensorFlow."""
    model, rng = network(policy), np.random.default_rng(3)
    image = tf.constant(rng.normal(size=(10, 8, 6, 6, 1)), "float32")
    word = tf.constant(rng.integers(0, 10, (10, 8, 2)), "int32")
    y = tf.reduce_mean(image, (2, 3)) + 0.1 * tf.cast(word[..., :1], "float32")
    model.compile(make(), "mse", jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    updates = fuse_updates(model.optimizer) if fused else FusedUpdates()

    @tf.function(autograph=False)
    def steps() -> None:
        def step(index: Any) -> tuple[Any]:
            model.train_step((((image[index], word[index])), y[index]))
            return (index + 1,)

        tf.while_loop(lambda index: index < 10, step, [0])

    for _ in range(STEPS // 10):
        steps()
    return model, updates, operations(steps)


def compare_training(
    name: str,
    policy: str = "float32",
    around: Callable[[Any], Any] = lambda optimizer: optimizer,
    times: float = 1.0,
) -> Any:
    operation, make = FUSED[name]
    found = [train(lambda: around(make()), fused=fused, policy=policy) for fused in (False, True)]
    (plain, _, _), (fused, updates, count) = found
    states = [state(model.optimizer, model.variables) for model in (plain, fused)]
    # Roundings of one step are in the gradients of the next, so that no optimizer is the same to the last bit.
    assert_same(*states, way=STEPS * 0.01, times=times)
    assert applied(count) == {operation: len(fused.trainable_variables) - 1}
    assert updates.variables == {"words/embeddings": "its gradient is sparse"}
    return fused


@pytest.mark.long
@pytest.mark.parametrize("name", FUSED)
def test_a_network_learns_the_same(name: str) -> None:
    compare_training(name)


@pytest.mark.long
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_with_loss_scaling(policy: str) -> None:
    def scaled(optimizer: Any) -> Any:
        return O.LossScaleOptimizer(optimizer, initial_scale=2.0**20, dynamic_growth_steps=50)

    # A rounding may turn a number of half precision into its neighbour, which is 1e-3 away.
    compare_training("SGD momentum", policy, scaled, times=100)


def test_what_is_saved_is_keras_alone(tmp_path: Path) -> None:
    model = compare_training("Adam")
    optimizer = model.optimizer
    assert optimizer.get_config() == keras.optimizers.Adam(0.01, name=optimizer.name).get_config()
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        assert "kerascli" not in archive.read("config.json").decode()
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is keras.optimizers.Adam
    assert not {"update_step", "apply"} & vars(loaded.optimizer).keys()
    before, after = state(optimizer, model.variables), state(loaded.optimizer, loaded.variables)
    assert before.keys() == after.keys()
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value, err_msg=name)
