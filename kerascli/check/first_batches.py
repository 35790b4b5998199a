"""Lints of the first batches: losses that are no numbers, layers that no gradient reaches, a loss that stands still."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from kerascli.errors import Diagnostic, Note, Severity, Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.model_spec import LayerSpec, ModelSpec
from kerascli.spec.spec import Spec

# What comes of a layer's weights: no gradient at all, one that is no number, zeros alone, or something to learn from.
Flow = Literal["none", "not-finite", "zero", "flows"]
# So many layers are named with a place of their own.
_MOST = 6


@dataclass(frozen=True)
class BatchFacts:
    """What the first batches told.

    Attributes:
        loss: The total loss of the first batch.
        losses: Head to its loss, where there are several.
        outputs: Whether all outputs of the model were finite.
        flows: Path of a layer to what reached its weights in any of the batches, in the model's order; empty where
            nothing was asked for.
        batches: How many batches were tried.
        moved: Whether a small step along the gradients changed the loss; None: not tried.
        judged: The layers that were not judged in a phase before; None: all of them.
        phase: The number of the phase, from 1; None: the first.
    """

    loss: float
    losses: Mapping[str, float]
    outputs: bool
    flows: Mapping[str, Flow]
    batches: int
    moved: bool | None = None
    judged: frozenset[str] | None = None
    phase: int | None = None

    def layers(self, flow: Flow) -> list[str]:
        """The layers to judge that such a gradient reached."""
        return [
            path for path, found in self.flows.items() if found == flow and (self.judged is None or path in self.judged)
        ]


def check_batches(spec: Spec, facts: BatchFacts) -> list[Diagnostic]:
    """What the first batches tell; what follows from a fault is not told again."""
    for lint in (_loss_not_finite, _gradient_not_finite, _no_gradient, _zero_gradient, _still_loss):
        found = list(lint(spec, facts))
        if found:
            return found
    return []


def _loss_not_finite(spec: Spec, facts: BatchFacts) -> Iterator[Diagnostic]:
    if math.isfinite(facts.loss):
        return
    bad = [name for name, value in facts.losses.items() if not math.isfinite(value)]
    what = f"the loss of '{bad[0]}'" if bad else "the loss"
    hint = "look at what the loss takes: a logarithm or a root of negative numbers is none"
    if not facts.outputs:
        hint = "bring inputs and starting weights into a small range: the model's own outputs are not finite either"
    message = f"{what} is {bad_value(facts, bad)} on the first batch, before anything was learnt"
    yield Diagnostic("loss-not-finite", message, _loss_span(spec, bad[0] if bad else None), hint)


def bad_value(facts: BatchFacts, bad: Sequence[str]) -> float:
    """The value that is no number."""
    return facts.losses[bad[0]] if bad else facts.loss


def _gradient_not_finite(spec: Spec, facts: BatchFacts) -> Iterator[Diagnostic]:
    paths = facts.layers("not-finite")
    if paths:
        # Gradients come from the end: what is nearest to it has them from where they went wrong.
        message = (
            f"the gradient of '{paths[-1]}' is not finite on the first batch, so that one step would spoil the model"
        )
        hint = "look at what stands behind it: a root at 0, a division by 0 and a logarithm at 0 have no slope"
        yield _of_layers("gradient-not-finite", message, spec, facts, paths, hint)


def _no_gradient(spec: Spec, facts: BatchFacts) -> Iterator[Diagnostic]:
    judged = _reaching_a_loss(spec)
    paths = [path for path in facts.layers("none") if judged(path)]
    if paths:
        message = f"no gradient reaches '{paths[-1]}', so that it never learns"
        hint = "write 'trainable: false' where that is meant, else let the loss depend on it: argmax, rounding and the like pass on no gradient"
        sure = all(_is_own(spec.model, path) for path in paths)
        yield _of_layers("no-gradient", message, spec, facts, paths, hint, "error" if sure else "warning")


def _zero_gradient(spec: Spec, facts: BatchFacts) -> Iterator[Diagnostic]:
    paths = facts.layers("zero")
    if not paths:
        return
    tried = f"{facts.batches} batch" + ("es" if facts.batches > 1 else "")
    if all(flow in ("zero", "none") for flow in facts.flows.values()):
        message = (
            f"all gradients are 0 on {tried}: the loss does not depend on any weight, so that nothing can be learnt"
        )
        hint = "look at the last layer and the loss: a softmax over one unit, or a relu that gives 0 throughout, has no slope"
        severity: Severity = "error" if facts.loss > 0 else "warning"
        yield Diagnostic("zero-gradient", message, _loss_span(spec, None), hint, severity=severity)
        return
    message = f"the gradient of '{paths[-1]}' is 0 throughout on {tried}, so that it does not learn"
    hint = "look at what stands behind it: a relu that gives 0 throughout, or a saturated activation, has no slope"
    yield _of_layers("zero-gradient", message, spec, facts, paths, hint, "warning")


def _still_loss(spec: Spec, facts: BatchFacts) -> Iterator[Diagnostic]:
    if facts.moved is False:
        message = "a small step along the gradients leaves the loss of the first batch as it is: they are too small to learn from"
        hint = "bring inputs and targets into a small range, or take an activation that does not saturate"
        yield Diagnostic("still-loss", message, _loss_span(spec, None), hint, severity="warning")


def _of_layers(
    code: str,
    message: str,
    spec: Spec,
    facts: BatchFacts,
    paths: Sequence[str],
    hint: str,
    severity: Severity = "error",
) -> Diagnostic:
    """A fault of several layers, at the last of them."""
    spans = layer_spans(spec.model)
    span = spans.get(paths[-1], _model_span(spec))
    others = list(reversed(paths[:-1]))
    notes = [Note(f"nor is '{path}' any better off", spans.get(path)) for path in others[:_MOST]]
    if len(others) > _MOST:
        notes.append(Note(f"nor are {len(others) - _MOST} layers more"))
    if facts.phase is not None:
        notes.append(Note(f"it is to learn from phase {facts.phase} on", spec.fit.phases[facts.phase - 1].span))
    return Diagnostic(code, message, span, hint, tuple(notes), severity)


def layer_spans(model: ModelSpec, prefix: str = "") -> dict[str, Span | None]:
    """The path of each layer, into nested models, to where it is written."""
    found: dict[str, Span | None] = {}
    for layer in model.layers:
        if layer.shared is not None:
            continue
        found[prefix + layer.name] = layer.span
        if layer.nested is not None:
            found |= layer_spans(layer.nested, f"{prefix}{layer.name}/")
    return found


def _model_span(spec: Spec) -> Span | None:
    return spec.model.own_class.span if spec.model.own_class is not None else spec.model.span


def _loss_span(spec: Spec, head: str | None) -> Span | None:
    """Where the loss of a head stands; of none in particular: the first, where it is the only one."""
    assert spec.compile is not None
    named = dict(zip((output.name for output in spec.model.outputs), spec.compile.losses, strict=False))
    written = [loss for loss in named.values() if loss is not None]
    loss = named.get(head) if head is not None else (written[0] if len(written) == 1 else None)
    return loss.span if loss is not None else spec.compile.span


class _Reach:
    """Tells whether a layer has a way to a head with a loss; what is not known of the wiring has one."""

    def __init__(self, spec: Spec) -> None:
        assert spec.compile is not None
        reads: dict[str, list[str]] = {}
        for layer in spec.model.layers:
            sources = [reference.name for reference in layer.wiring.references]
            reads[layer.name] = [*sources, *([layer.shared] if layer.shared is not None else [])]
        losses = zip(spec.model.outputs, spec.compile.losses, strict=False)
        waiting = [output.tensor.name for output, loss in losses if loss is not None]
        self._known, self._reached = set(reads), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in self._reached:
                self._reached.add(name)
                waiting += reads.get(name, [])

    def __call__(self, path: str) -> bool:
        parts = path.split("/")
        names = {"/".join(parts[: count + 1]) for count in range(len(parts))} & self._known
        return not names or bool(names & self._reached)


def _reaching_a_loss(spec: Spec) -> _Reach:
    return _Reach(spec)


def _is_own(model: ModelSpec, path: str) -> bool:
    """Whether the layer is one of Keras's own that the spec itself lists."""
    found: LayerSpec | None = next((layer for layer in model.layers if layer.name == path), None)
    return found is not None and not found.from_base and not found.component.name.startswith("plugins.")
