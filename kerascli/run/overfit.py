"""`overfit`: trains on one batch alone, which a model that can learn at all learns by heart, and says which head does not."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import keras
import tensorflow as tf

from kerascli.check import require_sound
from kerascli.data.told import listening
from kerascli.run.head_losses import HeadLosses, lowest_losses
from kerascli.run.ignoring import ignoring
from kerascli.run.interrupts import watch_signals
from kerascli.run.learning_faults import contradictions, unmoved_layers
from kerascli.run.preflight import prepare_training
from kerascli.run.progress import Progress, Silence
from kerascli.run.ready import Ready
from kerascli.run.session import keras_session
from kerascli.run.steps import make_train_steps
from kerascli.spec.spec import Spec

# A head has learnt the batch when so much of its loss is gone, of what can go.
ENOUGH = 0.9
STEPS = 500
# The losses are looked at every so many steps.
_EVERY = 20
# A loss this close to its floor has nothing left to learn.
_NOTHING = 1e-7


@dataclass(frozen=True)
class HeadResult:
    """How one head did.

    Attributes:
        name: The head.
        first: Its loss on the batch before the first step.
        reached: The lowest that its loss was.
        last: Its loss at the end.
        floor: The lowest that its loss can be on these targets; None where that is not known.
        learnt: How much was gone of what can go of the loss, from 0 to 1.
        metrics: Its metrics at the end.
    """

    name: str
    first: float
    reached: float
    last: float
    floor: float | None
    learnt: float
    metrics: Mapping[str, float]

    @property
    def passes(self) -> bool:
        """Whether it has learnt the batch."""
        return self.learnt >= ENOUGH


@dataclass(frozen=True)
class OverfitResult:
    """What came out.

    Attributes:
        verdict: `learnt`, or `not learnt`.
        heads: How each head did.
        samples: The samples of the batch.
        steps: The steps that were made.
        seconds: The time that they took.
        unmoved: The layers whose weights are what they were.
        contradictions: How many samples have the same inputs as another one, and other targets.
        stopped: Whether time or a signal ended it before its steps were over.
    """

    verdict: Literal["learnt", "not learnt"]
    heads: tuple[HeadResult, ...]
    samples: int
    steps: int
    seconds: float
    unmoved: tuple[str, ...]
    contradictions: int
    stopped: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {**asdict(self), "heads": [{**asdict(head), "passes": head.passes} for head in self.heads]}


def overfit(
    spec: Spec, *, steps: int = STEPS, max_seconds: float | None = None, progress: Progress | None = None
) -> OverfitResult:
    """Trains the model of a spec on its first batch until each head has learnt it; nothing is written.

    The batch is the first of the first pass, in its order, not augmented. Optimizer, losses, dropout are the spec's own.

    Args:
        spec: The spec.
        steps: The most steps.
        max_seconds: The most seconds.
        progress: Who is told.

    Raises:
        SpecError: The spec is wrong.
        DataError: The data is wrong.
    """
    progress = ignoring(progress or Silence(), spec)
    for diagnostic in require_sound(spec):
        progress.warned(diagnostic)
    with keras_session(spec):
        with listening(progress.reading):
            ready = prepare_training(spec)
        return _overfit(ready, steps, max_seconds, progress)


def _overfit(ready: Ready, steps: int, max_seconds: float | None, progress: Progress) -> OverfitResult:
    model, began = ready.model, time.monotonic()
    batch = first_batch(ready)
    losses = HeadLosses(model, batch, [output.name for output in ready.spec.model.outputs])
    floors = lowest_losses(model, ready.spec, batch, losses.names)
    first = losses.values()
    weights = [keras.ops.convert_to_numpy(variable) for variable in model.trainable_variables]
    train, iterator = make_train_steps(model), iter(tf.data.Dataset.from_tensors(batch).repeat())
    done, last, stopped = 0, first, False
    reached = dict(first)

    def heads(metrics: Mapping[str, Mapping[str, float]]) -> tuple[HeadResult, ...]:
        return tuple(
            _head(name, first[name], reached[name], last[name], floors.get(name), metrics.get(name, {}))
            for name in losses.names
        )

    with watch_signals() as interrupts:
        while done < steps and not stopped and not all(head.passes for head in heads({})):
            count = min(_EVERY, steps - done)
            # What the step itself sees counts too: moving averages need longer than a batch needs to be learnt.
            seen = losses.of_logs(train(iterator, count))
            done, last = done + count, losses.values()
            for name, value in last.items():
                reached[name] = min(reached[name], value, seen.get(name, value))
            progress.reading("steps", done, steps)
            late = max_seconds is not None and time.monotonic() - began > max_seconds
            stopped = interrupts.received is not None or late
    found = heads(losses.metrics())
    learnt = all(head.passes for head in found)
    return OverfitResult(
        verdict="learnt" if learnt else "not learnt",
        heads=found,
        samples=losses.samples,
        steps=done,
        seconds=time.monotonic() - began,
        unmoved=() if learnt else unmoved_layers(model, weights),
        contradictions=0 if learnt else contradictions(batch),
        stopped=stopped,
    )


def first_batch(ready: Ready) -> Any:
    """The first batch of the first pass, as the model takes it, not augmented."""
    plan = ready.plan
    size = min(plan.batch_size, plan.train.samples)
    order = plan.train.order(plan.seed, 0) if plan.shuffle else None
    return next(iter(plan.train.dataset(size, order=order, drop_remainder=plan.drop_remainder)))


def _head(
    name: str, first: float, reached: float, last: float, floor: float | None, metrics: Mapping[str, float]
) -> HeadResult:
    # Without a known floor: 0 for a loss that is positive; one that is not can't be judged but by its fall.
    ground = floor if floor is not None else min(0.0, 2 * first)
    room = first - ground
    learnt = 1.0 if abs(room) <= _NOTHING else (first - reached) / room
    return HeadResult(name, first, reached, last, floor, learnt, metrics)
