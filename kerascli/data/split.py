"""`Split`: the batches of any pass over the samples of one split; `ArraySplit` has them in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kerascli.data.shares import Shares
from kerascli.data.table import Array

if TYPE_CHECKING:
    from kerascli.data.indexed_batches import IndexedBatches

# Keeps the order of training samples apart from other uses of the seed.
ORDER_STREAM = 0x0D3


class Split(Protocol):
    """The samples of one split, transformed."""

    @property
    def samples(self) -> int:
        """The number of samples."""

    def steps(self, batch_size: int, *, drop_remainder: bool = False) -> int:
        """Batches in one pass."""

    def order(self, seed: int, pass_number: int) -> Any:
        """The order of the samples in one pass, for `dataset`: a function of the seed and the pass."""

    def dataset(
        self,
        batch_size: int,
        *,
        order: Any = None,
        skip_batches: int = 0,
        drop_remainder: bool = False,
        shares: Shares | None = None,
    ) -> Any:
        """The batches of one pass.

        Args:
            batch_size: Samples a batch.
            order: What `order` gave; None: the samples as they stand.
            skip_batches: Batches to leave out at the start, for a pass that goes on in its middle.
            drop_remainder: Whether a last partial batch is left out.
            shares: The parts of each batch that are wanted; None: all of it.

        Returns:
            A `tf.data.Dataset` of known length; see `batch_of` for what a batch is, and `Shares.cut` for its parts.
        """

    def repeatable(self, batch_size: int, *, drop_remainder: bool = False) -> Repeatable:
        """The batches of one pass after the other, for `Passes`."""


class Repeatable(Protocol):
    """Batches of passes, one after the other.

    Attributes:
        dataset: A dataset of the batches of the pass that was set last, as an iterator over it begins.
    """

    dataset: Any

    def set_pass(self, order: Any, skipped: int) -> None:
        """Sets the pass: what `Split.order` gave, or None, and the batches to leave out at its start."""


def count_steps(samples: int, batch_size: int, *, drop_remainder: bool) -> int:
    """Batches in one pass over so many samples."""
    return samples // batch_size if drop_remainder else -(-samples // batch_size)


def batch_of(x: Mapping[str, Any], y: Mapping[str, Any], weights: Mapping[str, Any]) -> Any:
    """`(x,)`, `(x, y)` or `(x, y, sample_weight)` as Keras takes them.

    Bare arrays for one input or output, a dict of inputs by name and a tuple of outputs in order for several. An output
    without weights gets ones where another has some.

    Args:
        x: Input name to array `(samples, ...)`, in the model's order.
        y: Output name to array `(samples, ...)`, in the model's order.
        weights: Output name to sample weights `(samples,)` float32; empty without any.
    """
    one = next(iter(x.values())) if len(x) == 1 else dict(x)
    targets = tuple(y.values())
    if not targets:
        return (one,)
    target = targets[0] if len(targets) == 1 else targets
    if not weights:
        return (one, target)
    ones = np.ones(len(targets[0]), np.float32)
    by_output = tuple(weights.get(name, ones) for name in y)
    return (one, target, by_output[0] if len(by_output) == 1 else by_output)


@dataclass(frozen=True)
class ArraySplit:
    """The samples of one split as arrays.

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

    @property
    def nbytes(self) -> int:
        """The bytes of all arrays."""
        return sum(array.nbytes for part in (self.x, self.y, self.weights) for array in part.values())

    def part(self, rows: Array | slice) -> ArraySplit:
        """Some of the samples: not all have to become tensors for a few of them."""
        parts = ({name: array[rows] for name, array in part.items()} for part in (self.x, self.y, self.weights))
        return ArraySplit(*parts)

    def steps(self, batch_size: int, *, drop_remainder: bool = False) -> int:
        """Batches in one pass."""
        return count_steps(self.samples, batch_size, drop_remainder=drop_remainder)

    def order(self, seed: int, pass_number: int) -> Array:
        """The order of the samples in one pass: a function of the seed and the pass, `(samples,)` int64."""
        generator = np.random.Generator(np.random.PCG64([seed, ORDER_STREAM, pass_number]))
        return generator.permutation(self.samples)

    def dataset(
        self,
        batch_size: int,
        *,
        order: Array | None = None,
        skip_batches: int = 0,
        drop_remainder: bool = False,
        shares: Shares | None = None,
    ) -> Any:
        """The batches of one pass; see `Split.dataset`."""
        import tensorflow as tf

        indices = np.arange(self.samples) if order is None else order
        indices = indices[skip_batches * batch_size :]
        parts = self._tensors

        def gather(rows: Any) -> Any:
            return tf.nest.map_structure(lambda tensor: tf.gather(tensor, rows), parts)

        batches = tf.data.Dataset.from_tensor_slices(indices).batch(batch_size, drop_remainder=drop_remainder)
        read = gather if shares is None else lambda rows: shares.cut(rows, gather)
        return batches.map(read, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True).prefetch(tf.data.AUTOTUNE)

    def indexed(
        self, batch_size: int, *, order: Array | None = None, skip_batches: int = 0, drop_remainder: bool = False
    ) -> IndexedBatches:
        """The same batches as `dataset` gives, gathered where they are used."""
        import tensorflow as tf

        from kerascli.data.indexed_batches import IndexedBatches

        rows = np.arange(self.samples) if order is None else order
        return IndexedBatches(self._tensors, tf.constant(rows), batch_size, fixed=drop_remainder, place=skip_batches)

    def repeatable(self, batch_size: int, *, drop_remainder: bool = False) -> Repeatable:
        """See `Split.repeatable`."""
        from kerascli.data.indexed_batches import RepeatableBatches

        steps = self.steps(batch_size, drop_remainder=drop_remainder)
        return RepeatableBatches(self.indexed(batch_size, drop_remainder=drop_remainder), steps)

    @cached_property
    def _tensors(self) -> Any:
        """All samples as tensors, in the structure that a batch has."""
        import tensorflow as tf

        return tf.nest.map_structure(tf.constant, batch_of(self.x, self.y, self.weights))
