"""A built Keras model → its `ModelSummary`: what `summary` and `plot` show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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
    return ModelSummary(
        name=name,
        kind=type(model).__name__,
        layers=tuple(_rows(model, spec, "")),
        outputs=tuple((output.name, str(output.tensor)) for output in spec.outputs),
        parameters=_count(model.weights),
        trainable_parameters=_count(model.trainable_weights),
        size_bytes=sum(_count([weight]) * _bytes(weight) for weight in model.weights),
        optimizer=type(model.optimizer).__name__ if getattr(model, "optimizer", None) is not None else None,
    )


def _rows(model: Any, spec: ModelSpec, inside: str) -> Iterator[LayerRow]:
    """The rows of a model, each nested model followed by its own."""
    operations = {operation.name: operation for operation in _operations(model)}
    yield from (_input_row(tensor, inside) for tensor in model.inputs)
    calls: Counter[str] = Counter()
    for layer in spec.layers:
        first = layer.shared or layer.name
        operation = operations.get(first.replace("/", "."))
        if operation is None:
            # It reaches no output, and Keras left it out.
            continue
        yield _row(layer, operation, calls[first], inside)
        calls[first] += 1
        if layer.nested is not None and layer.shared is None:
            yield from _rows(operation, layer.nested, _path(inside, layer.name))


def _path(inside: str, name: str) -> str:
    return f"{inside}/{name}" if inside else name


def _operations(model: Any) -> list[Any]:
    """Layers and operations; a `Sequential` keeps its layers only."""
    return list(model.layers) if isinstance(model, keras.Sequential) else list(model.operations)


def _input_row(tensor: Any, inside: str) -> LayerRow:
    shape = TensorShape(tuple(tensor.shape), str(tensor.dtype))
    name = _path(inside, tensor.name)
    return LayerRow(name, "Input", "input", (), (shape,), 0, 0, True, str(tensor.dtype), inside)


def _row(layer: LayerSpec, operation: Any, call: int, inside: str) -> LayerRow:
    kind: LayerKind = "layer"
    if layer.component.group == "ops":
        kind = "operation"
    elif isinstance(operation, keras.Model):
        kind = "model"
    # The weights of a layer that is called again are those of its first call.
    weights = [] if layer.shared is not None else getattr(operation, "weights", [])
    trained = [] if layer.shared is not None else getattr(operation, "trainable_weights", [])
    policy = getattr(operation, "dtype_policy", None)
    outputs = tuple(TensorShape(tuple(tensor.shape), str(tensor.dtype)) for tensor in _outputs(operation, call))
    return LayerRow(
        path=_path(inside, layer.name),
        class_name=layer.component.name,
        kind=kind,
        inputs=tuple(_path(inside, str(reference)) for reference in layer.wiring.references),
        outputs=outputs,
        parameters=_count(weights),
        trainable_parameters=_count(trained),
        trainable=bool(getattr(operation, "trainable", True)),
        dtype=policy.name if policy is not None else outputs[0].dtype,
        inside=inside,
        shared=_path(inside, layer.shared) if layer.shared is not None else None,
    )


def _outputs(operation: Any, call: int) -> list[Any]:
    """The tensors that one call of a layer made; each call is a node of Keras's graph."""
    nodes = operation._inbound_nodes
    return list(nodes[min(call, len(nodes) - 1)].output_tensors)


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
