"""Lints of class weights and sample weights: they name classes that there are, and no weight is below zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerascli.check.heads import Head, find_heads
from kerascli.check.loss_facts import task
from kerascli.check.shapes import Shapes
from kerascli.check.targets import Target, find_field
from kerascli.errors import Diagnostic, Note, Span, did_you_mean
from kerascli.spec.spec import Spec


def unfit_class_weights(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """Class weights of a head that has no classes, or of a class that it has not; Keras passes over them in silence."""
    heads = {head.name: head for head in find_heads(spec, shapes)}
    only = next(iter(heads)) if len(heads) == 1 else None
    for output, weights in spec.fit.class_weight:
        head = heads.get(output or only or "")
        if head is None:
            continue
        spans = {key: span for name, key, span in spec.fit.class_weight_spans if name == output}
        found = _no_classes(head, spans.get(None) or spec.fit.span)
        if found is not None:
            yield found
        elif (
            isinstance(weights, Mapping)
            and weights
            and not any(weights.values())
            and len(weights) == _count(head.target)
        ):
            message = f"all classes of '{head.name}' have the weight 0, so that nothing is learnt"
            yield Diagnostic("zero-weights", message, spans.get(None) or spec.fit.span, "give a class a weight above 0")
        elif isinstance(weights, Mapping):
            for key in weights:
                yield from _class(head, key, spans.get(key) or spec.fit.span)


def _no_classes(head: Head, span: Span | None) -> Diagnostic | None:
    if task(head) != "regression" or head.target.kind != "numbers":
        return None
    message = f"'class_weight' needs classes, and '{head.name}' gives numbers"
    notes = (Note(f"the loss of '{head.name}'", head.loss.span),) if head.loss is not None else ()
    hint = "remove it, or use 'data.sample_weight'"
    return Diagnostic("class-weight", message, span, hint, notes)


def _class(head: Head, key: str | int, span: Span | None) -> Iterator[Diagnostic]:
    """A class that the target does not have, by the same rules as when the data is read."""
    names, count = head.target.names, _count(head.target)
    known = names is not None and (key in names or str(key) in names)
    if (
        known
        or (isinstance(key, int) and (count is None or 0 <= key < count))
        or (isinstance(key, str) and names is None)
    ):
        return
    words = names or [str(number) for number in range(min(count or 0, 12))]
    message = f"'class_weight' names the class '{key}', which '{head.name}' does not have"
    notes = (Note(f"the target of '{head.name}'", head.target.span),)
    hint = "remove the quotes" if str(key) in words else did_you_mean(str(key), words)
    yield Diagnostic("unknown-class-weight", message, span, hint, notes)


def _count(target: Target) -> int | None:
    """How many classes there are: those that have names, or the labels up to the highest."""
    if target.classes is not None:
        return target.classes
    return int(target.highest) + 1 if target.kind == "integers" and target.highest is not None else None


def negative_weights(spec: Spec) -> Iterator[Diagnostic]:
    """A field of sample weights with numbers below zero, which turn learning around."""
    if spec.data is None:
        return
    for _, field, span in spec.data.sample_weight:
        found = find_field(spec.data.source, field)
        if found.lowest is not None and found.lowest < 0:
            message = f"the weights in '{field}' go below 0, to {found.lowest:g}"
            yield Diagnostic("sample-weight", message, span, "name a field of weights from 0 on")
