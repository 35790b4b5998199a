"""A lint of a head's probabilities that go through a second softmax or sigmoid, which flattens them."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.heads import activation_of, find_heads
from kerascli.check.loss_facts import PROBABILITIES
from kerascli.check.shapes import Shapes
from kerascli.errors import Diagnostic, Note
from kerascli.spec.spec import Spec


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
