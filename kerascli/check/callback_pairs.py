"""Lints of callbacks that work against each other, the optimizer or the run's own files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kerascli.catalog.overlay import PREFIX
from kerascli.check.epoch_logs import EpochLogs, epoch_logs, monitored
from kerascli.check.idle_callbacks import whole_number
from kerascli.errors import Diagnostic, Note, Span, did_you_mean
from kerascli.spec.component import Component
from kerascli.spec.spec import Spec

# The argument that names a file or a folder, which lies in the run's folder.
_FILES = {
    "ModelCheckpoint": "filepath",
    "OrbaxCheckpoint": "directory",
    "CSVLogger": "filename",
    "TensorBoard": "log_dir",
}
_OWN_FILES = ("history.csv", "model.keras", "run.json", "spec.yaml", "tensorboard", "checkpoints")


def fighting_callbacks(spec: Spec) -> Iterator[Diagnostic]:
    """Two callbacks of one training of which one undoes, forestalls or repeats what the other does."""
    groups = [spec.callbacks, *(phase.callbacks for phase in spec.fit.phases)]
    for callbacks in groups:
        for first, second in combinations(callbacks, 2):
            yield from _fight(first, second)


def _fight(first: Component, second: Component) -> Iterator[Diagnostic]:
    yield from _two_rates(first, second)
    yield from _stops_before(first, second)
    yield from _stops_before(second, first)
    if first.name == second.name == "EarlyStopping" and _but_patience(first) == _but_patience(second):
        message = f"two EarlyStopping go by '{monitored(second)}', and the one with more patience never stops anything"
        yield _warn(message, second.span, "remove one of them", first.span)
    elif first == second and first.name not in _FILES:
        yield _warn(f"{second.name} stands twice, and acts twice", second.span, "remove one of them", first.span)


def _warn(message: str, span: Span, hint: str, other: Span) -> Diagnostic:
    notes = (Note("the other one", other),)
    return Diagnostic("callbacks-fight", message, span, hint, notes, severity="warning")


def _but_patience(callback: Component) -> dict[str, object]:
    others = ("patience", "verbose", "restore_best_weights")
    arguments = {name: value for name, value in callback.keywords.items() if name not in others}
    return {"monitor": monitored(callback), **arguments}


def _two_rates(first: Component, second: Component) -> Iterator[Diagnostic]:
    """A plugin's function is given the rate so far, and may keep what the other made of it."""
    by_name = {first.name: first, second.name: second}
    scheduler, plateau = by_name.get("LearningRateScheduler"), by_name.get("ReduceLROnPlateau")
    if scheduler is None or plateau is None:
        return
    schedule = scheduler.value("schedule")
    if not (isinstance(schedule, Component) and schedule.group == "functions"):
        message = "LearningRateScheduler sets the rate anew in each epoch, and undoes what ReduceLROnPlateau did"
        yield _warn(message, second.span, "remove one of them", first.span)


def _stops_before(stopping: Component, plateau: Component) -> Iterator[Diagnostic]:
    if stopping.name != "EarlyStopping" or plateau.name != "ReduceLROnPlateau":
        return
    stops, lowers = whole_number(stopping, "patience"), whole_number(plateau, "patience")
    later = whole_number(stopping, "start_from_epoch") > 0
    if monitored(stopping) == monitored(plateau) and stops < lowers and not later:
        message = f"EarlyStopping ends the training after {stops} epochs without improvement, before the rate falls after {lowers}"
        argument = stopping.argument("patience")
        span = argument.span if argument is not None else stopping.span
        yield _warn(message, span, f"write a 'patience' above {lowers}", plateau.span)


def averages_missing(spec: Spec) -> Iterator[Diagnostic]:
    """`SwapEMAWeights` with an optimizer that keeps no moving average of the weights: Keras stops at the first step."""
    optimizer = spec.compile.optimizer if spec.compile is not None else None
    for phase in spec.fit.all_phases:
        optimizer = phase.optimizer or optimizer
        for callback in (*spec.callbacks, *phase.callbacks):
            if callback.name == "SwapEMAWeights" and optimizer is not None and not _may_average(optimizer):
                message = (
                    f"SwapEMAWeights needs the moving averages of the weights, which {optimizer.name} does not keep"
                )
                hint = f"add 'use_ema: true' to {optimizer.name}"
                yield Diagnostic("no-ema", message, callback.span, hint)
                return


def _may_average(optimizer: Component) -> bool:
    inner = optimizer.value("inner_optimizer")
    if isinstance(inner, Component) and _may_average(inner):
        return True
    return optimizer.name.startswith(PREFIX) or optimizer.name == "MultiOptimizer" or bool(optimizer.value("use_ema"))


def callback_files(spec: Spec) -> Iterator[Diagnostic]:
    """A file that the run itself or another callback writes, or a name with a log in it that never comes."""
    logs = epoch_logs(spec)
    seen: dict[str, Span] = {}
    for callback in (*spec.callbacks, *(one for phase in spec.fit.phases for one in phase.callbacks)):
        argument = callback.argument(_FILES.get(callback.name, ""))
        path = argument.value if argument is not None else None
        if argument is None or not isinstance(path, str):
            continue
        path = path.removeprefix("./").rstrip("/")
        if path in _OWN_FILES:
            message = f"'{path}' is a file of the run itself, which {callback.name} would write too"
            yield Diagnostic("same-file", message, argument.span, "write another name")
        elif path in seen:
            notes = (Note("the other one", seen[path]),)
            message = f"{callback.name} writes '{path}', as another callback does"
            yield Diagnostic("same-file", message, argument.span, "write another name", notes)
        seen.setdefault(path, argument.span)
        if logs is not None and callback.name in ("ModelCheckpoint", "OrbaxCheckpoint"):
            yield from _unknown_words(spec, callback, path, argument.span, logs)


def _unknown_words(spec: Spec, callback: Component, path: str, span: Span, logs: EpochLogs) -> Iterator[Diagnostic]:
    """What stands in braces in the name of a file; Keras raises after an epoch where it is no log."""
    # Slow to import.
    from string import Formatter

    known = ["epoch", *(["batch"] if isinstance(callback.value("save_freq"), int) else []), *logs.shown()]
    try:
        words = [word for _, word, _, _ in Formatter().parse(path) if word is not None]
    except ValueError as error:
        message = f"'{path}' is no name with logs in braces: {error}"
        yield Diagnostic("file-pattern", message, span, "write '{epoch}', in braces that close")
        return
    for word in words:
        # `{logs.x}` and `{logs[x]}` are Python's, and surely wrong here.
        if word in ("epoch", "batch") and word in known:
            continue
        if not logs.has(word):
            shown = f"'{{{word}}}'"
            lacks = ", which no epoch has without a validation" if logs.of_training(word) else ", which is no log"
            yield Diagnostic(
                "file-pattern", f"{callback.name} names its file by {shown}{lacks}", span, did_you_mean(word, known)
            )
        elif word.startswith("val_") and spec.fit.validation_freq > 1:
            message = f"{callback.name} names its file by '{{{word}}}', which some epochs do not have"
            yield Diagnostic("file-pattern", message, span, "write 'validation_freq: 1' below 'fit'")
