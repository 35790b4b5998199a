"""A lint of images whose channels come first, given to layers that take the last axis for them."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.shapes.call import Shape
from kerascli.check.shapes.infer import Shapes, call_of, calls_in, tensor_of
from kerascli.check.shapes.pointwise import POINTWISE
from kerascli.errors import Diagnostic, Note
from kerascli.spec.model_spec import InputSpec, LayerSpec, ModelSpec
from kerascli.spec.spec import Spec

_READERS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose", "MaxPooling2D", "AveragePooling2D")


def channels_first(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """Keras trains on it in silence: a picture three pixels high, with as many channels as it was wide."""
    for layer, model, known in calls_in(spec.model, shapes):
        if layer.component.name not in _READERS or layer.from_base or call_of(layer, known, spec.dtype).channels_first:
            continue
        tensor = tensor_of(known, layer.wiring.references[0])
        source = _input(layer, model)
        if tensor is None or source is None or not _looks_first(tensor.shape[1:]):
            continue
        _, channels, height, width = tensor.shape
        message = (
            f"{layer.component.name} takes the last axis of {tensor} for its channels; "
            f"this looks like {channels} channels of {height} × {width}"
        )
        hint = "add 'Permute: [2, 3, 1]' before it"
        yield Diagnostic("channels-first", message, layer.span, hint, (Note("the input", source.span),), "warning")


def _looks_first(sample: Shape) -> bool:
    if len(sample) != 3:
        return False
    channels, height, width = sample
    if channels not in (1, 3, 4) or height is None or width is None or min(height, width) < 8:
        return False
    # A single row of many channels is a signal; a square is a picture.
    return channels != 1 or height == width


def _input(layer: LayerSpec, model: ModelSpec) -> InputSpec | None:
    """The input that a layer reads, through layers that leave its axes alone."""
    by_name = {one.name: one for one in model.layers}
    inputs = {one.name: one for one in model.inputs}
    at = layer
    while at.wiring.references:
        name = at.wiring.references[0].name
        if name in inputs:
            return inputs[name]
        if name not in by_name or by_name[name].component.name not in POINTWISE:
            return None
        at = by_name[name]
    return None
