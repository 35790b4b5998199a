"""Lints of what callbacks take and can't do: a metric beyond its best value, a rate that is low already, a file of another kind."""

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
    """A baseline or an expectation that no epoch reaches, a lowest rate above the one to be lowered, a file's wrong ending."""
    for callback in (*spec.callbacks, *(one for phase in spec.fit.phases for one in phase.callbacks)):
        if callback.name == "EarlyStopping":
            yield from _baseline(callback)
        if callback.name == "ReduceLROnPlateau":
            yield from _lowest_rate(spec, callback)
        if callback.name == "ModelCheckpoint":
            yield from _ending(callback)
    for one in spec.expect:
        beyond = one.bound > 1 if one.sign in (">=", "==") else one.bound >= 1
        if one.sign in (">=", ">", "==") and beyond and one.log.endswith(_AT_MOST_ONE):
            message = f"'{one.log}' is at most 1: no run reaches '{one.condition}'"
            yield Diagnostic("out-of-range", message, one.span, _as_part(one.bound))


def _baseline(callback: Component) -> Iterator[Diagnostic]:
    argument, log = callback.argument("baseline"), monitored(callback) or ""
    value = argument.value if argument is not None else None
    if argument is None or not isinstance(value, int | float) or value <= 1 or not log.endswith(_AT_MOST_ONE):
        return
    message = f"the 'baseline' is {value:g}, and '{log}' is at most 1: no epoch reaches it"
    yield Diagnostic("out-of-range", message, argument.span, _as_part(value))


def _as_part(percent: float) -> str:
    return f"write {percent / 100:g}" if 1 < percent <= 100 else "write a number below 1"


def _ending(callback: Component) -> Iterator[Diagnostic]:
    """Keras refuses other endings only when the training is about to begin."""
    argument, weights = callback.argument("filepath"), callback.value("save_weights_only") is True
    endings = (".weights.h5",) if weights else (".keras", ".h5")
    if argument is not None and isinstance(argument.value, str) and not argument.value.endswith(endings):
        what = "the weights alone" if weights else "the whole model"
        message = f"ModelCheckpoint saves {what}, into a file that ends in '{endings[0]}'"
        stem = argument.value.removesuffix(".keras").removesuffix(".h5").removesuffix(".weights")
        yield Diagnostic("file-pattern", message, argument.span, f"write '{stem}{endings[0]}'")


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
