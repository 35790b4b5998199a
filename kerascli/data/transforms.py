"""The Keras layers of a `transform`: made, adapted on the training split, applied to a whole array in batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kerascli.components import build_component, keras_fault
from kerascli.data.memory import check_size
from kerascli.data.table import Array
from kerascli.errors import Span, SpecError
from kerascli.spec.component import Component
from kerascli.spec.learning_layers import LEARNT_BY_CLASS

# A layer of Keras with the component that it was made from, for messages.
Layers = list[tuple[Any, Component]]

# How many samples a transform is applied to at once, outside the training loop.
BATCH = 4096

# Arguments that give a layer what it would learn.
LEARNT = tuple(dict.fromkeys(word for words in LEARNT_BY_CLASS.values() for word in words))


def make_layers(components: Sequence[Component]) -> Layers:
    """The layers, computing in float32 (or float64) whatever the model computes in.

    Numbers that are scaled in half precision would be wrong in their third digit before the model sees them.

    Raises:
        SpecError: Keras refuses an argument, at its place.
    """
    if not components:
        return []
    import keras

    policy = keras.config.dtype_policy()
    if policy.compute_dtype in ("float16", "bfloat16"):
        keras.config.set_dtype_policy("float32")
    try:
        return [(build_component(component), component) for component in components]
    finally:
        keras.config.set_dtype_policy(policy)


def learns(layer: Any) -> bool:
    """Whether a layer has something to learn that its arguments did not give."""
    if not hasattr(layer, "adapt"):
        return False
    config = layer.get_config()
    return all(config.get(name) is None or np.size(config[name]) == 0 for name in LEARNT)


def apply_layers(array: Array, layers: Layers, name: str, span: Span | None) -> Array:
    """The array `(samples, ...)` after the layers, one after the other.

    Sequences of different lengths are padded with zeros at their ends to the longest, as Keras does in a batch.

    Raises:
        SpecError: Keras refuses the call of a layer, at its place.
        DataError: The result would not fit into memory.
    """
    if not layers:
        return array
    parts = (_apply(array[start : start + BATCH], layers) for start in range(0, len(array), BATCH))
    return join_parts(parts, len(array), name, span)


def _apply(batch: Array, layers: Layers) -> Array:
    import tensorflow as tf

    value: Any = tf.constant(batch)
    for layer, component in layers:
        try:
            value = layer(value)
        except Exception as error:  # Whatever Keras raises on a call is said again at the layer's place.
            raise keras_fault(error, component, doing="calling") from error
        _check_samples(value, len(batch), component)
    if isinstance(value, tf.RaggedTensor):
        value = value.to_tensor()
    elif isinstance(value, tf.SparseTensor):
        value = tf.sparse.to_dense(value)
    found: Array = np.asarray(value)
    # TensorFlow gives text as objects of bytes.
    return decoded(found) if found.dtype.kind == "O" else found


def _check_samples(value: Any, samples: int, component: Component) -> None:
    """A layer must give a row for each sample; some take a batch of single values for one sample.

    Raises:
        SpecError: It does not.
    """
    if len(value.shape) == 0 or value.shape[0] not in (None, samples):
        message = f"{component.name} makes one row of {samples:,} samples"
        hint = "choose 'output_mode: one_hot' for one value a sample"
        raise SpecError(message, code="transform", span=component.span, hint=hint)


def decoded(array: Array) -> Array:
    """An array of bytes objects as one of text objects."""
    flat = np.empty(array.size, object)
    flat[:] = [value.decode("utf-8", "replace") for value in array.reshape(-1)]
    return flat.reshape(array.shape)


def join_parts(parts: Iterable[Array], samples: int, name: str, span: Span | None) -> Array:
    """One array of all parts; its room is taken once, so that memory does not hold the samples twice.

    Args:
        parts: Arrays `(rows, ...)`; where they differ in length, zeros or empty texts fill the ends.
        samples: All rows.
        name: What messages call the array.
        span: Where it is written.

    Raises:
        DataError: It would not fit into memory.
    """
    out: Array | None = None
    done = 0
    for part in parts:
        if out is None:
            check_size(part.nbytes // len(part) * samples, name, span)
            out = np.zeros((samples, *part.shape[1:]), part.dtype)
        room = tuple(max(sizes) for sizes in zip(out.shape[1:], part.shape[1:], strict=True))
        # Later sequences may be longer, and later texts too.
        dtype = np.promote_types(out.dtype, part.dtype)
        if room != out.shape[1:] or dtype != out.dtype:
            grown = np.zeros((samples, *room), dtype)
            grown[(slice(None), *(slice(size) for size in out.shape[1:]))] = out
            out = grown
        out[(slice(done, done + len(part)), *(slice(size) for size in part.shape[1:]))] = part
        done += len(part)
    assert out is not None, "no samples"
    return out
