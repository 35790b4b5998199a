"""Fused updates do what Keras's do: the same weights and slots from the same gradients, or they are not fused.

The bounds. `SGD` and `Ftrl` are the same to the last bit. Elsewhere an operation or two is done in another order, which
is a few roundings (1.2e-7 of the value) a step; over 200 steps they stay under 1e-5 of a slot. Adam's kernel takes
1 − β from the rounded β where Keras rounds the difference: for β₂ = 0.999 these are 1.3e-5 apart, and so are the two
velocities; an update, which has the root of them, is 0.7e-5 off. A weight therefore may be off by 1e-5 of the way that
it could go: of the learning rate, times the steps.
"""

from __future__ import annotations

import collections
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerascli.model.fused import FusedUpdates, fuse_updates

STEPS = 200
SHAPES = ((5,), (3, 3, 2, 4), ())
O = keras.optimizers  # noqa: E741

FTRL = {
    "beta": 0.1,
    "l1_regularization_strength": 0.01,
    "l2_regularization_strength": 0.01,
    "l2_shrinkage_regularization_strength": 0.01,
}
# The operation, the optimizer.
FUSED: dict[str, tuple[str, Callable[..., Any]]] = {
    "SGD": ("GradientDescent", lambda **more: O.SGD(0.01, **more)),
    "SGD momentum": ("KerasMomentum", lambda **more: O.SGD(0.01, momentum=0.9, **more)),
    "SGD nesterov": ("KerasMomentum", lambda **more: O.SGD(0.01, momentum=0.9, nesterov=True, **more)),
    "Adam": ("Adam", lambda **more: O.Adam(0.01, **more)),
    "AdamW": ("Adam", lambda **more: O.AdamW(0.01, **more)),
    "Adamax": ("AdaMax", lambda **more: O.Adamax(0.01, **more)),
    "RMSprop": ("RMSProp", lambda **more: O.RMSprop(0.001, **more)),
    "RMSprop momentum": ("RMSProp", lambda **more: O.RMSprop(0.001, momentum=0.9, **more)),
    "RMSprop centered": ("CenteredRMSProp", lambda **more: O.RMSprop(0.001, centered=True, **more)),
    "RMSprop both": ("CenteredRMSProp", lambda **more: O.RMSprop(0.001, momentum=0.9, centered=True, **more)),
    "Adagrad": ("AdagradV2", lambda **more: O.Adagrad(0.01, **more)),
    "Adadelta": ("Adadelta", lambda **more: O.Adadelta(1.0, **more)),
    "Ftrl": ("FtrlV2", lambda **more: O.Ftrl(0.01, **more)),
    "Ftrl regularised": ("FtrlV2", lambda **more: O.Ftrl(0.01, **FTRL, **more)),
    "Ftrl power": ("FtrlV2", lambda **more: O.Ftrl(0.01, learning_rate_power=-0.3, **more)),
}
EXACT = {"SGD", "SGD momentum", "SGD nesterov", "Ftrl", "Ftrl regularised"}


def variables(dtype: str = "float32") -> list[Any]:
    rng = np.random.default_rng(1)
    return [
        keras.Variable(rng.normal(size=shape) * 0.3, dtype=dtype, name=f"v{index}")
        for index, shape in enumerate(SHAPES)
    ]


def gradients(dtype: str = "float32", steps: int = STEPS) -> list[Any]:
    """Of every step, stacked."""
    rng = np.random.default_rng(2)
    return [
        tf.constant(rng.normal(size=(steps, *shape)) * rng.uniform(0.1, 2, (steps, *(1 for _ in shape))), dtype)
        for shape in SHAPES
    ]


def loop(optimizer: Any, learning: list[Any], grads: list[Any]) -> Any:
    """A function of the graph that does all steps in one loop of TensorFlow."""

    @tf.function(autograph=False)
    def steps() -> None:
        def step(index: Any) -> tuple[Any]:
            optimizer.apply([grad[index] for grad in grads], learning)
            return (index + 1,)

        tf.while_loop(lambda index: index < len(grads[0]), step, [0])

    return steps


def operations(function: Any, *arguments: Any) -> collections.Counter[str]:
    """How many nodes of each kind the traced function has, with the bodies of its loops and conditions."""
    graph = function.get_concrete_function(*arguments).graph.as_graph_def()
    nodes = [*graph.node, *(node for body in graph.library.function for node in body.node_def)]
    return collections.Counter(node.op for node in nodes)


def applied(count: collections.Counter[str]) -> dict[str, int]:
    return {name.removeprefix("ResourceApply"): number for name, number in count.items() if "ResourceApply" in name}


def state(optimizer: Any, learning: list[Any]) -> dict[str, np.ndarray]:
    """Weights and slots; the names of Keras's optimizers are numbered, those of the slots are not."""
    return {variable.path.split("/", 1)[-1]: np.array(variable) for variable in (*learning, *optimizer.variables)}


def assert_same(plain: dict[str, Any], fused: dict[str, Any], *, way: float) -> None:
    """Within the bounds; the way is how far a weight could go, 0: bit by bit."""
    assert plain.keys() == fused.keys()
    for name, value in plain.items():
        if way == 0:
            np.testing.assert_array_equal(fused[name], value, err_msg=name)
        else:
            slot = name.startswith("v") and "_" in name
            bound = {"rtol": 2e-5, "atol": 1e-6} if slot else {"rtol": 1e-5, "atol": 1e-6 + 1e-5 * way}
            np.testing.assert_allclose(fused[name], value, **bound, err_msg=name)


def both(make: Callable[[], Any], grads: list[Any] | None = None, *, way: float) -> tuple[FusedUpdates, Any, Any]:
    """Runs the same gradients through the plain and the fused optimizer; gives what each one's graph has."""
    found, counts = [], []
    grads = grads or gradients()
    for fused in (False, True):
        learning, optimizer = variables(), make()
        optimizer.build(learning)
        updates = fuse_updates(optimizer) if fused else FusedUpdates()
        steps = loop(optimizer, learning, grads)
        steps()
        counts.append(operations(steps))
        found.append(state(optimizer, learning))
    assert_same(*found, way=way)
    return updates, *counts


def some(names: Iterable[str], *long: str) -> list[Any]:
    """The names; those that add little are run with the long tests."""
    return [pytest.param(name, marks=[pytest.mark.long] if name in long else []) for name in names]


@pytest.mark.parametrize("name", some(FUSED, "SGD momentum", "AdamW", "RMSprop both", "Ftrl", "Ftrl power"))
def test_the_same_weights_and_slots(name: str) -> None:
    operation, make = FUSED[name]
    updates, plain, fused = both(make, way=0 if name in EXACT else STEPS * 0.01)
    assert list(updates.kernels.values()) == [f"ResourceApply{operation}"]
    assert not updates.plain and not updates.variables
    assert applied(plain) == {}
    assert applied(fused) == {operation: len(SHAPES)}
    assert fused.total() < plain.total() - 2 * len(SHAPES) + (name == "SGD") * len(SHAPES)


AROUND = {
    "schedule": lambda: O.Adam(O.schedules.ExponentialDecay(0.01, 20, 0.8)),
    "clipnorm": lambda: O.Adam(0.01, clipnorm=0.5),
    "global_clipnorm": lambda: O.Adam(0.01, global_clipnorm=0.5),
    "clipvalue": lambda: O.Adam(0.01, clipvalue=0.5),
    "weight_decay": lambda: O.Adam(0.01, weight_decay=0.01),
    "averages": lambda: O.Adam(0.01, use_ema=True, ema_overwrite_frequency=30),
    "accumulation": lambda: O.Adam(0.01, gradient_accumulation_steps=3),
    "loss_scale_factor": lambda: O.Adam(0.01, loss_scale_factor=8.0),
    "scaled": lambda: O.LossScaleOptimizer(O.Adam(0.01), initial_scale=8.0, dynamic_growth_steps=20),
}


@pytest.mark.parametrize("name", some(AROUND, "global_clipnorm", "clipvalue", "loss_scale_factor"))
def test_what_lies_around_the_update_stays(name: str) -> None:
    grads = gradients()
    if name == "scaled":  # Two steps that loss scaling leaves out.
        bad = np.where(np.isin(np.arange(STEPS), (30, 90)), np.inf, 1)[:, None]
        grads[0] = grads[0] * bad.astype("float32")
    updates, _, fused = both(AROUND[name], grads, way=STEPS * 0.01)
    assert updates
    assert applied(fused) == {"Adam": len(SHAPES)}


def test_each_optimizer_of_several_is_fused() -> None:
    def make() -> Any:
        chosen = {True: O.Adam(0.01), False: O.Lion(0.001)}
        return O.MultiOptimizer(O.OptimizerMap(chosen[True], {"v1": chosen[False]}))

    updates, _, fused = both(make, way=STEPS * 0.01)
    assert list(updates.kernels.values()) == ["ResourceApplyAdam"]
    assert list(updates.plain.values()) == ["there is no kernel for it"]
    assert applied(fused) == {"Adam": len(SHAPES) - 1}


def test_what_is_frozen_and_learns_again() -> None:
    found = []
    for fused in (False, True):
        learning, optimizer = variables(), O.SGD(0.01, momentum=0.9)
        optimizer.build(learning)
        if fused:
            fuse_updates(optimizer)
        for number in (3, 1, 2):
            steps = loop(optimizer, learning[:number], gradients(steps=20)[:number])
            steps()
            assert applied(operations(steps)) == ({"KerasMomentum": number} if fused else {})
        found.append(state(optimizer, learning))
    assert_same(*found, way=0)


@pytest.mark.parametrize("build_first", [True, False])
def test_eager_steps(build_first: bool) -> None:
    found = []
    for fused in (False, True):
        learning, optimizer = variables(), FUSED["SGD nesterov"][1]()
        if build_first:
            optimizer.build(learning)
        if fused:
            fuse_updates(optimizer), fuse_updates(optimizer)
        for index in range(5):
            optimizer.apply([grad[index] for grad in gradients(steps=5)], learning)
        found.append(state(optimizer, learning))
    assert_same(*found, way=0)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: O.Adam(amsgrad=True), "amsgrad"),
        (lambda: O.Nadam(), "no kernel for it"),
        (lambda: O.Adagrad(initial_accumulator_value=0.0), "initial_accumulator_value"),
        (lambda: O.Adagrad(epsilon=1e-3), "initial_accumulator_value"),
        (lambda: O.LossScaleOptimizer(O.Lion()), "no kernel for it"),
        (lambda: type("Mine", (O.Adam,), {})(), "no kernel for it"),
    ],
)
def test_what_has_no_kernel_is_left_alone(make: Callable[[], Any], reason: str) -> None:
    optimizer = make()
    updates = fuse_updates(optimizer)
    assert not updates and [reason in line for line in updates.lines()] == [True]
    assert not {"update_step", "apply"} & vars(getattr(optimizer, "inner_optimizer", optimizer)).keys()


@pytest.mark.parametrize(
    ("name", "dtype", "fused"),
    [
        ("Adam", "float64", True),
        ("Adam", "float16", False),
        ("SGD", "bfloat16", False),
        ("Adagrad", "float64", False),  # √(a + ε) is not √a + ε′ to that many digits.
    ],
)
def test_dtypes(name: str, dtype: str, fused: bool) -> None:
    learning, optimizer = variables(dtype), FUSED[name][1]()
    optimizer.build(learning)
    updates = fuse_updates(optimizer)
    steps = loop(optimizer, learning, gradients(dtype, steps=3))
    assert bool(applied(operations(steps))) is fused
    assert len(updates.variables) == (0 if fused else len(SHAPES))


def test_a_number_that_became_a_variable_is_left_to_keras() -> None:
    learning, optimizer = variables(), O.Adam()
    optimizer.build(learning)
    fuse_updates(optimizer)
    optimizer.epsilon = tf.Variable(1e-7)
    assert applied(operations(loop(optimizer, learning, gradients(steps=3)))) == {}


def test_a_distribution_strategy_updates_as_keras_does() -> None:
    strategy = tf.distribute.OneDeviceStrategy("/cpu:0")
    with strategy.scope():
        learning, optimizer = variables(), O.Adam()
        optimizer.build(learning)
        assert "strategy" in fuse_updates(optimizer).lines()[0]
    updates = fuse_updates(optimizer)
    grads = [grad[0] for grad in gradients(steps=1)]
    function = tf.function(lambda: strategy.run(lambda: optimizer.apply(grads, learning)), autograph=False)
    assert applied(operations(function)) == {}
    assert set(updates.variables.values()) == {"a distribution strategy is in use"}


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
    name: str, policy: str = "float32", around: Callable[[Any], Any] = lambda optimizer: optimizer
) -> Any:
    operation, make = FUSED[name]
    found = [train(lambda: around(make()), fused=fused, policy=policy) for fused in (False, True)]
    (plain, _, _), (fused, updates, count) = found
    way = 0 if name in EXACT else STEPS * 0.01
    assert_same(*(state(model.optimizer, model.variables) for model in (plain, fused)), way=way)
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

    compare_training("SGD momentum", policy, scaled)


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
    assert_same(state(optimizer, model.variables), state(loaded.optimizer, loaded.variables), way=0)


def test_steps_one_after_the_other_in_one_graph() -> None:
    found = []
    for fused in (False, True):
        learning, optimizer, grads = variables(), O.Adam(0.01), gradients(steps=3)
        optimizer.build(learning)
        if fused:
            fuse_updates(optimizer)

        def steps() -> None:
            for index in range(3):
                optimizer.apply([grad[index] for grad in grads], learning)  # noqa: B023

        tf.function(steps, autograph=False)()
        found.append(state(optimizer, learning))
    assert_same(*found, way=0.03)


@pytest.mark.long
def test_compiled_by_xla() -> None:
    found = []
    for fused in (False, True):
        learning, optimizer = variables(), O.Adam(0.01)
        optimizer.build(learning)
        if fused:
            fuse_updates(optimizer)
        step = tf.function(
            lambda *grads: optimizer.apply(list(grads), learning),  # noqa: B023
            autograph=False,
            jit_compile=True,
        )
        for index in range(20):
            step(*(grad[index] for grad in gradients(steps=20)))
        found.append(state(optimizer, learning))
    assert_same(*found, way=0.2)
