"""`find_learning_rate`: trains with a rate that grows from step to step, and sees where the loss falls and where it explodes."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import keras

from kerascli.check import require_sound
from kerascli.data.told import listening
from kerascli.errors import ExitCode, SpecError, UsageError
from kerascli.run.interrupts import Interrupts, watch_signals
from kerascli.run.plan import Plan
from kerascli.run.preflight import prepare_training
from kerascli.run.progress import Progress, Silence
from kerascli.run.ready import Ready
from kerascli.run.session import keras_session
from kerascli.run.step_faults import step_faults
from kerascli.run.steps import as_numbers, make_train_steps
from kerascli.search.rate_curve import Divergence, RateCurve, read_curve
from kerascli.spec.component import Component
from kerascli.spec.spec import Spec

LOWEST, HIGHEST, STEPS = 1e-7, 10.0, 200
FEWEST_STEPS = 20

Ended = Literal["steps", "diverged", "not finite", "interrupted"]


@dataclass(frozen=True)
class RateTest:
    """What came out.

    Attributes:
        rates: The learning rate of each step.
        losses: The loss of each step's batch, before the step.
        curve: What they say.
        ended: What ended it.
        batch_size: Samples a step.
        path: The key of the spec that holds the rate.
        schedule: The schedule that the spec has there; None: a number.
        seconds: The time that the steps took.
        status: The exit status of the signal that ended it, or 0.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    curve: RateCurve
    ended: Ended
    batch_size: int
    path: str
    schedule: str | None
    seconds: float
    status: ExitCode = ExitCode.OK

    @property
    def override(self) -> str | None:
        """The suggestion as an override of the spec."""
        suggestion = self.curve.suggestion
        return None if suggestion is None else f"{self.path}={rate_text(suggestion.rate)}"

    @property
    def still_falls(self) -> bool:
        """Whether the loss is lowest at about the highest rate."""
        suggestion = self.curve.suggestion
        return self.ended == "steps" and suggestion is not None and suggestion.lowest > 0.5 * self.rates[-1]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        suggestion = self.curve.suggestion
        return {
            "suggestion": None if suggestion is None else {**asdict(suggestion), "override": self.override},
            "reason": self.curve.reason,
            "ended": self.ended,
            "batch_size": self.batch_size,
            "schedule": self.schedule,
            "seconds": self.seconds,
            "points": [
                {"learning_rate": rate, "loss": loss, "smooth_loss": smooth}
                for rate, loss, smooth in itertools.zip_longest(self.rates, self.losses, self.curve.smooth)
            ],
        }


def rate_text(rate: float) -> str:
    """Two digits, as people write a rate: `3.2e-4`, `0.01`."""
    rounded = float(f"{rate:.1e}")
    if 1e-3 <= rounded < 1000:
        return f"{rounded:g}"
    digits, _, exponent = f"{rounded:.1e}".partition("e")
    return f"{float(digits)}e{int(exponent)}"


def find_learning_rate(
    spec: Spec,
    *,
    start: float = LOWEST,
    end: float = HIGHEST,
    steps: int = STEPS,
    progress: Progress | None = None,
) -> RateTest:
    """Tests which learning rates the model of a spec learns with; nothing is written.

    The training is that of the spec's first phase, without callbacks and validation: batches in their order, augmented,
    the model's own step, its optimizer with all its arguments but the rate.

    Args:
        spec: The spec.
        start: The rate of the first step.
        end: The rate of the last one.
        steps: The steps, if the loss does not explode before.
        progress: Who is told.

    Raises:
        UsageError: Rates or steps are none.
        SpecError: The spec is wrong, or its optimizer has no learning rate of its own.
        DataError: The data is wrong.
        TrainingError: A step failed.
        EnvironmentProblem: The memory does not suffice.
    """
    _check_range(start, end, steps)
    progress = progress or Silence()
    for diagnostic in require_sound(spec):
        progress.warned(diagnostic)
    path, schedule = _place(spec)
    with keras_session(spec):
        with listening(progress.reading):
            ready = prepare_training(spec)
        began = time.monotonic()
        with watch_signals() as interrupts, step_faults("searching the learning rate"):
            rates, losses, ended = _test(ready, start, end, steps, interrupts, progress)
    return RateTest(
        rates=rates,
        losses=losses,
        curve=read_curve(rates, losses, steps),
        ended=ended,
        batch_size=min(ready.plan.batch_size, ready.plan.train.samples),
        path=path,
        schedule=schedule,
        seconds=time.monotonic() - began,
        status=interrupts.exit_code,
    )


def _check_range(start: float, end: float, steps: int) -> None:
    if not 0 < start < end < math.inf:
        message = f"the learning rates go from {start:g} to {end:g}"
        raise UsageError(message, code="usage", hint="let the first be above 0, and the last above the first")
    if steps < FEWEST_STEPS:
        message = f"{steps} steps are too few to tell anything"
        raise UsageError(message, code="usage", hint=f"take at least {FEWEST_STEPS}")


def _place(spec: Spec) -> tuple[str, str | None]:
    """The key that holds the learning rate of the first phase, and the schedule that stands there.

    Raises:
        SpecError: The optimizer has several.
    """
    if spec.compile is None:
        return "compile.optimizer.learning_rate", None  # The missing section is reported with all else.
    optimizer, path = spec.compile.optimizer, "compile.optimizer"
    if spec.fit.phases and spec.fit.phases[0].optimizer is not None:
        optimizer, path = spec.fit.phases[0].optimizer, "fit.phases.0.optimizer"
    inner = optimizer.value("inner_optimizer")
    if isinstance(inner, Component):
        optimizer, path = inner, f"{path}.inner_optimizer"
    if optimizer.name == "MultiOptimizer":
        message = "MultiOptimizer has a learning rate for each of its optimizers: there is no one rate to find"
        hint = "look with one optimizer for all layers: 'compile.optimizer=adam'"
        raise SpecError(message, code="several-rates", span=optimizer.span, hint=hint)
    written = optimizer.value("learning_rate")
    return f"{path}.learning_rate", written.name if isinstance(written, Component) else None


def _test(
    ready: Ready, start: float, end: float, steps: int, interrupts: Interrupts, progress: Progress
) -> tuple[tuple[float, ...], tuple[float, ...], Ended]:
    model = ready.model
    rate = keras.Variable(start, dtype="float32", trainable=False, name="tested_rate")
    # In place of a number or of a schedule, before the first trace.
    model.optimizer.learning_rate = lambda: rate.value
    train, divergence = make_train_steps(model), Divergence(steps)
    rates: list[float] = []
    losses: list[float] = []
    ended: Ended = "steps"
    for step, iterator in enumerate(itertools.islice(_iterators(ready.plan), steps)):
        rates.append(start * (end / start) ** (step / (steps - 1)))
        rate.assign(rates[-1])
        # The metrics' means begin anew, so that the loss is that of this batch alone.
        model.reset_metrics()
        losses.append(_loss(ready.spec, as_numbers(train(iterator, 1))))
        progress.reading("steps", step + 1, steps)
        if divergence.at(losses[-1]):
            ended = "diverged" if math.isfinite(losses[-1]) else "not finite"
            break
        if interrupts.received is not None:
            ended = "interrupted"
            break
    return tuple(rates), tuple(losses), ended


def _iterators(plan: Plan) -> Iterator[Any]:
    """The iterator that has the next batch, without end: pass after pass, each in its order."""
    for number in itertools.count():
        yield from itertools.repeat(iter(plan.batches(number)), plan.pass_steps)


def _loss(spec: Spec, logs: dict[str, float]) -> float:
    """The loss of a step.

    Raises:
        SpecError: A step of one's own tells none.
    """
    if "loss" not in logs:
        message = "the model's own 'train_step' tells no 'loss'"
        raise SpecError(message, code="no-step-loss", span=spec.model.span, hint="let it return one under this name")
    return logs["loss"]
