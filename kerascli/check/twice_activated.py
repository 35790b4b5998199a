"""Lints of what comes behind a head's probabilities: a second softmax flattens them, a dropout tears holes into them."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.heads import activation_of, find_heads
from kerascli.check.loss_facts import CROSSENTROPIES, PROBABILITIES, loss_name
from kerascli.check.shapes import Shapes
from kerascli.errors import Diagnostic, Note
from kerascli.spec.spec import Spec

_DROPPING = ("AlphaDropout", "Dropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")


def twice_activated(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """A head whose probabilities go through another softmax or sigmoid: none comes near 0 or 1 any more."""
    for head in find_heads(spec, shapes):
        found = [(layer, made) for layer in head.layers if (made := activation_of(layer.component)) is not None]
        names = [name for _, (name, _) in found if name != "linear"]
        if len(names) < 2 or names[0] not in PROBABILITIES or names[1] not in PROBABILITIES:
            continue
        (last, (_, argument)), (before, (_, first)) = [one for one in found if one[1][0] != "linear"][:2]
        message = f"'{names[0]}' takes the probabilities that '{names[1]}' made: those of '{head.name}' all come near each other"
        span = argument.span if argument is not None else last.component.span
        notes = (Note(f"'{names[1]}' is here", first.span if first is not None else before.component.span),)
        yield Diagnostic("twice-activated", message, span, "remove one of the two", notes)


def dropped_outputs(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """A dropout behind the activation of a head: in training some of its probabilities are 0, others above 1."""
    for head in find_heads(spec, shapes):
        if head.last not in PROBABILITIES or loss_name(head) not in CROSSENTROPIES:
            continue
        for layer in head.layers:
            if head.activation is not None and layer is head.activation.layer:
                break
            if layer.component.group == "layers" and layer.component.name in _DROPPING:
                message = f"{layer.component.name} drops the probabilities of '{head.name}' themselves"
                hint = f"move it before the layer that ends in '{head.last}'"
                yield Diagnostic("dropped-outputs", message, layer.component.span, hint, severity="warning")
