"""The constants of an operation as `keras.ops` wants them: arrays as tensors, the index of `ops.get_item` as Python's."""

from __future__ import annotations

from typing import Any

import keras

from kerascli.catalog import load_catalog
from kerascli.components.build import build_argument
from kerascli.spec.component import Component
from kerascli.spec.indexing import read_index


def operation_constant(operation: Component, name: str, value: object) -> Any:
    """One constant argument of an operation.

    Args:
        operation: A component of the group `ops`.
        name: The argument.
        value: What the spec says: a list where the operation takes a tensor is made one, since Keras takes a list's
            shape for that of a number.
    """
    entry = load_catalog().find("ops", operation.name)
    built = build_argument(value)
    if operation.name == "ops.get_item" and name == "key":
        return read_index(built) if isinstance(built, str) else built
    call = entry.call if entry is not None else None
    if isinstance(built, list) and call is not None and not call.takes_list and name in call.tensor_parameters:
        return keras.ops.convert_to_tensor(built)
    return built
