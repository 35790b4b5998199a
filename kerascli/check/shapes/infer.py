"""Walks a model from its inputs on and asks for each layer what shape it makes; what is not known stays unknown."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.rules import RULES
from kerascli.record.model_summary import TensorShape
from kerascli.spec.model_spec import ModelSpec, TensorReference

# Name of an input or path of a layer to the tensors that it makes; what has no entry is not known.
Shapes = Mapping[str, tuple[TensorShape, ...]]


def infer_shapes(model: ModelSpec) -> Shapes:
    """The shapes of all tensors that follow from the spec.

    Args:
        model: The model; its inputs may lack shapes, which the data then decides.

    Returns:
        Name to tensors, batch axis included (None: free). A layer whose output can't be told is left out, and so is
        what reads it, so that no lint is misled.
    """
    found: dict[str, tuple[TensorShape, ...]] = {
        item.name: (TensorShape((item.batch_size, *item.shape), item.dtype or "float32"),)
        for item in model.inputs
        if item.shape is not None
    }
    for layer in model.layers:
        rule = RULES.get(layer.component.name)
        reads = [_tensor(found, reference) for reference in layer.wiring.references]
        if rule is None or not reads or layer.nested is not None:
            continue
        known = [tensor for tensor in reads if tensor is not None]
        made = rule(layer.component, known) if len(known) == len(reads) else None
        if made is not None:
            found[layer.name] = made
    return found


def _tensor(found: Shapes, reference: TensorReference) -> TensorShape | None:
    tensors = found.get(reference.name, ())
    index = reference.index or 0
    return tensors[index] if index < len(tensors) else None
