"""`Passes`: one pipeline of `tf.data` for all passes over a split, which is made and traced once, and begun anew for each.

Making it anew for each pass costs more than a short epoch: TensorFlow traces each function in it again.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from kerascli.data.augment import Augmentation
from kerascli.data.split import Split


class Passes:
    """The batches of any pass, one pass after the other: what differs between them are variables that the pipeline reads."""

    def __init__(
        self, split: Split, batch_size: int, *, drop_remainder: bool = False, augment: Augmentation | None = None
    ) -> None:
        """Makes the pipeline.

        Args:
            split: The samples.
            batch_size: Samples a batch.
            drop_remainder: Whether a last partial batch is left out.
            augment: What changes the batches at random.
        """
        self._augment = augment or None
        self._batches = split.repeatable(batch_size, drop_remainder=drop_remainder)
        self._dataset = self._batches.dataset
        if self._augment is not None:
            # Pipelines run on the processor, where there is a card too.
            with tf.device("CPU:0"):
                self._first = tf.Variable(0, dtype=tf.int64, trainable=False)
                self._words = tf.Variable(self._augment.words(0, 0), dtype=tf.int64, trainable=False)
            self._dataset = self._augment.over(self._dataset, self._first, self._words)

    def begin(self, order: Any = None, *, seed: int = 0, number: int = 0, skipped: int = 0) -> Any:
        """An iterator over the batches of one pass; the one of the pass before must be gone.

        Args:
            order: What `Split.order` gave; None: the samples as they stand.
            seed: The seed of the augmentation.
            number: The number of the pass.
            skipped: How many batches to leave out at the start.
        """
        self._batches.set_pass(order, skipped)
        if self._augment is not None:
            self._first.assign(skipped)
            self._words.assign(self._augment.words(seed, number))
        return iter(self._dataset)
