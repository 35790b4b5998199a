"""One input or target of the model: its fields taken from a table, checked, transformed, brought to the model's shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerascli.components import keras_fault
from kerascli.data.table import Array, Table
from kerascli.errors import DataError, Span, did_you_mean
from kerascli.spec.component import Component

# How many samples a transform is applied to at once, outside the training loop.
BATCH = 4096


@dataclass(frozen=True)
class Expected:
    """What the model wants of an input, or has as an output.

    Attributes:
        shape: The shape of one sample; None axes are free.
        dtype: The dtype's name, or None for any.
    """

    shape: tuple[int | None, ...]
    dtype: str | None = None


def take_fields(table: Table, fields: tuple[str, ...], stacked: bool, span: Span | None) -> Array:
    """The field, or the fields stacked on a new last axis, `(samples, ...)`.

    Raises:
        DataError: The table lacks a field (code `unknown-field`), or the fields can't be stacked.
    """
    missing = [name for name in fields if name not in table.fields]
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        word = "field" if len(missing) == 1 else "fields"
        message = f"{table.source} has no {word} {names}"
        raise DataError(message, code="unknown-field", span=span, hint=did_you_mean(missing[0], table.fields))
    arrays = [table.fields[name] for name in fields]
    if not stacked:
        return arrays[0]
    for name, array in zip(fields, arrays, strict=True):
        if array.dtype.kind == "U":
            hint = "give it an input of its own, with a transform such as StringLookup"
            raise DataError(f"the field '{name}' is text and can't be stacked", span=span, hint=hint)
        if array.shape != arrays[0].shape:
            raise DataError(f"'{name}' and '{fields[0]}' have different shapes and can't be stacked", span=span)
    return np.stack([array.astype(np.float32) for array in arrays], axis=-1)


def check_finite(table: Table, array: Array, name: str, span: Span | None) -> None:
    """Refuses missing and infinite numbers: they are counted, and the first is named.

    Raises:
        DataError: There are any (code `missing-value`).
    """
    if array.dtype.kind != "f":
        return
    bad = ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)
    if bad.any():
        row = int(np.argmax(bad))
        count = int(bad.sum())
        word = "row has" if count == 1 else "rows have"
        message = f"{count:,} {word} a missing or infinite value in '{name}', the first is {table.place(row)}"
        raise DataError(message, code="missing-value", span=span, hint="complete or remove these rows")


def widen(array: Array, expected: Expected | None) -> Array:
    """A column of numbers `(samples,)` gets a last axis of 1, unless the model takes one number a sample."""
    if array.ndim == 1 and array.dtype.kind != "U" and (expected is None or len(expected.shape) > 0):
        return array[:, np.newaxis]
    return array


def cast(array: Array, expected: Expected | None) -> Array:
    """The array in the dtype that the model takes: the written one, or float32 and int32 where none is."""
    if array.dtype.kind == "U":
        return array
    if expected is not None and expected.dtype is not None:
        return array.astype(_numpy_dtype(expected.dtype), copy=False)
    return array.astype(np.float32 if array.dtype.kind == "f" else np.int32, copy=False)


def _numpy_dtype(name: str) -> Any:
    if name == "bfloat16":
        import ml_dtypes

        return ml_dtypes.bfloat16
    return np.dtype(name)


def check_shape(array: Array, expected: Expected | None, name: str, span: Span | None) -> None:
    """Compares the shape of one sample with what the model takes.

    Raises:
        DataError: They differ (code `shape`).
    """
    if expected is None:
        return
    shape = array.shape[1:]
    fits = len(shape) == len(expected.shape) and all(
        want is None or want == have for want, have in zip(expected.shape, shape, strict=True)
    )
    if not fits:
        want = "[" + ", ".join("null" if size is None else str(size) for size in expected.shape) + "]"
        have = "[" + ", ".join(str(size) for size in shape) + "]"
        hint = f"write '{name}: {have}' below 'model.inputs', or add a transform such as Reshape"
        raise DataError(
            f"'{name}' has samples of shape {have}, the model takes {want}", code="shape", span=span, hint=hint
        )


def apply_layers(array: Array, layers: list[tuple[Any, Component]]) -> Array:
    """The array after the layers, one after the other, in batches.

    Raises:
        SpecError: Keras refuses the call of a layer, at its place.
    """
    import tensorflow as tf

    if not layers:
        return array
    out = []
    for start in range(0, max(1, len(array)), BATCH):
        value: Any = tf.constant(array[start : start + BATCH])
        for layer, component in layers:
            try:
                value = layer(value)
            except Exception as error:  # Whatever Keras raises on a call is said again at the layer's place.
                raise keras_fault(error, component, doing="calling") from error
        out.append(np.asarray(value))
    return np.concatenate(out)


def adapt_layers(array: Array, layers: list[tuple[Any, Component]]) -> None:
    """Adapts every layer that learns on the array after the layers before it.

    Raises:
        SpecError: Keras refuses the data, at the layer's place.
    """
    import tensorflow as tf

    for index, (layer, component) in enumerate(layers):
        if not learns(layer):
            continue
        before = apply_layers(array, layers[:index])
        try:
            layer.adapt(tf.data.Dataset.from_tensor_slices(before).batch(BATCH))
        except Exception as error:  # Whatever Keras raises on the data is said again at the layer's place.
            raise keras_fault(error, component, doing="adapting") from error


def learns(layer: Any) -> bool:
    """Whether a preprocessing layer has something to learn that its arguments did not give."""
    if not hasattr(layer, "adapt"):
        return False
    # A Normalization with a written mean, or a lookup with a written vocabulary, is complete.
    if getattr(layer, "input_mean", None) is not None or getattr(layer, "input_vocabulary", None) is not None:
        return False
    boundaries = getattr(layer, "bin_boundaries", None)
    return boundaries is None or not list(boundaries)
