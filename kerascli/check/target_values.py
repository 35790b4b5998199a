"""Lints of the targets' values: numbers that the head can't reach, or that are too large to be learnt."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.data_facts import DataFacts
from kerascli.check.head_targets import heads
from kerascli.check.loss_facts import CATEGORICAL
from kerascli.check.sample_lints import split_span
from kerascli.errors import Diagnostic, Severity
from kerascli.spec.spec import Spec

# Targets whose mean size is larger take a usual optimizer many thousand steps to come near.
LARGE = 1000.0
# So many held-out targets hardly lie beyond all others by chance.
_SEVERAL = 8
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


def several_labels(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Vectors of several labels at once, where the loss takes those of one class a sample: the sum of a softmax is 1."""
    for head in heads(spec, facts):
        most = head.target.largest_sum
        bounds = head.target.ranges.get("train")
        if head.loss.name not in CATEGORICAL or most is None or most <= 1 + _ROUNDING:
            continue
        if bounds is None or bounds[1] > 1 + _ROUNDING:
            # These are no probabilities, which is told with their row.
            continue
        message = f"{head.loss.name} takes one class a sample, and targets of '{head.target.name}' sum up to {most:g}"
        hint = "write 'binary_crossentropy' and the activation 'sigmoid' for several labels at once"
        yield Diagnostic("loss-target", message, head.loss.span, hint, severity="warning")


def constant_target(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Numbers to learn that are all the same: the model learns that one number, and its loss looks perfect."""
    for head in heads(spec, facts):
        bounds = head.target.ranges.get("train")
        if head.is_regression and bounds is not None and bounds[0] == bounds[1] and facts.samples.get("train", 0) > 1:
            message = f"the target of '{head.target.name}' is {bounds[0]:g} in all training samples: there is nothing to learn"
            hint = "name another field, or look for a filter that leaves one kind of sample"
            yield Diagnostic("constant-target", message, head.target.span, hint, severity="warning")


def unseen_targets(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Held-out numbers that all lie beyond those of the training split: the samples were sorted by what is to be learnt."""
    data = spec.data
    if data is None or data.window is not None:
        # What comes later may well be larger.
        return
    for head in heads(spec, facts):
        train = head.target.ranges.get("train")
        for split, (low, high) in head.target.ranges.items():
            beyond = train is not None and (low > train[1] or high < train[0])
            if train is None or not head.is_regression or not beyond or facts.samples.get(split, 0) < _SEVERAL:
                continue
            message = (
                f"the targets of '{head.target.name}' go from {low:g} to {high:g} in '{split}', "
                f"and from {train[0]:g} to {train[1]:g} in 'train'"
            )
            hint = "shuffle the samples before they are split: leave 'shuffle: false' out"
            yield Diagnostic("unseen-targets", message, split_span(spec, split), hint, severity="warning")
