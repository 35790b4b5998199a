"""A built Keras model → its `ModelSummary`: what `summary` and `plot` show."""

from __future__ import annotations

from typing import Any

import keras

from kerascli.record.model_summary import LayerKind, LayerRow, ModelSummary, TensorShape
from kerascli.spec.model_spec import LayerSpec, ModelSpec


def summarise(model: Any, spec: ModelSpec, name: str) -> ModelSummary:
    """The summary of a model made from a spec.

    Args:
        model: The Keras model.
        name: What people call it.
        spec: What it was made from; it tells what each layer reads, and operations, which Keras's own list leaves out.
    """
    operations = {operation.name: operation for operation in _operations(model)}
    rows = [_input_row(tensor) for tensor in model.inputs]
    rows += [_row(layer, operations[layer.name]) for layer in spec.layers if layer.name in operations]
    return ModelSummary(
        name=name,
        kind=type(model).__name__,
        layers=tuple(rows),
        outputs=tuple((output.name, str(output.tensor)) for output in spec.outputs),
        parameters=_count(model.weights),
        trainable_parameters=_count(model.trainable_weights),
        size_bytes=sum(_count([weight]) * _bytes(weight) for weight in model.weights),
        optimizer=type(model.optimizer).__name__ if getattr(model, "optimizer", None) is not None else None,
    )


def _operations(model: Any) -> list[Any]:
    """Layers and operations; a `Sequential` keeps its layers only."""
    return list(model.layers) if isinstance(model, keras.Sequential) else list(model.operations)


def _input_row(tensor: Any) -> LayerRow:
    shape = TensorShape(tuple(tensor.shape), str(tensor.dtype))
    return LayerRow(tensor.name, "Input", "input", (), (shape,), 0, 0, True, str(tensor.dtype))


def _row(layer: LayerSpec, operation: Any) -> LayerRow:
    kind: LayerKind = "layer"
    if layer.component.group == "ops":
        kind = "operation"
    elif isinstance(operation, keras.Model):
        kind = "model"
    weights = getattr(operation, "weights", [])
    policy = getattr(operation, "dtype_policy", None)
    outputs = tuple(
        TensorShape(tuple(tensor.shape), str(tensor.dtype)) for tensor in keras.tree.flatten(operation.output)
    )
    return LayerRow(
        path=layer.name,
        class_name=layer.component.name,
        kind=kind,
        inputs=tuple(str(reference) for reference in layer.wiring.references),
        outputs=outputs,
        parameters=_count(weights),
        trainable_parameters=_count(getattr(operation, "trainable_weights", [])),
        trainable=bool(getattr(operation, "trainable", True)),
        dtype=policy.name if policy is not None else outputs[0].dtype,
    )


def _count(weights: list[Any]) -> int:
    total = 0
    for weight in weights:
        size = 1
        for length in weight.shape:
            size *= int(length)
        total += size
    return total


def _bytes(weight: Any) -> int:
    """The bytes of one number of a weight."""
    name = str(weight.dtype)
    if name == "bool":
        return 1
    return int("".join(character for character in name if character.isdigit()) or 8) // 8
