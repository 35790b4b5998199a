"""Lints of a head's target: its loss, its shape and its last activation are made for such numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerascli.check.heads import Head, find_heads
from kerascli.check.loss_facts import (
    BINARY,
    CATEGORICAL,
    ELEMENTWISE,
    OUTPUT_RANGES,
    REGRESSION,
    SPARSE,
    TARGET_RANGES,
    loss_name,
)
from kerascli.check.shapes import Shapes
from kerascli.check.targets import Target
from kerascli.errors import Diagnostic, ExitCode, Note
from kerascli.spec.spec import Spec

# So many labels can well be written in a list.
_FEW = 12
_VECTORS = (*CATEGORICAL, "CategoricalHinge")


def unfit_target(spec: Spec, shapes: Shapes, targets: Mapping[str, Target] | None = None) -> Iterator[Diagnostic]:
    """A target that the loss or the output can't be compared with, as far as the spec tells."""
    for head in find_heads(spec, shapes, targets):
        for rule in (_labels, _vectors, _fractions, _loss_range, _shape, _output_range, _classes):
            found = rule(head)
            if found is not None:
                # What else is wrong follows from it, or is seen when it is mended.
                yield found
                break


def _target_note(head: Head, what: str) -> Note:
    return Note(f"the target of '{head.name}' is {what}", head.target.span)


def _labels(head: Head) -> Diagnostic | None:
    """Labels, where vectors are wanted."""
    name = loss_name(head)
    several = head.units is not None and head.units > 1 and (name in BINARY or _distances_of_classes(head))
    if head.loss is None or not head.target.label or not (several or name in _VECTORS) or head.units == 1:
        return None
    message = f"{name} takes a vector for each sample, and the labels of '{head.name}' are whole numbers"
    notes = (_target_note(head, "such a label"),)
    return Diagnostic("loss-target", message, head.loss.span, _labels_hint(head, name or ""), notes)


def _distances_of_classes(head: Head) -> bool:
    return loss_name(head) in REGRESSION and head.last == "softmax"


def _labels_hint(head: Head, name: str) -> str:
    if name in ("CategoricalFocalCrossentropy", "CategoricalHinge"):
        return "add 'one_hot: true' to the target"
    right = "write 'sparse_categorical_crossentropy'"
    if name in BINARY:
        return right if head.last == "softmax" else f"{right} and give '{head.name}' the activation 'softmax'"
    return f"{right}, or add 'one_hot: true' to the target"


def _vectors(head: Head) -> Diagnostic | None:
    """Vectors, where labels are wanted."""
    name = loss_name(head)
    if head.loss is None or name not in SPARSE or head.target.kind != "one_hot":
        return None
    message = f"{name} takes labels, and the target of '{head.name}' is a vector for each"
    hint = "write 'categorical_crossentropy'"
    return Diagnostic("loss-target", message, head.loss.span, hint, (_target_note(head, "one-hot"),))


def _fractions(head: Head) -> Diagnostic | None:
    """Numbers with fractions, where labels are wanted; Keras cuts them off."""
    name = loss_name(head)
    if head.loss is None or name not in SPARSE or head.target.kind != "numbers":
        return None
    message = f"{name} takes labels, and the target of '{head.name}' has fractions"
    hint = "write 'mean_squared_error'"
    return Diagnostic("loss-target", message, head.loss.span, hint, (_target_note(head, "a real number"),))


def _loss_range(head: Head) -> Diagnostic | None:
    """Targets that the loss has no meaning for."""
    name, target = loss_name(head) or "", head.target
    bounds = TARGET_RANGES.get(name)
    if head.loss is None or bounds is None or target.lowest is None or target.highest is None:
        return None
    low, high = bounds
    if target.lowest >= low and target.highest <= high:
        return None
    takes = f"numbers from {low:g} on" if high == float("inf") else f"numbers from {low:g} to {high:g}"
    message = f"{name} takes {takes}, and the target of '{head.name}' holds {target.range}"
    notes = (_target_note(head, f"{target.range}"),)
    return Diagnostic("loss-target", message, head.loss.span, _range_hint(head, name), notes)


def _range_hint(head: Head, name: str) -> str:
    target = head.target
    if target.kind != "integers" or name in REGRESSION:
        return "write 'mean_squared_error'"
    low, high = int(target.lowest or 0), int(target.highest or 0)
    if (low, high) == (0, 255):
        return "add 'transform: [{Rescaling: 1/255}]' to the target"
    if target.label and (high - low == 1 or (low, high) == (-1, 1)):
        return f"add 'classes: [{low}, {high}]' to the target, which counts them from 0"
    return "write 'sparse_categorical_crossentropy', with a softmax and a unit for each label"


def _shape(head: Head) -> Diagnostic | None:
    """Another shape than the output's: Keras spreads one over the other in silence, or fails at the first batch."""
    name, true, made = loss_name(head), head.target.shape, head.shape
    if head.loss is None or true is None or made is None or None in made:
        return None
    if name in SPARSE:
        fits = (made[:-1],) if name == "CategoricalGeneralizedCrossEntropy" else (made[:-1], (*made[:-1], 1))
    elif name in ELEMENTWISE:
        fits = (made, (*made, 1), *((made[:-1],) if made and made[-1] == 1 else ()))
    else:
        return None
    if true in fits:
        return None
    message = f"the output of '{head.name}' has the shape {_sized(made)}, and its target {_sized(true)}"
    hint = f"give it the shape {_sized(true)}"
    # A single number needs no axis of its own.
    wanted = true or (1,)
    if len(wanted) == len(made) and wanted[:-1] == made[:-1] and head.units_span is not None:
        hint = f"write {wanted[-1]}"
    place = head.units_span or head.loss.span
    if name in SPARSE:
        place, hint = head.loss.span, f"let the target have the shape {_sized(fits[0])}"
    notes = (_target_note(head, f"of the shape {_sized(true)}"), Note("compared by this loss", head.loss.span))
    return Diagnostic("target-shape", message, place, hint, notes)


def _sized(shape: tuple[int | None, ...]) -> str:
    return "[" + ", ".join(str(size) for size in shape) + "]"


def _output_range(head: Head) -> Diagnostic | None:
    """Targets that the last activation never reaches."""
    target, activation = head.target, head.activation
    if activation is None or loss_name(head) not in REGRESSION or target.lowest is None or target.highest is None:
        return None
    if activation.name == "softmax" and head.units == 1:
        # Always 1, which is told already.
        return None
    low, high = OUTPUT_RANGES.get(activation.name, (float("-inf"), float("inf")))
    if target.lowest >= low and target.highest <= high:
        return None
    below = target.lowest < low
    missed = f"below {low:g}" if below else f"above {high:g}"
    message = f"'{activation.name}' gives nothing {missed}, and the target of '{head.name}' goes there"
    notes = (_target_note(head, target.range),)
    hint = "write 'linear'" if head.writable else "add a Dense behind it"
    return Diagnostic("target-range", message, activation.span, hint, notes)


def _classes(head: Head) -> Diagnostic | None:
    """Labels that the output has no unit for, and units that no label stands for."""
    target, units = head.target, head.units
    if head.loss is None or loss_name(head) != "SparseCategoricalCrossentropy" or head.loss.value("axis", -1) != -1:
        return None
    if target.kind != "integers" or target.lowest is None or target.highest is None or units is None or units == 1:
        return None
    low, high = _without(head.loss.value("ignore_class"), int(target.lowest), int(target.highest))
    place, notes = head.units_span or head.loss.span, (_target_note(head, f"{low} to {high}"),)
    hint = _classes_hint(low, high, units)
    if low < 0 or high >= units:
        wrong = low if low < 0 else high
        message = f"the label {wrong} is no class of '{head.name}', whose {units} outputs stand for 0 to {units - 1}"
        return Diagnostic("label-range", message, place, hint, notes, status=ExitCode.DATA)
    # A label that the loss leaves out may have a unit all the same.
    if not target.label or head.loss.value("ignore_class") is not None or (low == 0 and high == units - 1):
        return None
    message = f"'{head.name}' has {units} units, and its labels are {low} to {high}"
    return Diagnostic("dead-class", message, place, hint, notes, severity="warning")


def _classes_hint(low: int, high: int, units: int) -> str:
    count = high - low + 1
    if low == 0:
        return f"write {count}"
    if count > _FEW:
        return "count the labels from 0, and give the last layer a unit for each of them"
    labels = ", ".join(str(label) for label in range(low, high + 1))
    more = "" if count == units else f", and write {count} here"
    return f"add 'classes: [{labels}]' to the target, which counts them from 0{more}"


def _without(ignored: object, low: int, high: int) -> tuple[int, int]:
    """The range without a label at one of its ends that the loss leaves out."""
    if ignored == high and high > low:
        return low, high - 1
    return (low + 1, high) if ignored == low and high > low else (low, high)
