"""Fused updates do what Keras's do: the same weights and slots from the same gradients, or they are not fused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).parent))

from fused_cases import EXACT, FUSED, STEPS, O, applied, assert_same, operations, some, state  # noqa: E402

from kerascli.model.fused import FusedUpdates, fuse_updates  # noqa: E402

SHAPES = ((5,), (3, 3, 2, 4), ())


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


@pytest.mark.parametrize("name", some(FUSED, "SGD momentum", "AdamW", "RMSprop both", "Ftrl", "Ftrl power"))
def test_the_same_weights_and_slots(name: str) -> None:
    operation, make = FUSED[name]
    updates, plain, fused = both(make, way=0 if name in EXACT else STEPS * 0.01)
    assert list(updates.kernels.values()) == [f"ResourceApply{operation}"]
    assert not updates.plain and not updates.variables
    assert applied(plain) == {}
    assert applied(fused) == {operation: len(SHAPES)}
    assert plain.total() - fused.total() >= len(SHAPES) * (1 if name == "SGD" else 5)


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


def test_optimizers_that_are_chosen_later_are_not_known() -> None:
    optimizer, inner = O.MultiOptimizer(lambda variable: inner), O.Adam(0.01)
    assert "before it is built" in fuse_updates(optimizer).lines()[0]
    optimizer.build(variables())
    assert fuse_updates(optimizer).kernels == {inner.name: "ResourceApplyAdam"}


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
    assert_same(*found)


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
    assert_same(*found)


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
