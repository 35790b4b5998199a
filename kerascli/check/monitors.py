"""Lints of the logs that callbacks, checkpoints and expectations go by: Keras only warns of one that never comes."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.directions import direction, keras_knows
from kerascli.check.epoch_logs import EpochLogs, epoch_logs, monitored, monitoring_callbacks
from kerascli.check.written import value_span
from kerascli.errors import Diagnostic, Span, did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.spec import Spec

# What Keras 1 and many tutorials call them.
_FORMER_NAMES = {"acc": "accuracy", "accuracy": "acc"}


def unknown_monitors(spec: Spec) -> Iterator[Diagnostic]:
    """A log that is monitored or expected, and that no epoch will have, as far as the spec alone tells."""
    logs = epoch_logs(spec)
    if logs is not None:
        yield from without_log(spec, logs)


def without_log(spec: Spec, logs: EpochLogs) -> Iterator[Diagnostic]:
    """What goes by a log that never comes: `checkpoints.best`, callbacks, `expect`.

    Args:
        spec: The spec.
        logs: The logs that there will be.
    """
    best = spec.checkpoints.best
    if best is not None and not logs.has(best):
        yield unknown_log("'checkpoints'", best, spec.checkpoints.best_span, logs, "best")
    for callback in monitoring_callbacks(spec):
        name = monitored(callback)
        if name is not None and not logs.has(name):
            argument = callback.argument("monitor")
            yield unknown_log(callback.name, name, argument.span if argument else callback.span, logs, "monitor")
    for one in spec.expect:
        # The learning rate stands beside the logs in the history.
        if one.log != "learning_rate" and not logs.has(one.log, tests=True):
            known = logs.shown(tests=True)
            message = f"no log is named '{one.log}'; there will be {', '.join(known)}"
            yield Diagnostic("unknown-monitor", message, one.span, _nearest(one.log, known))


def unknown_log(owner: str, name: str, span: Span | None, logs: EpochLogs, key: str) -> Diagnostic:
    """What is said where something goes by a log that never comes.

    Args:
        owner: Who goes by it.
        name: The log.
        span: Where it is written.
        logs: The logs that there will be.
        key: The key that names it.
    """
    if logs.of_training(name):
        message = f"{owner} goes by '{name}', and there is no validation"
        hint = f"add 'validation: 0.1' to 'data', or write '{key}: {name.removeprefix('val_')}'"
        return Diagnostic("no-validation", message, span, hint)
    known = logs.shown()
    message = f"{owner} goes by '{name}', which no log is named; there will be {', '.join(known)}"
    return Diagnostic("unknown-monitor", message, span, _nearest(name, known))


def _nearest(name: str, known: list[str]) -> str | None:
    for word in (name, name.removeprefix("val_")):
        head, _, metric = word.rpartition("_")
        former = f"{head}_{_FORMER_NAMES.get(metric)}".removeprefix("_")
        if former in known:
            return f"did you mean '{former}'?"
    return did_you_mean(name, known)


def wrong_modes(spec: Spec) -> Iterator[Diagnostic]:
    """A `mode` that takes the worst for the best, and `mode: auto` where Keras can't tell and raises after an epoch."""
    logs = epoch_logs(spec)
    yield from _mode_of_checkpoints(spec, logs)
    for callback in monitoring_callbacks(spec):
        name, argument = monitored(callback), callback.argument("mode")
        if name is None or logs is None or not logs.has(name):
            continue
        better, written = direction(spec, name), argument.value if argument is not None else "auto"
        if written == "auto" and not keras_knows(spec, name):
            yield _no_mode(callback, name, better)
        elif argument is not None and written in ("min", "max") and better is not None and written != better:
            yield _wrong_way(name, str(written), better, argument.span)


def _mode_of_checkpoints(spec: Spec, logs: EpochLogs | None) -> Iterator[Diagnostic]:
    best, mode = spec.checkpoints.best, spec.checkpoints.mode
    name = best or ("loss" if logs is not None and logs.validated is False else "val_loss")
    better = direction(spec, name)
    if mode is not None and better is not None and mode != better:
        yield _wrong_way(name, mode, better, value_span(spec, "checkpoints", "mode"))
    elif mode is None and better is None and logs is not None and logs.has(name):
        message = f"nothing says whether a larger or a smaller '{name}' is better"
        hint = "add 'mode: min' or 'mode: max' to 'checkpoints'"
        yield Diagnostic("monitor-mode", message, spec.checkpoints.best_span, hint)


def _wrong_way(name: str, mode: str, better: str, span: Span | None) -> Diagnostic:
    size = "larger" if better == "max" else "smaller"
    message = f"a {size} '{name}' is better, so 'mode: {mode}' takes the worst for the best"
    return Diagnostic("wrong-mode", message, span, f"write '{better}'")


def _no_mode(callback: Component, name: str, better: str | None) -> Diagnostic:
    argument = callback.argument("mode") or callback.argument("monitor")
    message = f"Keras can't tell whether a larger or a smaller '{name}' is better: it raises after the first epoch"
    hint = f"add 'mode: {better}'" if better is not None else "add 'mode: min' or 'mode: max'"
    return Diagnostic("monitor-mode", message, argument.span if argument is not None else callback.span, hint)


def rare_validation(spec: Spec) -> Iterator[Diagnostic]:
    """`validation_freq` beyond the last epoch, or logs of a validation that most epochs do not have."""
    every, span = spec.fit.validation_freq, value_span(spec, "fit", "validation_freq")
    if every == 1 or spec.data is None or spec.data.validation is None:
        return
    if every > spec.fit.epochs:
        message = f"a validation every {every} epochs never comes in {spec.fit.epochs}"
        yield Diagnostic("validation-freq", message, span, f"write {spec.fit.epochs}, or less")
        return
    for callback in monitoring_callbacks(spec):
        name = monitored(callback)
        if name is not None and name.startswith("val_"):
            argument = callback.argument("monitor")
            message = f"{callback.name} goes by '{name}', which only every {_ordinal(every)} epoch has"
            hint = f"write 'validation_freq: 1', or 'monitor: {name.removeprefix('val_')}'"
            place = argument.span if argument is not None else callback.span
            yield Diagnostic("validation-freq", message, place, hint, severity="warning")


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in (11, 12, 13) else 0, "th")
    return f"{number}{ending}"
