"""The state of a callback as plain values and arrays: its counters, its best so far; never a pickle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

# What Keras itself sets on every callback, and what is no state.
_NOT_STATE = frozenset({"_model", "model", "params", "validation_data"})
# Where a callback of Keras writes; the run's folder may lie elsewhere when the run goes on.
_PLACES = frozenset({"filepath", "filename", "directory", "log_dir", "_log_write_dir", "_train_dir", "_val_dir"})

# What a `CSVLogger` finds out from its file when a training begins.
_OF_THE_FILE = frozenset({"append", "append_header"})


@dataclass(frozen=True)
class CallbackStates:
    """The states of some callbacks at one moment.

    Attributes:
        values: For each its class, its plain values, and the names of its arrays.
        arrays: `<place>/<name>` to array `(…)`.
    """

    values: list[dict[str, Any]]
    arrays: dict[str, Any]


def take_states(callbacks: Sequence[Any]) -> CallbackStates:
    """The states of callbacks, in their order."""
    states: list[dict[str, Any]] = []
    arrays: dict[str, Any] = {}
    for number, callback in enumerate(callbacks):
        values, own = get_state(callback)
        states.append({"class": type(callback).__name__, "values": values, "arrays": sorted(own)})
        arrays |= {f"{number}/{name}": array for name, array in own.items()}
    return CallbackStates(states, arrays)


def get_state(callback: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The attributes of a callback that can be kept.

    A callback with `get_state` says itself what it keeps.

    Returns:
        Name to JSON value, and name to array `(…)`; lists of arrays are kept one array an element.
    """
    own = getattr(callback, "get_state", None)
    attributes = own() if callable(own) else vars(callback)
    values: dict[str, Any] = {}
    arrays: dict[str, Any] = {}
    for name, value in attributes.items():
        if (
            name in _NOT_STATE
            or name in _PLACES
            or (name in _OF_THE_FILE and isinstance(callback, keras.callbacks.CSVLogger))
        ):
            continue
        operation = getattr(value, "__name__", "")
        if callable(value) and getattr(keras.ops, operation, None) is value:
            # The comparison of a monitoring callback decides the sign of its `min_delta`, so both are kept.
            values[name] = {"operation": operation}
        elif isinstance(value, np.ndarray):
            arrays[name] = value
        elif isinstance(value, list) and value and all(isinstance(item, np.ndarray) for item in value):
            values[name] = {"arrays": len(value)}
            arrays |= {f"{name}.{index}": item for index, item in enumerate(value)}
        elif is_plain(value):
            values[name] = _to_json(value)
    return values, arrays


def set_state(callback: Any, values: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Puts back what `get_state` took."""
    attributes: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict) and set(value) == {"operation"}:
            attributes[name] = getattr(keras.ops, value["operation"])
        elif isinstance(value, dict) and set(value) == {"arrays"}:
            attributes[name] = [arrays[f"{name}.{index}"] for index in range(value["arrays"])]
        else:
            attributes[name] = value
    attributes |= {name: array for name, array in arrays.items() if "." not in name}
    own = getattr(callback, "set_state", None)
    if callable(own):
        own(attributes)
    else:
        for name, value in attributes.items():
            setattr(callback, name, value)


def lost_attributes(callback: Any) -> list[str]:
    """The attributes of a plugin's callback that `get_state` leaves out; none where it says itself what it keeps."""
    if callable(getattr(callback, "get_state", None)):
        return []
    values, arrays = get_state(callback)
    kept = {*values, *(name.partition(".")[0] for name in arrays), *_NOT_STATE, *_PLACES, "run_folder"}
    return [name for name, value in vars(callback).items() if name not in kept and not callable(value)]


def is_plain(value: Any) -> bool:
    """Whether a value is numbers, texts, lists and mappings of these alone."""
    if value is None or isinstance(value, bool | int | float | str | np.number):
        return True
    if isinstance(value, list | tuple):
        return all(is_plain(item) for item in value)
    return isinstance(value, dict) and all(isinstance(key, str) and is_plain(item) for key, item in value.items())


def _to_json(value: Any) -> Any:
    if isinstance(value, np.number):
        return value.item()
    if isinstance(value, list | tuple):
        return [_to_json(item) for item in value]
    return {key: _to_json(item) for key, item in value.items()} if isinstance(value, dict) else value
