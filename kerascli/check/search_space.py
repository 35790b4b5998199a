"""Lints of a search: a log that never comes, a way that is the wrong one, and values that the spec can't have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from kerascli.check.directions import direction
from kerascli.check.epoch_logs import epoch_logs
from kerascli.check.monitors import unknown_log
from kerascli.errors import Diagnostic, Note, Span, SpecError
from kerascli.spec.nodes import Node, Scalar, Sequence
from kerascli.spec.spec import Spec
from kerascli.spec.tune_spec import Dimension
from kerascli.spec.tune_spec import Direction as Way
from kerascli.spec.variants import variant

# What a value that takes the place of another leaves unread.
BESIDE = ("unused-variable", "unused-block", "unused-parameter")
Lint = Callable[[Spec], tuple[Diagnostic, ...]]


def search_metric(spec: Spec) -> str:
    """The log that trials are judged by."""
    assert spec.tune is not None
    logs = epoch_logs(spec)
    return spec.tune.metric or spec.checkpoints.best or ("loss" if logs and logs.validated is False else "val_loss")


def search_direction(spec: Spec) -> Way | None:
    """Which way it is better; None: nothing says so."""
    assert spec.tune is not None
    if spec.tune.direction is not None:
        return spec.tune.direction
    metric = search_metric(spec)
    mode = spec.checkpoints.mode if metric == spec.checkpoints.best else None
    known = mode or direction(spec, metric)
    return None if known is None else "minimize" if known == "min" else "maximize"


def unfit_search(spec: Spec) -> Iterator[Diagnostic]:
    """A metric that no epoch logs, and a direction that takes the worst trial for the best."""
    if spec.tune is None:
        return
    metric, logs, place = search_metric(spec), epoch_logs(spec), spec.tune.metric_span or spec.tune.span
    if logs is not None and not logs.has(metric):
        yield unknown_log("'tune'", metric, place, logs, "metric")
        return
    better, written = direction(spec, metric), search_direction(spec)
    if written is None:
        message = f"nothing says whether a larger or a smaller '{metric}' is better"
        hint = "add 'direction: minimize' or 'direction: maximize' to 'tune'"
        yield Diagnostic("monitor-mode", message, place, hint)
    elif better is not None and spec.tune.direction is not None and written[:3] != better:
        right = "maximize" if better == "max" else "minimize"
        message = f"a {'larger' if better == 'max' else 'smaller'} '{metric}' is better, so 'direction: {written}' takes the worst for the best"
        yield Diagnostic("wrong-mode", message, spec.tune.direction_span, f"write '{right}'")


def unfit_values(spec: Spec, lint: Lint, runs: Path) -> tuple[Diagnostic, ...]:
    """What the values of a search space make wrong, each put into the spec alone: both ends of a range, each choice.

    Args:
        spec: The spec.
        lint: What finds the faults of a spec that can be read.
        runs: The folder that holds all runs.

    Returns:
        The faults that the spec does not have without the search; each stands at the value.
    """
    if spec.tune is None:
        return ()
    before = {(one.code, one.message) for one in _faults(spec, [], lint, runs)}
    found: dict[tuple[str, Span | None], Diagnostic] = {}
    for dimension in spec.tune.space:
        faulty = False
        for node in _tried(dimension):
            if faulty and node.span == dimension.entry.span:
                # What lies between the ends is as wrong as they are.
                break
            for one in _faults(spec, [(dimension.key, node)], lint, runs):
                if (one.code, one.message) not in before and one.code not in BESIDE:
                    placed = _at_value(one, node, dimension)
                    found.setdefault((placed.code, placed.span), placed)
                    faulty = faulty or one.severity == "error"
    return tuple(found.values())


def _faults(spec: Spec, changes: list[tuple[Scalar, Node]], lint: Lint, runs: Path) -> tuple[Diagnostic, ...]:
    try:
        return lint(variant(spec, changes, runs).read())
    except SpecError as error:
        return error.diagnostics


def _tried(dimension: Dimension) -> Iterator[Node]:
    if dimension.kind == "choice":
        yield from dimension.choices
        return
    for end, value in zip(dimension.ends, dimension.bounds, strict=True):
        # What a range gives is a number with a point, however its ends are written.
        yield replace(end, value=int(value) if dimension.kind == "int" else value, quoted=False)
    low, high = dimension.bounds
    if dimension.kind != "int" and dimension.step is None:
        # Most values of a range are no whole numbers.
        yield Scalar(low + (high - low) * 0.4142, dimension.entry.span)


def _at_value(one: Diagnostic, node: Node, dimension: Dimension) -> Diagnostic:
    """The diagnostic at the value of the space that brings it about."""
    place = dimension.entry.span
    inside = _spans(node)
    if one.code == "wrong-type" and "whole number" in one.message and dimension.kind in ("uniform", "log"):
        low, high = dimension.bounds
        hint = f"write '{{int: [{low:g}, {high:g}]}}', or the values as '{{choice: […]}}'"
        message = f"'{dimension.path}' takes whole numbers, and '{dimension.kind}' gives others"
        return replace(one, message=message, span=place, hint=hint)
    if one.span in inside:
        return one
    notes = () if one.span is None else (Note("this is where it shows", one.span),)
    return replace(one, span=node.span, notes=(*one.notes, *notes))


def _spans(node: Node) -> set[Span]:
    """The places of a value and of all within it."""
    if isinstance(node, Scalar):
        return {node.span}
    if isinstance(node, Sequence):
        return {node.span}.union(*(_spans(item) for item in node.items))
    return {node.span}.union(*({key.span} | _spans(value) for key, value in node.entries))
