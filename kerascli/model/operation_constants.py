"""The arguments of an operation of `keras.ops` that no tensor of the graph fills."""

from __future__ import annotations

from typing import Any

import keras

from kerascli.catalog import load_catalog
from kerascli.components import build_argument
from kerascli.spec.component import Component


def operation_constants(component: Component) -> dict[str, Any]:
    """The keyword arguments of an operation, as Keras takes them.

    A list that stands for a tensor is an array, since Keras asks for its shape; any other is a tuple, since Keras adds
    it to tuples.
    """
    return {name: _constant(component, name, value) for name, value in component.keywords.items()}


def _constant(component: Component, name: str, value: object) -> Any:
    if not isinstance(value, tuple):
        return build_argument(value)
    entry = load_catalog().find("ops", component.name)
    if entry is not None and entry.call is not None and name in entry.call.tensor_parameters:
        # No tensor: a saved model can hold an array.
        return keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(build_argument(value)))
    return tuple(build_argument(item) for item in value)
