"""Lints of callbacks that can never act: they wait for longer than the training takes."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.catalog import load_catalog
from kerascli.check.schedule_lengths import total_steps
from kerascli.check.written import value_span
from kerascli.errors import Diagnostic
from kerascli.spec.component import Component
from kerascli.spec.nodes import COMMAND_LINE
from kerascli.spec.spec import Spec


def idle_callbacks(spec: Spec) -> Iterator[Diagnostic]:
    """A callback whose `patience`, first epoch or number of steps lies beyond the training.

    One epoch, or a number of epochs on the command line, is a trial: what the spec waits for is meant for the whole.
    """
    span = value_span(spec, "fit", "epochs")
    if spec.fit.epochs == 1 or (span is not None and span.source.name == COMMAND_LINE):
        return
    longest = max(phase.epochs for phase in spec.fit.all_phases)
    # Each phase is a training of its own to its callbacks: all that they count begins anew.
    groups = [(spec.callbacks, longest), *((phase.callbacks, phase.epochs) for phase in spec.fit.phases)]
    for callbacks, epochs in groups:
        for callback in callbacks:
            yield from _waits(callback, epochs)
    for callback, epochs in _schedulers(spec):
        yield from _late_rates(callback, epochs)
    steps = total_steps(spec) if not spec.fit.phases else None
    if steps is not None:
        for callback in spec.callbacks:
            yield from _rare_saves(callback, steps)


def whole_number(callback: Component, name: str) -> int:
    """The number of epochs that an argument says, or Keras's default."""
    entry = load_catalog().find("callbacks", callback.name)
    parameter = entry.parameter(name) if entry is not None else None
    value = callback.value(name, parameter.default if parameter is not None else 0)
    return value if isinstance(value, int) else 0


def _waits(callback: Component, epochs: int) -> Iterator[Diagnostic]:
    if callback.name not in ("EarlyStopping", "ReduceLROnPlateau"):
        return
    first, patience = whole_number(callback, "start_from_epoch"), whole_number(callback, "patience")
    if first >= epochs:
        message = f"{callback.name} looks from epoch {first + 1} on, and there {_are(epochs)}"
        yield _never(message, callback, "start_from_epoch", f"write a number below {epochs}")
    elif callback.value("baseline") is None and not callback.value("restore_best_weights") and patience >= epochs:
        message = f"{callback.name} waits for {patience} epochs without improvement, and there {_are(epochs)}"
        yield _never(message, callback, "patience", f"write a 'patience' below {epochs}, or remove {callback.name}")


def _are(epochs: int) -> str:
    return "is one epoch" if epochs == 1 else f"are {epochs}"


def _never(message: str, callback: Component, name: str, hint: str) -> Diagnostic:
    argument = callback.argument(name)
    span = argument.span if argument is not None else callback.span
    return Diagnostic("never-acts", message, span, hint, severity="warning")


def _schedulers(spec: Spec) -> Iterator[tuple[Component, int]]:
    for callback in spec.callbacks:
        yield callback, spec.fit.epochs
    before = 0
    for phase in spec.fit.phases:
        before += phase.epochs
        for callback in phase.callbacks:
            yield callback, before


def _late_rates(callback: Component, epochs: int) -> Iterator[Diagnostic]:
    """A rate of a `LearningRateScheduler` from an epoch on that never comes."""
    rates = callback.value("schedule")
    if callback.name != "LearningRateScheduler" or not isinstance(rates, dict):
        return
    late = [epoch for epoch in rates if isinstance(epoch, int) and epoch >= epochs]
    if late:
        message = f"the rate from epoch {late[0]} on is never used: the epochs count from 0, and there {_are(epochs)}"
        yield _never(message, callback, "schedule", f"write epochs below {epochs}")


def _rare_saves(callback: Component, steps: int) -> Iterator[Diagnostic]:
    """A `ModelCheckpoint` that counts more batches than there are."""
    batches = callback.value("save_freq")
    if callback.name == "ModelCheckpoint" and isinstance(batches, int) and batches > steps:
        message = f"ModelCheckpoint saves every {batches:,} steps, and the training has {steps:,}"
        yield _never(message, callback, "save_freq", f"write a number up to {steps}, or 'epoch'")
