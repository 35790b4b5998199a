"""Whether XLA compiles the steps of a run where nobody says so: a long run on a card tries both on its own first batches.

On a processor it never does. On a card Keras takes it wherever it can, which a short run is left to: a trial would cost
more than it could bring. What a trial finds is recorded; a run that goes on, or is repeated, never measures again.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import Any

import tensorflow as tf

from kerascli.model.devices import has_card
from kerascli.run.plan import Plan
from kerascli.run.ready import Ready
from kerascli.run.steps import as_numbers, make_train_steps
from kerascli.run.untouched import untouched

# A run is long where its steps would take so many seconds; a trial costs two tracings, a compilation and a few steps.
LONG = 600.0
# The steps that are timed of each.
_STEPS = 20


@dataclass(frozen=True)
class JitTrial:
    """What was measured.

    Attributes:
        steps: The steps that the run has before it.
        plain: The seconds of one, without XLA.
        compiled: With it; None: it refuses the model.
        compiling: The seconds of the first step with it.
    """

    steps: int
    plain: float
    compiled: float | None
    compiling: float

    @property
    def jit(self) -> bool:
        """Whether the whole run is shorter with it."""
        return self.compiled is not None and self.compiling + self.steps * self.compiled < self.steps * self.plain


def with_jit(ready: Ready, *, long: float = LONG, open_to_trial: bool | None = None) -> Ready:
    """Tries it where that is open and the run is long; the same where not.

    Args:
        ready: What a new run begins with; nothing of its state changes, bit for bit.
        long: The seconds from which a run is long.
        open_to_trial: Whether to try it; None: where nobody says anything of XLA, and Keras has taken it on a card.
    """
    if open_to_trial is None:
        open_to_trial = _is_open(ready)
    trial = _try(ready, long) if open_to_trial else None
    if trial is None:
        return ready
    ready.model.jit_compile = trial.jit
    # Each phase that compiles the model anew does so too.
    ready.phases.compiled = replace(ready.phases.compiled, jit_compile=trial.jit)
    return replace(ready, performance=replace(ready.performance, jit_compile=trial.jit, jit_trial=asdict(trial)))


def _is_open(ready: Ready) -> bool:
    """Code of the spec's own may change what can't be put back."""
    spec = ready.spec
    assert spec.compile is not None
    said = spec.performance.jit != "auto" or spec.compile.jit_compile not in (None, "auto")
    own = spec.model.own_class is not None or bool(spec.plugins.entries)
    # Workers that measure for themselves would not agree.
    alone = ready.plan.distribution.strategy is None
    return alone and has_card() and bool(ready.model.jit_compile) and not said and not own


def _try(ready: Ready, long: float) -> JitTrial | None:
    """Some steps without XLA, then, where the run is long, with it; None: the run is short."""
    plan, model = ready.plan, ready.model
    steps = sum(phase.epochs for phase in ready.spec.fit.all_phases) * plan.steps_per_epoch
    count = min(_STEPS, plan.train.samples // plan.batch_size - 1)
    if count < 1:
        return None
    before = model.jit_compile
    try:
        with untouched(model, optimizer=True):
            plain, _ = _measure(model, plan, count, jit=False)
            if plain * steps < long:
                return None
            try:
                compiled, compiling = _measure(model, plan, count, jit=True)
            except tf.errors.OpError:
                return JitTrial(steps, plain, None, 0.0)
    finally:
        model.jit_compile = before
    return JitTrial(steps, plain, compiled, compiling)


def _measure(model: Any, plan: Plan, count: int, *, jit: bool) -> tuple[float, float]:
    """The seconds of one step, behind the first, and those of the first."""
    model.jit_compile = jit
    steps, source = make_train_steps(model, looped=plan.looped), plan.source(0)
    seconds = []
    # The last partial batch is not among them: its other shape would be compiled anew.
    for length in (1, count):
        began = time.perf_counter()
        as_numbers(steps(source, length))
        seconds.append(time.perf_counter() - began)
    return seconds[1] / count, seconds[0]
