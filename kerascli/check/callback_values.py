"""Lints of what callbacks wait for and never find: a metric beyond its best value, a rate below the one that there is."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.argument_pairs import number_of
from kerascli.check.epoch_logs import monitored
from kerascli.errors import Diagnostic
from kerascli.spec.component import Component
from kerascli.spec.spec import Spec

# Metrics that are at most 1, by the end of their log's name.
_AT_MOST_ONE = ("accuracy", "acc", "auc", "precision", "recall", "f1_score", "iou")


def callback_values(spec: Spec) -> Iterator[Diagnostic]:
    """A baseline that no epoch reaches, and a lowest rate that is above the one to be lowered."""
    for callback in (*spec.callbacks, *(one for phase in spec.fit.phases for one in phase.callbacks)):
        if callback.name == "EarlyStopping":
            yield from _baseline(callback)
        if callback.name == "ReduceLROnPlateau":
            yield from _lowest_rate(spec, callback)


def _baseline(callback: Component) -> Iterator[Diagnostic]:
    argument, log = callback.argument("baseline"), monitored(callback) or ""
    value = argument.value if argument is not None else None
    if argument is None or not isinstance(value, int | float) or value <= 1 or not log.endswith(_AT_MOST_ONE):
        return
    message = f"the 'baseline' is {value:g}, and '{log}' is at most 1: no epoch reaches it"
    hint = f"write {value / 100:g}" if value <= 100 else "write a number below 1"
    yield Diagnostic("out-of-range", message, argument.span, hint)


def _lowest_rate(spec: Spec, callback: Component) -> Iterator[Diagnostic]:
    argument, floor = callback.argument("min_lr"), number_of(callback, "min_lr")
    if argument is None or floor is None or spec.compile is None:
        return
    optimizers = [spec.compile.optimizer, *(phase.optimizer for phase in spec.fit.phases if phase.optimizer)]
    rates = [number_of(optimizer, "learning_rate") for optimizer in optimizers]
    known = [rate for rate in rates if rate is not None]
    if len(known) == len(rates) and floor >= max(known) > 0:
        message = f"'min_lr' is {floor:g}, and the rate is {max(known):g}: ReduceLROnPlateau never lowers it"
        yield Diagnostic("never-acts", message, argument.span, f"write {max(known) / 100:g}", severity="warning")
