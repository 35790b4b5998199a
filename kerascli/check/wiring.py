"""Lints of the wiring: what can be built, but is hardly meant."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.errors import Diagnostic
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.spec import Spec


def _reached(model: ModelSpec) -> set[str]:
    """The names that some output depends on."""
    reads = {layer.name: [reference.name for reference in layer.wiring.references] for layer in model.layers}
    found: set[str] = set()
    waiting = [output.tensor.name for output in model.outputs]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += reads.get(name, [])
    return found


def _models(model: ModelSpec) -> Iterator[ModelSpec]:
    """The model and all that are nested in it; a class of one's own has no wiring to look at."""
    if model.own_class is not None:
        return
    yield model
    for layer in model.layers:
        if layer.nested is not None and layer.shared is None:
            yield from _models(layer.nested)


def unused_inputs(spec: Spec) -> Iterator[Diagnostic]:
    """An input that no output depends on."""
    for model in _models(spec.model):
        reached = _reached(model)
        for item in model.inputs:
            if item.name not in reached:
                message = f"the input '{item.name}' reaches no output"
                yield Diagnostic("unused-input", message, item.span, "remove it, or read it", severity="warning")


def unreachable_layers(spec: Spec) -> Iterator[Diagnostic]:
    """A layer that no output depends on; Keras leaves it out in silence."""
    for model in _models(spec.model):
        reached = _reached(model)
        for layer in model.layers:
            if layer.name not in reached and not layer.from_base:
                message = f"'{layer.name}' reaches no output; Keras leaves it out"
                hint = "read it, list it in 'outputs', or remove it"
                yield Diagnostic("unreachable-layer", message, layer.span, hint, severity="warning")


def reads_head(spec: Spec) -> Iterator[Diagnostic]:
    """An entry without `inputs` right after a head: it reads that head, which is seldom meant."""
    for model in _models(spec.model):
        if len(model.outputs) > 1:
            yield from _reads_head(model)


def _reads_head(model: ModelSpec) -> Iterator[Diagnostic]:
    heads = {output.tensor.name for output in model.outputs}
    for above, layer in zip(model.layers, model.layers[1:], strict=False):
        references = layer.wiring.references
        # What is read without being written stands at the layer's own place.
        inherits = layer.wiring.kind == "one" and references[0].span is layer.span
        if above.name in heads and inherits and references[0].name == above.name:
            message = f"'{layer.name}' reads the head '{above.name}', since it has no 'inputs'"
            hint = "add 'inputs: …' to say what it reads"
            yield Diagnostic("reads-head", message, layer.span, hint, severity="warning")
