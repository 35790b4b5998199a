"""`Split`: the samples of one split as arrays, and the batches of any pass over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from kerascli.data.table import Array

# Keeps the order of training samples apart from other uses of the seed.
_ORDER_STREAM = 0x0D3


@dataclass(frozen=True)
class Split:
    """The samples of one split, transformed.

    Attributes:
        x: Input name to array `(samples, ...)`, in the model's order.
        y: Output name to array `(samples, ...)`, in the model's order.
        weights: Output name to sample weights `(samples,)` float32; empty without any.
    """

    x: Mapping[str, Array]
    y: Mapping[str, Array]
    weights: Mapping[str, Array]

    @property
    def samples(self) -> int:
        """The number of samples."""
        return len(next(iter(self.x.values())))

    def steps(self, batch_size: int, *, drop_remainder: bool = False) -> int:
        """Batches in one pass."""
        return self.samples // batch_size if drop_remainder else -(-self.samples // batch_size)

    def order(self, seed: int, pass_number: int) -> Array:
        """The order of the samples in one pass: a function of the seed and the pass, `(samples,)` int64."""
        generator = np.random.Generator(np.random.PCG64([seed, _ORDER_STREAM, pass_number]))
        return generator.permutation(self.samples)

    def dataset(
        self, batch_size: int, *, order: Array | None = None, skip_batches: int = 0, drop_remainder: bool = False
    ) -> Any:
        """The batches of one pass.

        Args:
            batch_size: Samples a batch.
            order: The order of the samples; None: as they stand.
            skip_batches: Batches to leave out at the start, for a pass that goes on in its middle.
            drop_remainder: Whether a last partial batch is left out.

        Returns:
            A `tf.data.Dataset` of known length, of `(x,)`, `(x, y)` or `(x, y, sample_weight)`: bare tensors for one
            input or output, a dict of inputs by name and a tuple of outputs in order for several.
        """
        import tensorflow as tf

        indices = np.arange(self.samples) if order is None else order
        indices = indices[skip_batches * batch_size :]
        parts = self._tensors

        def gather(rows: Any) -> Any:
            return tf.nest.map_structure(lambda tensor: tf.gather(tensor, rows), parts)

        batches = tf.data.Dataset.from_tensor_slices(indices).batch(batch_size, drop_remainder=drop_remainder)
        return batches.map(gather, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True).prefetch(tf.data.AUTOTUNE)

    @cached_property
    def _tensors(self) -> Any:
        """All samples as tensors, in the structure that a batch has."""
        import tensorflow as tf

        x = {name: tf.constant(array) for name, array in self.x.items()}
        y = tuple(tf.constant(array) for array in self.y.values())
        one = next(iter(x.values())) if len(x) == 1 else x
        if not y:
            return (one,)
        target = y[0] if len(y) == 1 else y
        if not self.weights:
            return (one, target)
        ones = np.ones(self.samples, np.float32)
        weights = tuple(tf.constant(self.weights.get(name, ones)) for name in self.y)
        return (one, target, weights[0] if len(y) == 1 else weights)
