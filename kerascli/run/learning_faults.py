"""Why a batch may not be learnt: layers that nothing moves, samples that contradict each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np


def unmoved_layers(model: Any, before: Sequence[Any]) -> tuple[str, ...]:
    """The layers none of whose trainable weights is another than it was.

    Args:
        model: The model.
        before: The values of `model.trainable_variables` before.
    """
    moved: dict[str, bool] = {}
    for variable, value in zip(model.trainable_variables, before, strict=True):
        path = variable.path.removeprefix(f"{model.name}/").rpartition("/")[0] or variable.path
        changed = not np.array_equal(keras.ops.convert_to_numpy(variable), value)
        moved[path] = moved.get(path, False) or changed
    return tuple(path for path, changed in moved.items() if not changed)


def contradictions(batch: Any) -> int:
    """How many samples of a batch have the same inputs as another one, and other targets."""
    x, y, _ = keras.utils.unpack_x_y_sample_weight(batch)
    inputs, targets = _rows(x), _rows(y)
    found: dict[bytes, set[bytes]] = {}
    for sample, target in zip(inputs, targets, strict=True):
        found.setdefault(sample, set()).add(target)
    return sum(1 for sample in inputs if len(found[sample]) > 1)


def _rows(part: Any) -> list[bytes]:
    """Each sample's values as bytes."""
    arrays = [np.asarray(tensor) for tensor in keras.tree.flatten(part) if tensor is not None]
    if not arrays:
        return []
    return [
        b"\x00".join(np.ascontiguousarray(array[row]).tobytes() for array in arrays) for row in range(len(arrays[0]))
    ]
