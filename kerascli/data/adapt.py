"""Layers that learn from data (`Normalization`, `StringLookup`, …): adapted on the training split, all in one pass."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from queue import Queue

from kerascli.components import keras_fault
from kerascli.data.rows import BLOCK, Rows
from kerascli.data.table import Array, Table, is_text
from kerascli.data.transforms import BATCH, Layers, apply_layers, learns
from kerascli.errors import KerascliError, Span

# Blocks that wait for a layer which is slower than the others.
_WAITING = 2


@dataclass(frozen=True)
class Learner:
    """The transforms of one input or target, and what the first of them takes.

    Attributes:
        layers: The transforms.
        raw: A block of rows → what the first transform takes, `(rows, ...)`.
        name: The input or output.
        span: Where it is written.
    """

    layers: Layers
    raw: Callable[[Table], Array]
    name: str
    span: Span | None


def adapt(learners: Sequence[Learner], rows: Rows, fields: Collection[str] | None = None, block: int = BLOCK) -> None:
    """Adapts every layer that learns, on what the layers before it make of the rows.

    One pass serves the first such layer of every column; a second one in a column needs a second pass.

    Args:
        learners: The columns.
        rows: The training split.
        fields: The fields that they read; None: all.
        block: Rows that are read at once.

    Raises:
        DataError: A row is at fault.
        SpecError: Keras refuses the data, at the layer's place.
    """
    done: set[int] = set()
    while True:
        found = [one for learner in learners if (one := _next_layer(learner, done)) is not None]
        if not found:
            return
        # Several columns may begin with the same layer.
        level = list({id(learner.layers[index][0]): (learner, index) for learner, index in found}.values())
        _adapt_level(level, rows, fields, block)
        done |= {id(learner.layers[index][0]) for learner, index in level}


def _next_layer(learner: Learner, done: set[int]) -> tuple[Learner, int] | None:
    for index, (layer, _) in enumerate(learner.layers):
        if id(layer) not in done and learns(layer):
            return learner, index
    return None


def _adapt_level(level: Sequence[tuple[Learner, int]], rows: Rows, fields: Collection[str] | None, block: int) -> None:
    if isinstance(rows, Table):
        # What is in memory is quickly read again for each layer, and needs no threads.
        for learner, index in level:
            _Pupil(learner, index).adapt(rows.blocks(fields, block))
        return
    pupils = [_Pupil(learner, index) for learner, index in level]
    for pupil in pupils:
        pupil.start()
    try:
        for table in rows.blocks(fields, block):
            for pupil in pupils:
                pupil.give(table)
    finally:
        for pupil in pupils:
            pupil.end()
    for pupil in pupils:
        pupil.raise_fault()


class _Pupil:
    """One layer that learns, with the blocks that it is given."""

    def __init__(self, learner: Learner, index: int) -> None:
        self._learner, self._before = learner, learner.layers[:index]
        self._layer, self._component = learner.layers[index]
        self._queue: Queue[Table | None] = Queue(_WAITING)
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"adapt {learner.name}")
        self._fault: Exception | None = None

    def start(self) -> None:
        self._thread.start()

    def give(self, table: Table) -> None:
        """Hands over a block.

        Raises:
            KerascliError: The layer has failed.
        """
        self.raise_fault()
        self._queue.put(table)

    def end(self) -> None:
        """Says that there are no more blocks, and waits until the layer has learnt."""
        self._queue.put(None)
        self._thread.join()

    def raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _run(self) -> None:
        blocks = iter(self._queue.get, None)
        try:
            self.adapt(blocks)
        except Exception as error:  # noqa: BLE001 - raised again in the thread that reads.
            self._fault = error
            # Nobody may wait for room in the queue.
            for _ in blocks:
                pass

    def adapt(self, blocks: Iterator[Table]) -> None:
        """`layer.adapt` on the blocks, in batches of one size, so that every way of reading gives the same result."""
        import tensorflow as tf

        faults: list[KerascliError] = []
        first = self._made(next(blocks))

        def generate() -> Iterator[Array]:
            try:
                yield first
                for table in blocks:
                    yield self._made(table)
            except KerascliError as error:
                faults.append(error)
                raise

        dtype = tf.string if is_text(first) else first.dtype
        # Words of texts may be more in another block.
        ragged = any(type(layer).__name__ == "TextVectorization" for layer, _ in self._before)
        shape = (None,) * (first.ndim - 1) if ragged else first.shape[1:]
        dataset = tf.data.Dataset.from_generator(generate, output_signature=tf.TensorSpec((None, *shape), dtype))
        if shape == first.shape[1:]:
            dataset = dataset.rebatch(BATCH)
        try:
            self._layer.adapt(dataset)
        except Exception as error:  # Whatever Keras raises on the data is said again at the layer's place.
            if faults:
                raise faults[0] from None
            raise keras_fault(error, self._component, doing="adapting") from error

    def _made(self, table: Table) -> Array:
        return apply_layers(self._learner.raw(table), self._before, self._learner.name, self._learner.span)
