"""Lints of calls that Keras would refuse: wrong numbers of axes, windows that don't fit, shapes that can't be joined."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.shapes.call import Misfit, UnknownShape, shown
from kerascli.check.shapes.infer import Shapes, call_of, calls_in, tensor_of
from kerascli.check.shapes.rules import apply
from kerascli.errors import Diagnostic, Note, Span
from kerascli.spec.component import Component
from kerascli.spec.model_spec import InputSpec, LayerSpec, ModelSpec, TensorReference
from kerascli.spec.spec import Spec

_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")


def refused_calls(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """A layer that can't be called on what it reads."""
    by_name: dict[int, dict[str, LayerSpec]] = {}
    for layer, model, known in calls_in(spec.model, shapes):
        if layer.nested is not None:
            yield from _nested_call(layer, layer.nested, known)
            continue
        try:
            apply(call_of(layer, known, spec.dtype))
        except UnknownShape:
            pass
        except Misfit as fault:
            yield _diagnostic(layer, model, known, fault)
            continue
        if layer.shared is not None:
            if id(model) not in by_name:
                by_name[id(model)] = {one.name: one for one in model.layers}
            yield from _other_width(layer, by_name[id(model)].get(layer.shared), model, known)


def _diagnostic(layer: LayerSpec, model: ModelSpec, known: Shapes, fault: Misfit) -> Diagnostic:
    references = layer.wiring.references
    read = references[fault.read] if fault.read is not None and fault.read < len(references) else None
    span = layer.span
    if fault.argument is not None:
        span = _argument_span(layer.component, fault.argument) or layer.span
    elif read is not None and len(references) > 1:
        span = read.span or layer.span
    # What is joined first, and what does not fit it.
    told = references if read is None else tuple(dict.fromkeys((references[0], read)))
    notes = _sources(told, model, known)
    notes += tuple(Note("the block is used here", used) for used in layer.used)
    hint = fault.hint
    if fault.code == "wrong-rank" and read is not None:
        hint = _sequences_hint(read, model, known) or hint
    return Diagnostic(fault.code, fault.message, span, hint, notes)


def _argument_span(component: Component, name: str) -> Span | None:
    """Where an argument of a layer stands, or of the layer that it holds."""
    argument = component.argument(name)
    if argument is not None:
        return argument.span
    held = component.value("layer")
    return _argument_span(held, name) if isinstance(held, Component) else None


def _sources(references: tuple[TensorReference, ...], model: ModelSpec, known: Shapes) -> tuple[Note, ...]:
    """What makes the tensors that a layer reads."""
    places = {item.name: item.span for item in model.inputs} | {layer.name: layer.span for layer in model.layers}
    found = []
    for reference in references:
        tensor = tensor_of(known, reference)
        if tensor is not None:
            found.append(Note(f"'{reference}' is {tensor}", places.get(reference.name)))
    return tuple(found)


def _sequences_hint(read: TensorReference, model: ModelSpec, known: Shapes) -> str | None:
    """A recurrent layer that gives its last step alone, where all steps are wanted."""
    tensor = tensor_of(known, read)
    source = next((layer for layer in model.layers if layer.name == read.name), None)
    if source is None or tensor is None or len(tensor.shape) != 2:
        return None
    component: object = source.component
    if isinstance(component, Component) and component.name == "Bidirectional":
        component = component.value("layer")
    if isinstance(component, Component) and component.name in _RECURRENT and not component.value("return_sequences"):
        return f"write 'return_sequences: true' in '{source.name}', which gives its last step alone"
    return None


def _other_width(layer: LayerSpec, first: LayerSpec | None, model: ModelSpec, known: Shapes) -> Iterator[Diagnostic]:
    """A layer that is called again on a last axis of another length than its weights were made for."""
    if first is None or not layer.component.name.startswith(_WIDE) or layer.component.group != "layers":
        return
    reads = [tensor_of(known, one.wiring.references[0]) for one in (first, layer) if one.wiring.references]
    before, now = (
        tensor.shape if tensor is not None and tensor.shape else (None,) for tensor in (*reads, None, None)[:2]
    )
    if layer.component.value("data_format") == "channels_first" or None in (before[-1], now[-1]):
        return
    if before[-1] != now[-1]:
        message = f"'{layer.shared}' has weights for {shown(before)}, and is called on {shown(now)} here"
        notes = _sources((layer.wiring.references[0],), model, known)
        yield Diagnostic("shape-mismatch", message, layer.span, "bring the tensor to that shape", notes)


_WIDE = (
    "Dense",
    "Conv",
    "Depthwise",
    "Separable",
    "LSTM",
    "GRU",
    "SimpleRNN",
    "BatchNormalization",
    "LayerNormalization",
)


def _nested_call(layer: LayerSpec, nested: ModelSpec, known: Shapes) -> Iterator[Diagnostic]:
    """A nested model that is called on another shape than it was made for."""
    for item, reference in zip(nested.inputs, layer.wiring.references, strict=False):
        tensor, wanted = tensor_of(known, reference), _wanted(layer, item, known)
        if tensor is None or wanted is None or _takes(wanted, tensor.shape[1:]):
            continue
        name = layer.shared or layer.name
        message = f"'{name}' takes {shown((None, *wanted))} as '{item.name}', and is called on {tensor}"
        span = reference.span or layer.span
        places = () if item.shape is None else (Note("its input is written here", item.span),)
        hint = "bring the tensor to that shape"
        if item.shape is not None and len(item.shape) == len(tensor.shape) - 1:
            sizes = ", ".join("null" if size is None else str(size) for size in tensor.shape[1:])
            hint = f"bring the tensor to that shape, or write '{item.name}: [{sizes}]'"
        yield Diagnostic("shape-mismatch", message, span, hint, places)


def _wanted(layer: LayerSpec, item: InputSpec, known: Shapes) -> tuple[int | None, ...] | None:
    """The shape that an input of a nested model takes: the written one, or that of its first call."""
    if item.shape is not None:
        return item.shape
    first = known.get(f"{layer.shared}/{item.name}") if layer.shared is not None else None
    return first[0].shape[1:] if first else None


def _takes(wanted: tuple[int | None, ...], given: tuple[int | None, ...]) -> bool:
    """Whether Keras calls a model on a tensor; a last axis of 1 may be more or less."""
    if len(given) == len(wanted) + 1 and given[-1] == 1:
        given = given[:-1]
    elif len(given) == len(wanted) - 1 and wanted[-1] == 1:
        wanted = wanted[:-1]
    if len(given) != len(wanted):
        return False
    return all(None in (one, other) or one == other for one, other in zip(wanted, given, strict=True))
