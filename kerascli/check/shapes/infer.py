"""Walks a model from its inputs on and asks for each layer what shape it makes; what is not known stays unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from kerascli.catalog import load_catalog
from kerascli.check.shapes.call import Call, Misfit, UnknownShape
from kerascli.check.shapes.rules import apply
from kerascli.record.model_summary import TensorShape
from kerascli.spec.model_spec import Constant, LayerSpec, ModelSpec, TensorReference

# Name of an input or path of a layer to the tensors that it makes; what has no entry is not known. What is inside a
# nested model has the model's path before it: `encoder/hidden`.
Shapes = Mapping[str, tuple[TensorShape, ...]]


def infer_shapes(model: ModelSpec, policy: str = "float32", inputs: Mapping[str, TensorShape] | None = None) -> Shapes:
    """The shapes of all tensors that follow from the spec.

    Args:
        model: The model; its inputs may lack shapes, which the data then decides.
        policy: The dtype policy of layers that have none of their own.
        inputs: The tensors of inputs without a shape, where the data tells.

    Returns:
        Name to tensors, batch axis included (None: free). A layer whose output can't be told is left out, and so is
        what reads it, so that no lint is misled.
    """
    found: dict[str, tuple[TensorShape, ...]] = {name: (tensor,) for name, tensor in (inputs or {}).items()}
    for item in model.inputs:
        if item.shape is not None:
            found[item.name] = (TensorShape((item.batch_size, *item.shape), item.dtype or "float32"),)
    for layer in model.layers:
        try:
            found.update(_made(layer, found, policy))
        except (UnknownShape, Misfit):
            continue
    return found


def _made(layer: LayerSpec, found: Shapes, policy: str) -> Shapes:
    """What one layer makes, and all that is inside it at its first call."""
    if layer.nested is None:
        return {layer.name: apply(call_of(layer, found, policy))}
    inner = infer_nested(layer, layer.nested, found, policy)
    outputs = [tensor_of(inner, output.tensor) for output in layer.nested.outputs]
    made = {} if layer.shared is not None else {f"{layer.name}/{name}": tensors for name, tensors in inner.items()}
    known = tuple(tensor for tensor in outputs if tensor is not None)
    return {**made, layer.name: known} if len(known) == len(outputs) else made


def infer_nested(layer: LayerSpec, nested: ModelSpec, found: Shapes, policy: str) -> Shapes:
    """The shapes inside a nested model, by its own names.

    An input without a shape takes what the model is called on; a written shape is what Keras takes.
    """
    given = {
        item.name: tensor
        for item, reference in zip(nested.inputs, layer.wiring.references, strict=False)
        if (tensor := tensor_of(found, reference)) is not None
    }
    typed = {
        item.name: replace(given[item.name], dtype=item.dtype)
        for item in nested.inputs
        if item.name in given and item.dtype is not None
    }
    # Keras makes the inside with the shape alone, the batch axis free.
    free = {name: TensorShape((None, *tensor.shape[1:]), tensor.dtype) for name, tensor in {**given, **typed}.items()}
    return infer_shapes(nested, policy, free)


def call_of(layer: LayerSpec, found: Shapes, policy: str) -> Call:
    """One layer's call, as the rules take it.

    Raises:
        UnknownShape: Its arguments have no names.
    """
    wiring, component = layer.wiring, layer.component
    if wiring.kind == "mapping":
        tensors: dict[str, TensorShape | tuple[TensorShape | None, ...] | None] = {}
        constants: dict[str, object] = {}
        for name, value in wiring.arguments:
            if isinstance(value, Constant):
                constants[name] = value.value
            elif isinstance(value, TensorReference):
                tensors[name] = tensor_of(found, value)
            else:
                tensors[name] = tuple(tensor_of(found, reference) for reference in value)
        return Call(component, tensors, constants, policy)
    reads = tuple(tensor_of(found, reference) for reference in wiring.tensors)
    entry = load_catalog().find(component.group, component.name)
    signature = entry.call if entry is not None else None
    if signature is None:
        raise UnknownShape
    if wiring.kind == "list":
        return Call(component, {signature.parameters[0]: reads}, {}, policy)
    names = signature.tensor_parameters if len(reads) <= len(signature.tensor_parameters) else signature.parameters
    free = [name for name in names if component.argument(name) is None]
    return Call(component, dict(zip(free, reads, strict=False)), {}, policy)


def tensor_of(found: Shapes, reference: TensorReference) -> TensorShape | None:
    """The tensor that a reference means, or None where it is not known."""
    tensors = found.get(reference.name, ())
    index = reference.index or 0
    return tensors[index] if index < len(tensors) else None


def calls_in(model: ModelSpec, shapes: Shapes, prefix: str = "") -> Iterator[tuple[LayerSpec, ModelSpec, Shapes]]:
    """Each layer of a model and of those nested in it, with its own model and the shapes by that model's names.

    What is inside a nested model is shown at its first call.
    """
    own = {name.removeprefix(prefix): tensors for name, tensors in shapes.items() if name.startswith(prefix)}
    for layer in model.layers:
        yield layer, model, own
        if layer.nested is not None and layer.shared is None:
            yield from calls_in(layer.nested, own, f"{layer.name}/")
