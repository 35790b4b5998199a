"""A lint of heads that keep the axes of an image or a sequence, where the data has one label a sample."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.known_data import target_field
from kerascli.check.shapes.call import Shape, product, shown
from kerascli.check.shapes.infer import Shapes, tensor_of
from kerascli.errors import Diagnostic, Note
from kerascli.spec.component import Component
from kerascli.spec.model_spec import LayerSpec, ModelSpec, OutputSpec
from kerascli.spec.spec import Spec

_POOLINGS = {3: "GlobalAveragePooling1D", 4: "GlobalAveragePooling2D", 5: "GlobalAveragePooling3D"}


def unflattened_heads(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """A head with a row for each place, compared with one label: Keras refuses it late, or repeats the label in silence."""
    if spec.compile is None or spec.model.own_class is not None:
        return
    layers = {layer.name: layer for layer in spec.model.layers}
    for output, loss in zip(spec.model.outputs, spec.compile.losses, strict=False):
        field, tensor = target_field(spec, output.name), tensor_of(shapes, output.tensor)
        layer = layers.get(output.tensor.name)
        if field is None or tensor is None or layer is None or loss is None:
            continue
        # A loss of one's own, or one of sequences, may know what to do with the axes.
        own = loss.name.startswith("plugins.") or loss.name == "CTC"
        if not own and field.shape in ((), (1,)) and len(tensor.shape) > 2 and product(tensor.shape[1:-1]) != 1:
            yield _diagnostic(spec.model, output, layer, tensor.shape)


def _diagnostic(model: ModelSpec, output: OutputSpec, layer: LayerSpec, shape: Shape) -> Diagnostic:
    read = layer.wiring.references[0]
    source = next((one for one in model.layers if one.name == read.name), None)
    places = " × ".join("?" if size is None else str(size) for size in shape[1:-1])
    message = f"the head '{output.name}' makes {shown(shape)}, a row for each of {places} places, where the data has one label a sample"
    hint = (
        f"add 'Flatten', or '{_POOLINGS[len(shape)]}', before it"
        if len(shape) in _POOLINGS
        else "add 'Flatten' before it"
    )
    if source is not None and _gives_all_steps(source.component):
        hint = f"remove 'return_sequences: true' from '{source.name}', or {hint}"
    notes = (Note(f"it reads '{read}'", source.span if source is not None else None),)
    return Diagnostic("unflattened-head", message, layer.span, hint, notes)


def _gives_all_steps(component: Component) -> bool:
    held = component.value("layer")
    return component.value("return_sequences") is True or (isinstance(held, Component) and _gives_all_steps(held))
