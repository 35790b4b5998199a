"""Lints of a head's last activation: it gives the numbers that its loss takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerascli.check.heads import Head, LastActivation, find_heads
from kerascli.check.loss_facts import (
    BINARY,
    BOUNDED,
    CATEGORICAL,
    CROSSENTROPIES,
    EACH_FOR_ITSELF,
    NEITHER,
    PROBABILITIES,
    SIGNED,
    SPARSE,
    from_logits,
    loss_name,
)
from kerascli.check.shapes import Shapes
from kerascli.check.targets import Target
from kerascli.errors import Diagnostic, Note
from kerascli.spec.spec import Spec
from kerascli.spec.topology.names import snake_case

# What these losses take, and the activation that gives it.
_POSITIVE = {
    "Poisson": ("positive numbers", "softplus", ("linear", "leaky_relu", *SIGNED)),
    "KLDivergence": ("probabilities", "softmax", ("linear", *NEITHER)),
    "Dice": ("probabilities", "sigmoid", ("linear", *NEITHER)),
    "Tversky": ("probabilities", "sigmoid", ("linear", *NEITHER)),
}


def unfit_activation(spec: Spec, shapes: Shapes, targets: Mapping[str, Target] | None = None) -> Iterator[Diagnostic]:
    """A last activation and a loss that do not fit each other: Keras trains on, and the model learns badly or nothing."""
    for head in find_heads(spec, shapes, targets):
        if head.activation is None or head.loss is None:
            continue
        for rule in (_single_softmax, _single_class, _logits, _each_for_itself, _neither, _softmax_by_parts, _positive):
            found = rule(head, head.activation)
            if found is not None:
                # What else is wrong with the two follows from it, or is seen when it is mended.
                yield found
                break


def _right_activation(head: Head) -> str:
    return "sigmoid" if loss_name(head) in BINARY else "softmax"


def _loss_note(head: Head) -> Note:
    assert head.loss is not None
    return Note(f"the loss of '{head.name}'", head.loss.span)


def _activation_note(head: Head, activation: LastActivation) -> Note:
    written = activation.name != "linear" or activation.span is not activation.layer.component.span
    message = f"'{head.name}' ends in '{activation.name}'" if written else f"'{head.name}' has no activation"
    return Note(message, activation.span)


def _single_softmax(head: Head, activation: LastActivation) -> Diagnostic | None:
    if activation.name != "softmax" or head.units != 1:
        return None
    message = f"'softmax' over the one unit of '{head.name}' is always 1"
    word = "sigmoid" if loss_name(head) in CROSSENTROPIES else "linear"
    more = (
        (Note("two classes in one unit take 'binary_crossentropy'", head.loss.span),) if head.loss is not None else ()
    )
    notes = more if loss_name(head) in (*SPARSE, *CATEGORICAL) else ()
    return Diagnostic("single-softmax", message, activation.span, f"write '{word}'", notes)


def _single_class(head: Head, activation: LastActivation) -> Diagnostic | None:
    if loss_name(head) not in (*SPARSE, *CATEGORICAL) or head.units != 1:
        return None
    assert head.loss is not None
    message = f"{head.loss.name} compares classes, and '{head.name}' has one unit"
    more = (
        ""
        if activation.name == "sigmoid" or from_logits(head)
        else f", and give '{head.name}' the activation 'sigmoid'"
    )
    hint = f"write 'binary_crossentropy'{more}; or give '{head.name}' a unit for each class"
    notes = (Note(f"the unit of '{head.name}'", head.units_span),) if head.units_span is not None else ()
    return Diagnostic("single-class", message, head.loss.span, hint, notes)


def _logits(head: Head, activation: LastActivation) -> Diagnostic | None:
    """`from_logits` says whether the loss makes probabilities itself."""
    name = loss_name(head)
    # The one crossentropy that always takes probabilities.
    has_logits = name != "CategoricalGeneralizedCrossEntropy"
    if name not in CROSSENTROPIES or head.loss is None:
        return None
    argument = head.loss.argument("from_logits")
    notes = (_activation_note(head, activation),)
    if argument is not None and argument.value is True:
        if activation.name not in PROBABILITIES:
            return None
        message = f"'from_logits' is true, and '{head.name}' gives probabilities"
        return Diagnostic("from-logits", message, argument.span, "write 'false'", notes)
    if activation.name not in ("linear", "log_sigmoid", "log_softmax"):
        return None
    place = argument.span if argument is not None else head.loss.span
    message = f"{name} takes probabilities, and '{head.name}' gives any numbers"
    right = _right_activation(head)
    other = f", or '{{{name}: {{from_logits: true}}}}' as the loss" if has_logits else ""
    way = f"give '{head.name}' the activation '{right}'" if head.writable else f"add 'Activation: {right}' behind it"
    hint = f"{way}{other}"
    return Diagnostic("from-logits", message, place, hint, notes)


def _each_for_itself(head: Head, activation: LastActivation) -> Diagnostic | None:
    if activation.name not in EACH_FOR_ITSELF or loss_name(head) not in (*SPARSE, *CATEGORICAL) or head.units is None:
        return None
    message = f"{loss_name(head)} takes probabilities that sum to 1, and '{activation.name}' gives each unit its own"
    return Diagnostic("head-activation", message, activation.span, "write 'softmax'", (_loss_note(head),))


def _neither(head: Head, activation: LastActivation) -> Diagnostic | None:
    """Numbers that are no probabilities; as logits, those that are bounded keep a class from ever being sure."""
    if loss_name(head) not in CROSSENTROPIES or activation.name not in NEITHER:
        return None
    if from_logits(head):
        if activation.name not in BOUNDED:
            return None
        message = f"'{activation.name}' bounds the logits of '{head.name}'"
        return Diagnostic(
            "head-activation", message, activation.span, "write 'linear'", (_loss_note(head),), severity="warning"
        )
    message = f"{loss_name(head)} takes probabilities, and '{activation.name}' gives none"
    right = _right_activation(head)
    hint = f"write '{right}'" if head.writable else f"add a Dense with the activation '{right}' behind it"
    return Diagnostic("head-activation", message, activation.span, hint, (_loss_note(head),))


def _softmax_by_parts(head: Head, activation: LastActivation) -> Diagnostic | None:
    """Two units are harmless: both halves of the loss are the same then."""
    if activation.name != "softmax" or loss_name(head) not in BINARY or head.units is None or head.units <= 2:
        return None
    if head.target.label:
        # The target tells which of the two is wrong, which is another lint's.
        return None
    assert head.loss is not None
    message = f"{loss_name(head)} judges each of the {head.units} units by itself, and 'softmax' binds them together"
    hint = "write 'categorical_crossentropy' for one class of several, or 'sigmoid' for several labels at once"
    notes = (_activation_note(head, activation),)
    return Diagnostic("head-activation", message, head.loss.span, hint, notes, severity="warning")


def _positive(head: Head, activation: LastActivation) -> Diagnostic | None:
    what, word, unfit = _POSITIVE.get(loss_name(head) or "", ("", "", ()))
    if activation.name not in unfit:
        return None
    name = snake_case(loss_name(head) or "")
    message = f"'{name}' takes {what}, and '{activation.name}' gives others too"
    return Diagnostic(
        "head-activation", message, activation.span, f"write '{word}'", (_loss_note(head),), severity="warning"
    )
