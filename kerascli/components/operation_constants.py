"""The constant arguments of an operation, as its function takes them."""

from __future__ import annotations

from typing import Any

import keras

from kerascli.catalog import load_catalog
from kerascli.components.build import build_argument
from kerascli.spec.component import Component
from kerascli.spec.indexing import read_index


def operation_constants(operation: Component) -> dict[str, Any]:
    """The keyword arguments of an operation.

    A list that stands for a tensor is an array, since Keras takes a list's shape for that of a number; any other is a
    tuple, since Keras adds it to tuples. The key of `ops.get_item` is read as Python's index.

    Args:
        operation: A component of the group `ops`.
    """
    return {name: operation_constant(operation, name, value) for name, value in operation.keywords.items()}


def operation_constant(operation: Component, name: str, value: object) -> Any:
    """One of them; also one that stands in `inputs`."""
    if operation.name == "ops.get_item" and name == "key":
        built = build_argument(value)
        return read_index(built) if isinstance(built, str) else built
    if not isinstance(value, tuple):
        return build_argument(value)
    entry = load_catalog().find("ops", operation.name)
    call = entry.call if entry is not None else None
    if call is not None and not call.takes_list and name in call.tensor_parameters:
        # No tensor: a saved model can hold an array.
        return keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(build_argument(value)))
    return tuple(build_argument(item) for item in value)
