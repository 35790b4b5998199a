"""The batches of passes over samples in memory, gathered by index: in the graph of the steps, or in a pipeline."""

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


class RepeatableBatches:
    """The same batches from one pipeline for all passes; see `Repeatable`."""

    def __init__(self, batches: IndexedBatches, steps: int) -> None:
        """Takes the batches of a pass in order, and how many there are in one."""
        # Pipelines run on the processor, where there is a card too.
        with tf.device("CPU:0"):
            self._order = tf.Variable(batches.order, trainable=False)
            self._first = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._in_order = batches.order
        numbers = tf.data.Dataset.from_tensors(0).flat_map(lambda _: tf.data.Dataset.range(self._first, steps))

        def gather(number: Any) -> Any:
            return batches.gather(self._order, number)

        made = numbers.map(gather, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        self.dataset = made.prefetch(tf.data.AUTOTUNE)

    def set_pass(self, order: Any, skipped: int) -> None:
        """See `Repeatable.set_pass`."""
        self._order.assign(self._in_order if order is None else order)
        self._first.assign(skipped)
