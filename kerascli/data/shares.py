"""`Shares`: how each batch is cut into one part for each replica, and which of the parts this process takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Shares:
    """The parts of one process.

    A part has so many samples as the others, or one more: the first ones get what is left over.

    Attributes:
        replicas: The parts of a batch.
        first: The first part that is taken here.
        count: How many are.
    """

    replicas: int
    first: int
    count: int

    def sizes(self, samples: int) -> tuple[int, ...]:
        """The samples of each part of a batch, of all processes."""
        each, more = divmod(samples, self.replicas)
        return tuple(each + (part < more) for part in range(self.replicas))

    def rows(self, first: int, count: int, samples: int, batch_size: int) -> Any:
        """Which samples of a pass are taken here, of those at so many places in it.

        Args:
            first: The place of the first.
            count: How many there are.
            samples: The samples of the pass.
            batch_size: Samples a batch.

        Returns:
            Whether each is, `(count,)` bool. Of a batch that leaves nothing for the parts here, the last one is.
        """
        places = np.arange(first, first + count)
        offsets = places % batch_size
        whole = np.minimum(batch_size, samples - (places - offsets))
        begin, end = self._bounds(self.first, whole), self._bounds(self.first + self.count, whole)
        begin = np.minimum(begin, whole - 1)
        return (offsets >= begin) & (offsets < np.maximum(end, begin + 1))

    def _bounds(self, part: int, samples: Any) -> Any:
        """Where a part begins in a batch of so many samples."""
        return part * (samples // self.replicas) + np.minimum(part, samples % self.replicas)

    def of_rows(self, rows: Any, samples: int, batch_size: int, skip_batches: int) -> Any:
        """What `of` gives, of a dataset that has the rows of `rows` alone.

        Args:
            rows: A dataset of blocks of rows, as many as there are.
            samples: The samples of the pass.
            batch_size: Samples a batch.
            skip_batches: The batches that were left out at the start.
        """
        here = int(self.rows(0, min(batch_size, samples), samples, batch_size).sum())
        last, rest = divmod(samples, batch_size)

        def cut(number: Any, batch: Any) -> tuple[Any, ...]:
            import tensorflow as tf

            whole = tf.where(number < last, batch_size, rest)
            return tuple(self._part(part, batch, whole) for part in range(self.first, self.first + self.count))

        return rows.rebatch(here).enumerate(skip_batches).map(cut)

    def _part(self, part: int, batch: Any, whole: Any) -> Any:
        """A part of the rows that are here, of a batch of so many."""
        import tensorflow as tf

        whole = tf.cast(whole, tf.int32)
        each, more = whole // self.replicas, whole % self.replicas
        size = each + tf.cast(part < more, tf.int32)
        begin = part * each + tf.minimum(part, more) - self.first * each - tf.minimum(self.first, more)
        begin = tf.minimum(begin, tf.shape(tf.nest.flatten(batch)[0])[0] - 1)
        end = begin + tf.maximum(size, 1)
        return tf.nest.map_structure(lambda tensor: tensor[begin:end], batch), size, whole

    def of(self, batches: Any) -> Any:
        """The parts of each batch of a dataset: a dataset of what `cut` gives."""
        return batches.map(lambda *batch: self.cut(batch))

    def cut(self, batch: Any, read: Callable[[Any], Any] = lambda rows: rows) -> tuple[Any, ...]:
        """The parts of a batch, inside a graph.

        A part without samples gets the batch's last one, so that no layer sees an empty batch.

        Args:
            batch: Tensors `(samples, ...)`.
            read: What is done with the rows of a part.

        Returns:
            For each part that is taken here: its rows; how many of them count; the samples of the whole batch.
        """
        import tensorflow as tf

        samples = tf.shape(tf.nest.flatten(batch)[0])[0]
        each, more = samples // self.replicas, samples % self.replicas
        parts = []
        for part in range(self.first, self.first + self.count):
            size = each + tf.cast(part < more, tf.int32)
            begin = tf.minimum(part * each + tf.minimum(part, more), samples - 1)
            end = begin + tf.maximum(size, 1)
            rows = tf.nest.map_structure(lambda tensor, begin=begin, end=end: tensor[begin:end], batch)
            parts.append((read(rows), size, samples))
        return tuple(parts)
