"""A Keras model → `.keras` → spec → model, and how the two models are compared."""

from __future__ import annotations

import inspect
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerascli import build_model, load_spec
from kerascli.translate.convert import Conversion, convert


@dataclass
class RoundTrip:
    """What came out.

    Attributes:
        text: The spec.
        conversion: What `convert` returned.
        model: The model that the spec builds.
    """

    text: str
    conversion: Conversion
    model: Any


def there_and_back(model: Any, folder: Path) -> RoundTrip:
    """Saves the model, converts the file, builds the spec."""
    path = folder / "model.keras"
    model.save(path)
    conversion = convert(path)
    spec = folder / "spec.yaml"
    spec.write_text(conversion.text, encoding="utf-8")
    return RoundTrip(conversion.text, conversion, build_model(load_spec(spec)))


def assert_same_model(model: Any, made: Any, renames: Mapping[str, str] | None = None) -> None:
    """The same class, the same layers with the same configs, wired the same way."""
    assert type(made) is type(model)
    assert described(made, {}) == described(model, dict(renames or {}))


def assert_same_outputs(model: Any, made: Any, seed: int = 0) -> None:
    """With the weights copied in order, the same outputs on random input."""
    assert [tuple(w.shape) for w in made.weights] == [tuple(w.shape) for w in model.weights]
    made.set_weights(model.get_weights())
    inputs = [random_input(tensor, seed + number) for number, tensor in enumerate(model.inputs)]
    expected = _flat(model(model_inputs(model, inputs), training=False))
    given = _flat(made(inputs[0] if len(inputs) == 1 else inputs, training=False))
    assert len(given) == len(expected)
    for one, other in zip(given, expected, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))


def model_inputs(model: Any, inputs: list[Any]) -> Any:
    """The inputs in the structure that the model was made with."""
    return keras.tree.pack_sequence_as(model._inputs_struct, inputs) if hasattr(model, "_inputs_struct") else inputs[0]


def random_input(tensor: Any, seed: int) -> Any:
    """Three samples for an input."""
    shape = [3 if number == 0 and size is None else (size or 4) for number, size in enumerate(tensor.shape)]
    random = np.random.default_rng(seed)
    if tensor.dtype == "string":
        return keras.ops.convert_to_tensor(random.choice(["a", "b", "z"], shape).astype(object), dtype="string")
    if "int" in tensor.dtype:
        return keras.ops.convert_to_tensor(random.integers(0, 4, shape), dtype=tensor.dtype)
    return keras.ops.convert_to_tensor(random.normal(size=shape), dtype=tensor.dtype)


def described(model: Any, renames: dict[str, str]) -> Any:
    """The model as comparable values: by name the class, the config and the calls of every operation."""
    if isinstance(model, keras.Sequential):
        # Inputs that no layer made are no part of what a Sequential is.
        return [_operation(layer, {layer}, renames) for layer in model.layers]
    makers = [op for op in model.operations if type(op).__name__ in ("NotEqual", "Any")]
    # Keras names the operations that make masks by a counter of the process.
    renames = renames | {op.name: f"mask {number}" for number, op in enumerate(makers)}
    nodes = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    operations = {renames.get(op.name, op.name): _operation(op, nodes, renames) for op in model.operations}
    ends = [_reference(tensor, renames) for tensor in model.outputs]
    return {"operations": operations, "outputs": ends, "inputs": [_reference(t, renames) for t in model.inputs]}


def _operation(operation: Any, nodes: Any, renames: dict[str, str]) -> Any:
    config = described(operation, {}) if isinstance(operation, keras.Model) else _plain(operation.get_config())
    calls = [_call(operation, node, renames) for node in operation._inbound_nodes if id(node) in nodes]
    return {"class": type(operation).__name__, "config": config, "calls": calls}


def _call(operation: Any, node: Any, renames: dict[str, str]) -> Any:
    if node.is_input:
        return None
    bound: dict[str, Any] = {}
    names = list(inspect.signature(operation.call).parameters)
    bound |= (
        dict(zip(names, node.arguments.args, strict=False))
        if len(node.arguments.args) <= len(names)
        else {"*": node.arguments.args}
    )
    bound |= node.arguments.kwargs
    if isinstance(operation, keras.Model):
        bound = {"inputs": keras.tree.flatten(next(iter(bound.values())))}
        bound["inputs"] = bound["inputs"][0] if len(bound["inputs"]) == 1 else bound["inputs"]
    return {
        name: _value(value, renames)
        for name, value in bound.items()
        if value is not None and not (name == "training" and value is False)
    }


def _value(value: Any, renames: dict[str, str]) -> Any:
    if isinstance(value, keras.KerasTensor):
        return _reference(value, renames)
    if isinstance(value, list | tuple):
        return [_value(item, renames) for item in value]
    if isinstance(value, Mapping):
        return {name: _value(item, renames) for name, item in value.items()}
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return np.asarray(value).tolist()
    return repr(value) if isinstance(value, slice) or value is Ellipsis else value


def _reference(tensor: Any, renames: dict[str, str]) -> list[Any]:
    history = tensor._keras_history
    return [renames.get(history.operation.name, history.operation.name), history.tensor_index]


def _plain(config: Any) -> Any:
    """A config without the names of layers and without what Keras adds on building."""
    serialized = keras.saving.serialize_keras_object(config)
    return _without_names(json.loads(json.dumps(serialized, default=str)))


def _without_names(value: Any) -> Any:
    if isinstance(value, dict):
        skip = ("name", "shared_object_id", "build_config")
        return {key: _without_names(item) for key, item in value.items() if key not in skip}
    return [_without_names(item) for item in value] if isinstance(value, list) else value


def _flat(values: Any) -> list[Any]:
    return keras.tree.flatten(values)


def config_of(path: Path) -> Any:
    """The config in an archive."""
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("config.json"))
