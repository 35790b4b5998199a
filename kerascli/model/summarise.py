"""A built Keras model → its `ModelSummary`: what `summary` and `plot` show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import keras

from kerascli.catalog.overlay import PREFIX
from kerascli.model.traced_layers import LayerCall, trace_layers
from kerascli.model.variable_size import variable_bytes
from kerascli.record.model_summary import LayerKind, LayerRow, ModelSummary, TensorShape, split_reference
from kerascli.spec.model_spec import LayerSpec, ModelSpec


def summarise(model: Any, spec: ModelSpec, name: str) -> ModelSummary:
    """The summary of a model made from a spec.

    Args:
        model: The Keras model.
        name: What people call it.
        spec: What it was made from; it tells what each layer reads, and operations, which Keras's own list leaves out.
    """
    if spec.own_class is not None:
        rows, outputs = _own_rows(model)
    else:
        rows = list(_rows(model, spec, ""))
        outputs = [(output.name, str(output.tensor)) for output in spec.outputs]
    return ModelSummary(
        name=name,
        kind=type(model).__name__,
        layers=tuple(rows),
        outputs=tuple(outputs),
        parameters=_count(model.weights),
        trainable_parameters=_count(model.trainable_weights),
        size_bytes=sum(variable_bytes(weight) for weight in model.weights),
        optimizer=type(model.optimizer).__name__ if getattr(model, "optimizer", None) is not None else None,
    )


def _own_rows(model: Any) -> tuple[list[LayerRow], list[tuple[str, str]]]:
    """The rows and heads of a model class of one's own, as one symbolic call shows them."""
    whole = model.inputs[0] if len(model.inputs) == 1 else {tensor.name: tensor for tensor in model.inputs}
    names = {id(tensor): tensor.name for tensor in model.inputs}
    trace = trace_layers(model, ((whole,), {"training": False}), names)
    rows = [_input_row(tensor, "") for tensor in model.inputs] + [_traced_row(call) for call in trace.calls]
    known = {row.path for row in rows if not row.inside}
    if isinstance(trace.heads, tuple):
        heads = list(zip(model.output_names, trace.heads, strict=True))
    else:
        heads = [(name, trace.heads[name]) for name in model.output_names]
    return rows, [(name, _outer(head, known)) for name, head in heads]


def _outer(head: str, known: set[str]) -> str:
    """The layer of the model itself that a head comes from, which may be inside one of its models."""
    return head if split_reference(head)[0] in known or head in known else head.partition("/")[0]


def _traced_row(call: LayerCall) -> LayerRow:
    policy = getattr(call.layer, "dtype_policy", None)
    outputs = tuple(TensorShape(tuple(one.shape), one.dtype.name) for one in call.outputs)
    return LayerRow(
        path=call.path,
        class_name=type(call.layer).__name__,
        kind="model" if isinstance(call.layer, keras.Model) else "layer",
        inputs=call.reads,
        outputs=outputs,
        parameters=0 if call.again else _count(call.layer.weights),
        trainable_parameters=0 if call.again else _count(call.layer.trainable_weights),
        trainable=bool(call.layer.trainable),
        dtype=policy.name if policy is not None else outputs[0].dtype,
        inside=call.inside,
        shared=call.layer.name if call.again else None,
    )


def _inner_rows(layer: LayerSpec, operation: Any, inside: str) -> Iterator[LayerRow]:
    """What is inside a model that a layer is: a plugin's, whose layers no spec tells."""
    path = _path(inside, layer.name)
    node = operation._inbound_nodes[0]
    tensors = [one for one in keras.tree.flatten(node.arguments.args) if isinstance(one, keras.KerasTensor)]
    tensors += [one for one in keras.tree.flatten(node.arguments.kwargs) if isinstance(one, keras.KerasTensor)]
    reads = [_path(inside, str(reference)) for reference in layer.wiring.references]
    names = {id(tensor): name for tensor, name in zip(tensors, reads, strict=False)}
    if len(names) == len({id(tensor) for tensor in tensors}):
        trace = trace_layers(operation, (node.arguments.args, dict(node.arguments.kwargs)), names, path)
        yield from (_traced_row(call) for call in trace.calls)


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
        elif layer.component.name.startswith(PREFIX) and isinstance(operation, keras.Model) and layer.shared is None:
            yield from _inner_rows(layer, operation, inside)


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
