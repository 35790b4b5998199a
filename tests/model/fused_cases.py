"""The optimizers that have kernels, and how far their updates may be from Keras's.

The bounds. `SGD` and `Ftrl` do the same operations in the same order. Elsewhere an operation or two is done in another
one, which is a few roundings (1.2e-7 of the value) a step; over 200 steps they stay under 1e-5 of a slot. Adam's kernel
takes 1 − β from the rounded β where Keras rounds the difference: for β₂ = 0.999 these are 1.3e-5 apart, and so are the
two velocities; an update, which has the root of them, is 0.7e-5 off. A weight therefore may be off by 1e-5 of the way
that it could go: of the learning rate, times the steps.
"""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
import pytest

STEPS = 200
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
# The same operations in the same order.
EXACT = {"SGD", "SGD momentum", "SGD nesterov", "Ftrl", "Ftrl regularised"}


def operations(function: Any, *arguments: Any) -> collections.Counter[str]:
    """How many nodes of each kind the traced function has, with the bodies of its loops and conditions."""
    graph = function.get_concrete_function(*arguments).graph.as_graph_def()
    nodes = [*graph.node, *(node for body in graph.library.function for node in body.node_def)]
    return collections.Counter(node.op for node in nodes)


def applied(count: collections.Counter[str]) -> dict[str, int]:
    return {name.removeprefix("ResourceApply"): number for name, number in count.items() if "ResourceApply" in name}


def state(optimizer: Any, learning: list[Any]) -> dict[str, np.ndarray]:
    """Weights and slots; of a slot's name the optimizer's is left out, since Keras numbers its optimizers."""
    slots = [(index, variable.path.split("/", 1)[-1], variable) for index, variable in enumerate(optimizer.variables)]
    return {
        **{variable.path: np.array(variable) for variable in learning},
        **{f"slot {index} {name}": np.array(variable) for index, name, variable in slots},
    }


def assert_same(plain: dict[str, Any], fused: dict[str, Any], *, way: float = 0.0, times: float = 1.0) -> None:
    """Within the bounds, or some times as much; the way is how far a weight could go."""
    assert plain.keys() == fused.keys()
    for name, value in plain.items():
        slot = name.startswith("slot")
        relative, absolute = (2e-5, 1e-6) if slot else (1e-5, 1e-6 + 1e-5 * way)
        np.testing.assert_allclose(fused[name], value, rtol=times * relative, atol=times * absolute, err_msg=name)


def some(names: Iterable[str], *long: str) -> list[Any]:
    """The names; those that add little are run with the long tests."""
    return [pytest.param(name, marks=[pytest.mark.long] if name in long else []) for name in names]
