"""The batches of one pass over samples in memory, gathered by index where they are used: inside the graph of the steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf


@dataclass
class IndexedBatches:
    """Takes the place of an iterator over a dataset; beside the steps nothing runs.

    Attributes:
        tensors: All samples, in the structure that a batch has.
        order: The samples' numbers in the order of the pass, `(samples,)` int64.
        batch_size: Samples a batch; the last one may have fewer.
        fixed: Whether every batch has that many, so that its shape is known.
        place: The next batch.
    """

    tensors: Any
    order: Any
    batch_size: int
    fixed: bool
    place: int = 0

    def advance(self, count: int) -> int:
        """Goes past so many batches; returns the first of them."""
        first, self.place = self.place, self.place + count
        return first

    def gather(self, order: Any, place: Any) -> Any:
        """One batch, inside a graph: the order and the batch's number are tensors."""
        begin = tf.cast(place, tf.int64) * self.batch_size
        rows = order[begin : begin + self.batch_size]
        if self.fixed:
            rows = tf.ensure_shape(rows, [self.batch_size])
        return tf.nest.map_structure(lambda tensor: tf.gather(tensor, rows), self.tensors)
