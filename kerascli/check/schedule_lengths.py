"""Lints of learning-rate schedules against the number of steps, where the spec alone tells it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kerascli.check.sample_counts import sample_counts
from kerascli.check.written import value_span
from kerascli.errors import Diagnostic
from kerascli.spec.component import Component
from kerascli.spec.nodes import COMMAND_LINE
from kerascli.spec.spec import Spec

# How many times as long as the training a schedule may be, or the training as long as a schedule that ends above 0.
_MUCH = 10
# The part of the training that may go on at the end of a schedule that ends at 0: then nothing is learnt any more.
_DEAD = 0.2


def schedule_lengths(spec: Spec) -> Iterator[Diagnostic]:
    """A schedule that ends long before the training does, or long after it.

    Epochs on the command line are a trial: the schedule is meant for the whole.
    """
    epochs = value_span(spec, "fit", "epochs")
    if spec.compile is None or spec.fit.phases or spec.fit.epochs == 1:
        return
    if epochs is not None and epochs.source.name == COMMAND_LINE:
        return
    optimizer, steps = spec.compile.optimizer, total_steps(spec)
    schedule = optimizer.value("learning_rate")
    # With accumulated gradients the optimizer counts otherwise.
    if steps is not None and isinstance(schedule, Component) and not optimizer.value("gradient_accumulation_steps"):
        yield from _compare(schedule, steps)


def total_steps(spec: Spec) -> int | None:
    """The optimizer's steps of a training without phases; None where only the data tells."""
    steps = spec.fit.steps_per_epoch
    if steps is None:
        counts = sample_counts(spec.data) if spec.data is not None else None
        fixed = next((item.batch_size for item in spec.model.inputs if item.batch_size is not None), None)
        if counts is None or counts.train <= 0 or fixed is not None:
            return None
        steps = math.ceil(counts.train / spec.fit.batch_size)
    return steps * spec.fit.epochs


def _compare(schedule: Component, steps: int) -> Iterator[Diagnostic]:
    if schedule.name == "PiecewiseConstantDecay":
        boundaries = schedule.value("boundaries")
        first = boundaries[0] if isinstance(boundaries, tuple) and boundaries else None
        if isinstance(first, int) and first >= steps:
            message = f"the rate changes first after {first:,} steps, and the training has {steps:,}"
            yield _warn(message, schedule, "boundaries", f"write boundaries below {steps}")
        return
    decay, warmup = schedule.value("decay_steps"), schedule.value("warmup_steps", 0)
    if schedule.name not in ("CosineDecay", "PolynomialDecay") or schedule.value("cycle"):
        return
    if not isinstance(decay, int | float) or not isinstance(warmup, int | float) or decay <= 0:
        return
    if warmup >= steps:
        message = f"the rate rises for {warmup:,} steps, and the training has {steps:,}"
        yield _warn(message, schedule, "warmup_steps", f"write a number below {steps}")
        return
    end, right = decay + warmup, max(1, steps - int(warmup))
    dies = schedule.value("alpha" if schedule.name == "CosineDecay" else "end_learning_rate", _END[schedule.name]) == 0
    if end > _MUCH * steps:
        message = f"the schedule takes {end:,} steps, and the training has {steps:,}: the rate hardly changes"
        yield _warn(message, schedule, "decay_steps", f"write {right}")
    elif (dies and end < (1 - _DEAD) * steps) or end * _MUCH < steps:
        rest = "nothing is learnt" if dies else "the rate stays as it is"
        message = f"the schedule ends after {end:,} of {steps:,} steps: from then on {rest}"
        yield _warn(message, schedule, "decay_steps", f"write {right}")


# Keras's defaults of what the rate ends at: a part of the first rate, and a rate.
_END = {"CosineDecay": 0.0, "PolynomialDecay": 1e-4}


def _warn(message: str, schedule: Component, name: str, hint: str) -> Diagnostic:
    argument = schedule.argument(name)
    span = argument.span if argument is not None else schedule.span
    return Diagnostic("schedule-length", message, span, hint, severity="warning")
