"""Several phases of one training: `fit` after `fit`, with epochs, passes and checkpoints that count on."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import keras

from kerascli.run.engine import Hooks, fit
from kerascli.run.plan import Plan
from kerascli.run.position import Position
from kerascli.run.preflight import make_plan
from kerascli.run.progress import PhaseStart, Progress
from kerascli.run.ready import Ready
from kerascli.run.snapshot import Snapshot, restore
from kerascli.run.steps import build_state


def fit_phases(
    ready: Ready,
    callbacks: Sequence[list[Any]],
    *,
    position: Position,
    hooks: Hooks | None = None,
    progress: Progress | None = None,
    begins: Callable[[Plan, list[Any]], None] = lambda plan, callbacks: None,
    snapshot: Snapshot | None = None,
    changed: Mapping[int, Collection[str]] | None = None,
) -> None:
    """Trains through all phases, or those that are left.

    Each phase is a `fit` of its own to its callbacks: `on_train_begin` and `on_train_end` are called for each, so that
    an `EarlyStopping` starts anew and ends its phase alone.

    Args:
        ready: What was found sound.
        callbacks: For each phase its callbacks, in order.
        position: Where to begin; it moves on.
        hooks: What else to do between graph calls.
        progress: Who is told.
        begins: Called before each phase, with its plan and callbacks.
        snapshot: The checkpoint of `position`, to go on from.
        changed: The attributes of callbacks that keep their new values, by their place.

    Raises:
        TrainingError: A loss or a weight is not finite.
    """
    count = len(ready.spec.fit.all_phases)
    while True:
        number = position.phase
        enter_phase(ready, number)
        plan, own = phase_plan(ready, position), callbacks[number]
        begins(plan, own)
        if progress is not None and count > 1:
            progress.phase_started(_start(ready, number, plan, position))
        given = snapshot
        resume = None if given is None else lambda given=given, own=own: restore(ready.model, own, given, changed)
        fit(ready.model, plan, own, position=position, hooks=hooks, progress=progress, resume=resume)
        snapshot = None
        if number + 1 == count:
            return
        _next_phase(position, plan)
        for callback in own:
            if isinstance(callback, keras.callbacks.CSVLogger):
                # It would empty its file at the next start.
                callback.append = True


def enter_phase(ready: Ready, number: int) -> None:
    """Brings the model into a phase, with all state built."""
    if ready.phases.current == number:
        return
    if ready.phases.enter(number):
        train, plan = ready.plan.train, ready.plan
        batch_size = min(plan.batch_size, train.samples)
        dataset = train.dataset(batch_size, drop_remainder=plan.drop_remainder)
        build_state(ready.model, dataset, plan.distribution)


def phase_plan(ready: Ready, position: Position) -> Plan:
    """What the loop does in the phase that the position is in."""
    phase = ready.spec.fit.all_phases[position.phase]
    plan = make_plan(ready.spec, ready.plan.train, ready.plan.validation, ready.performance, phase)
    return replace(
        plan,
        epochs=position.phase_epoch + phase.epochs,
        augment=ready.plan.augment,
        distribution=ready.plan.distribution,
    )


def _next_phase(position: Position, plan: Plan) -> None:
    """Moves to the start of the next phase; it begins with a pass that no phase has begun."""
    in_pass = plan.train.steps(plan.batch_size, drop_remainder=plan.drop_remainder)
    position.passes += -(-(position.epoch - position.phase_epoch) * plan.steps_per_epoch // in_pass)
    position.phase, position.phase_epoch = position.phase + 1, position.epoch
    position.phase_over = position.stopped = False


def _start(ready: Ready, number: int, plan: Plan, position: Position) -> PhaseStart:
    learning = sum(math.prod(variable.shape) for variable in ready.model.trainable_variables)
    optimizer = ready.model.optimizer
    return PhaseStart(
        number + 1,
        len(ready.spec.fit.all_phases),
        plan.epochs - position.epoch,
        plan.steps_per_epoch,
        plan.batch_size,
        learning,
        type(getattr(optimizer, "inner_optimizer", optimizer)).__name__,
    )
