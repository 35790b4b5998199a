"""`Trials`: trains a few steps with a batch size, and measures time and memory."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf

from kerascli.components.faults import first_line
from kerascli.model.summarise import summarise
from kerascli.run.memory_need import memory_need
from kerascli.run.ready import Ready
from kerascli.run.steps import as_numbers, make_train_steps
from kerascli.search.process_memory import PeakMemory

# The first step traces, the second may still take memory from the system.
_WARM = 2
# So many calls are timed, each of about this many seconds.
_CALLS, _CALL_SECONDS = 5, 0.1


@dataclass(frozen=True)
class Trial:
    """What one batch size does.

    Attributes:
        batch_size: Samples a step.
        seconds: Seconds a step: the median of several calls.
        spread: The slowest of these calls in times of the fastest.
        memory: The bytes by which the memory of the process (or the card) grew beyond what it held before the first
            trial; None where the system does not say.
    """

    batch_size: int
    seconds: float
    spread: float
    memory: int | None

    @property
    def samples_per_second(self) -> float:
        """How many samples are learnt from in a second."""
        return self.batch_size / self.seconds


class TooLarge(Exception):
    """A batch size does not fit into the memory."""


class Trials:
    """The trials of one model, which trains on from one to the next."""

    def __init__(self, ready: Ready) -> None:
        """Takes what a training needs, its model not yet trained."""
        self.ready = ready
        self._train = make_train_steps(ready.model)
        self._summary = summarise(ready.model, ready.spec.model, ready.spec.name)
        self._peak = PeakMemory()

    @property
    def on_card(self) -> bool:
        """Whether a graphics card computes."""
        return self._peak.on_card

    def need(self, batch_size: int) -> int:
        """The least bytes that a step takes beside what is there already: gradients, and the layers' outputs."""
        plan = replace(self.ready.plan, batch_size=batch_size)
        need = memory_need(replace(self.ready, plan=plan), self._summary)
        return need.gradients + need.activations

    def run(self, batch_size: int) -> Trial:
        """Trains some steps.

        Raises:
            TooLarge: The memory does not suffice.
        """
        self._peak.forget()
        try:
            times = self._time(iter(self._batches(batch_size)))
        except (tf.errors.ResourceExhaustedError, MemoryError) as error:
            raise TooLarge(first_line(error)) from None
        return Trial(batch_size, statistics.median(times), max(times) / min(times), self._peak.growth())

    def _batches(self, batch_size: int) -> Any:
        """The whole batches of a pass, again and again."""
        plan = replace(self.ready.plan, batch_size=batch_size)
        return plan.batches(0).take(max(1, plan.train.samples // batch_size)).repeat()

    def _time(self, iterator: Any) -> list[float]:
        """Seconds a step, of each of several calls."""
        for _ in range(_WARM):
            once = self._call(iterator, 1)
        steps = max(1, int(_CALL_SECONDS / once))
        return [self._call(iterator, steps) / steps for _ in range(_CALLS)]

    def _call(self, iterator: Any, steps: int) -> float:
        began = time.perf_counter()
        # The numbers are waited for: a card computes on after the call.
        as_numbers(self._train(iterator, steps))
        return time.perf_counter() - began
