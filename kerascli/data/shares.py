"""`Shares`: how each batch is cut into one part for each replica, and which of the parts this process takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


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
