"""Sequences of different lengths → one array: padded and cut as `keras.utils.pad_sequences` does."""

from __future__ import annotations

from typing import Any

import numpy as np

from kerascli.data.table import Array
from kerascli.errors import DataError
from kerascli.spec.data_spec import Pad

# Without a word in the spec, zeros go to the end, as `tf.RaggedTensor.to_tensor` does.
DEFAULT = Pad()


def pad_flat(values: Array, lengths: Array, pad: Pad) -> Array:
    """Sequences that lie one after the other.

    Args:
        values: All time steps, `(steps, ...)`.
        lengths: The length of each sequence, `(samples,)`, which sum to the steps.
        pad: The length (None: the longest), the side and the value.

    Returns:
        `(samples, length, ...)`.
    """
    longest = int(lengths.max(initial=0))
    mask = _inside(lengths, longest, pad.side)
    padded = np.full((len(lengths), longest, *values.shape[1:]), _filling(pad, values.dtype), values.dtype)
    padded[mask] = values
    return pad_array(padded, Pad(pad.length, pad.side, pad.value))


def join_sequences(array: Array, pad: Pad) -> Array:
    """A ragged column, whose samples are arrays of different lengths, as one array `(samples, length, ...)`."""
    lengths = np.array([len(sequence) for sequence in array], np.int64)
    return pad_flat(np.concatenate(list(array)), lengths, pad)


def pad_array(array: Array, pad: Pad) -> Array:
    """An array `(samples, steps, ...)` brought to the length, padded and cut at the side; as it is without a length."""
    length = array.shape[1] if pad.length is None else pad.length
    if array.shape[1] > length:
        return array[:, -length:] if pad.side == "pre" else array[:, :length]
    if array.shape[1] == length:
        return array
    padded = np.full((len(array), length, *array.shape[2:]), _filling(pad, array.dtype), array.dtype)
    if pad.side == "pre":
        padded[:, length - array.shape[1] :] = array
    else:
        padded[:, : array.shape[1]] = array
    return padded


def pad_ended(array: Array, pad: Pad) -> Array:
    """Sequences `(samples, steps, ...)` whose zeros at the end are padding that a Keras layer made."""
    if pad.side == "post" and pad.value == 0:
        return pad_array(array, pad)
    used = array != 0
    used = used.reshape(*used.shape[:2], -1).any(axis=2)
    steps = np.arange(array.shape[1]) + 1
    lengths = (used * steps).max(axis=1, initial=0)
    return pad_flat(array[_inside(lengths, array.shape[1], "post")], lengths, pad)


def _inside(lengths: Array, longest: int, side: str) -> Array:
    """Where the steps of each sequence are, `(samples, longest)` bool."""
    steps = np.arange(longest)
    if side == "pre":
        return steps >= longest - lengths[:, np.newaxis]
    return steps < lengths[:, np.newaxis]


def _filling(pad: Pad, dtype: Any) -> Any:
    """The value in the dtype of the sequences.

    Raises:
        DataError: They can't hold it.
    """
    filling: Any
    if dtype.kind in "OU":
        fits, filling, held = pad.value == 0, "", "texts"
    elif dtype.kind in "biu":
        bounds = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
        fits, held = pad.value == int(pad.value) and bounds[0] <= pad.value <= bounds[1], dtype.name
        filling = int(pad.value)
    else:
        return pad.value
    if not fits:
        message = f"sequences of {held} can't be padded with {pad.value:g}"
        raise DataError(message, code="dtype", span=pad.span, hint="write 'value: 0'")
    return filling
