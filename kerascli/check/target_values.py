"""Lints of the targets' values: numbers that the head can't reach, or that are too large to be learnt."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.data_facts import DataFacts
from kerascli.check.head_targets import heads
from kerascli.errors import Diagnostic, Severity
from kerascli.spec.spec import Spec

# Targets whose mean size is larger take a usual optimizer many thousand steps to come near.
LARGE = 1000.0
# What rounding adds to a scaled number.
_ROUNDING = 1e-3


def target_range(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Targets outside of what the head's activation can give; an error where all of them are."""
    for head in heads(spec, facts):
        found, bounds, activation = head.target.ranges.get("train"), head.bounds, head.activation
        if not head.is_regression or found is None or bounds is None or activation is None:
            continue
        slack = _ROUNDING * (min(bounds[1], 1.0) - bounds[0])
        if bounds[0] - slack <= found[0] and found[1] <= bounds[1] + slack:
            continue
        never = found[1] < bounds[0] or found[0] > bounds[1]
        severity: Severity = "error" if never else "warning"
        message = (
            f"'{activation[0]}' gives numbers {_between(*bounds)}, and the targets of '{head.target.name}' "
            f"go from {found[0]:g} to {found[1]:g}"
        )
        hint = "leave the activation out, or bring the targets into that range by a 'transform'"
        yield Diagnostic("target-range", message, activation[1], hint, severity=severity)


def _between(low: float, high: float) -> str:
    return f"from {low:g} on" if high == float("inf") else f"between {low:g} and {high:g}"


def text_labels(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Words as targets of a loss that compares numbers: it would learn their places in the alphabet."""
    written = {field.name for field in (spec.data.targets or ()) if field.classes is not None} if spec.data else set()
    for head in heads(spec, facts):
        names = head.target.names or ()
        words = any(not name.lstrip("-").replace(".", "", 1).isdigit() for name in names)
        if head.is_regression and words and head.target.name not in written:
            message = f"'{head.target.fields[0]}' is text, and {head.loss.name} compares numbers"
            hint = "write 'loss: sparse_categorical_crossentropy' and a softmax over the classes, or list 'classes' in their order"
            yield Diagnostic("text-labels", message, head.target.span, hint)


def target_scale(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Numbers to learn that are so large that a plain last layer takes very long to come near them."""
    for head in heads(spec, facts):
        size = head.target.size
        dense = head.layer is not None and head.layer.component.name == "Dense" and head.activation is None
        if not head.is_regression or not dense or size is None or size <= LARGE:
            continue
        message = (
            f"the targets of '{head.target.name}' have a mean size of {size:,.6g}: a model starts near 0, and takes very "
            "long to come near numbers that large"
        )
        hint = "write 'transform: [Normalization]' beside the field; predictions are given in the data's own units"
        yield Diagnostic("target-scale", message, head.target.span, hint, severity="warning")
