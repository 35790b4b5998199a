"""A `ModelSpec` as YAML that people would have written: short forms, names and `inputs` only where they are needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerascli.catalog import load_catalog
from kerascli.spec.component import Component
from kerascli.spec.model_parser import INFERRED_INPUT
from kerascli.spec.model_spec import Constant, InputSpec, LayerSpec, ModelSpec, TensorReference, WiredArgument, Wiring
from kerascli.spec.problems import Problems
from kerascli.spec.topology.heads import read_topology
from kerascli.spec.yaml_writer import NOTHING, Flow, FlowList, Plain, Quoted, write_yaml


def brief_model(model: ModelSpec) -> dict[str, Any]:
    """The `model` section as plain values; reading it gives an equal model.

    Args:
        model: The model; `named` of its layers says which names are written.
    """
    out: dict[str, Any] = {}
    if model.inputs:
        out["inputs"] = _inputs(model.inputs)
    names = [item.name for item in model.inputs] or [INFERRED_INPUT]
    above = names[0] if len(names) == 1 else None
    out["layers"] = []
    for layer in model.layers:
        out["layers"].append(_entry(layer, above))
        above = layer.name
    if not _outputs_follow(model):
        out["outputs"] = _outputs(model)
    inputs = model.inputs or (InputSpec(INFERRED_INPUT, None),)
    if read_topology(None, inputs, model.layers, model.outputs, Problems(), whole=True) != model.topology:
        out["topology"] = model.topology
    return out


def brief_value(value: object) -> Any:
    """The value of an argument."""
    if isinstance(value, Component):
        return brief_component(value)
    if isinstance(value, ModelSpec):
        return brief_model(value)
    if isinstance(value, tuple | list):
        return FlowList(brief_value(item) for item in value)
    if isinstance(value, Mapping):
        plain = Flow({str(key): brief_value(item) for key, item in value.items()})
        looks_like_component = len(plain) == 1 and next(iter(plain))[:1].isupper()
        return Flow({"plain": plain}) if looks_like_component else plain
    return Quoted(value) if isinstance(value, str) and ":" in value else value


def brief_component(component: Component, filled: tuple[str, ...] = ()) -> Any:
    """`Name`, `{Name: value}` for the first parameter alone, or `{Name: {argument: value}}`.

    Args:
        component: The component.
        filled: The parameters of an operation that its tensors fill.
    """
    if component.group == "models":
        return {component.name: brief_value(component.value("model"))}
    arguments = component.keywords
    if not arguments:
        return component.name
    entry = load_catalog().find(component.group, component.name)
    free = [parameter.name for parameter in entry.parameters if parameter.name not in filled] if entry else []
    only = next(iter(arguments.values())) if list(arguments) == free[:1] and _goes_alone(component, free[0]) else None
    if only is not None and not isinstance(only, Component | Mapping | ModelSpec):
        return Flow({component.name: _fraction(only) or brief_value(only)})
    values = {name: _fraction(value) or brief_value(value) for name, value in arguments.items()}
    return Flow({component.name: Flow(values)})


def _fraction(value: object) -> Any:
    """`1/255` for a number that is just that, and longer as a decimal."""
    if not isinstance(value, float) or len(repr(value)) < 10 or not 0 < value < 1:
        return None
    return next((Plain(f"1/{below}") for below in (round(1 / value), 127.5) if 1 / below == value), None)


def _goes_alone(component: Component, name: str) -> bool:
    """Whether a reader knows what the value means without the name of the parameter: `Dropout: 0.5`."""
    entry = load_catalog().find(component.group, component.name)
    parameter = entry.parameter(name) if entry is not None else None
    if component.group == "ops":
        # The other side of `ops.multiply: 2.0`, the index of `ops.get_item: ':, 0'`.
        return name in ("x2", "key")
    return (parameter is not None and parameter.required) or name in _SPEAKING or component.group in _SPEAKING


# What goes without its name though it has a default: `MaxPooling2D: 3`, `L2: 1e-4`, `Adam: 1e-3`, `Constant: 0`.
_SPEAKING = ("value", "pool_size", "size", "padding", "cropping", "regularizers", "constraints", "optimizers")


def _entry(layer: LayerSpec, above: str | None) -> Any:
    """One entry of `layers`; `above` is the name of the entry above it."""
    head = _head(layer)
    beside: dict[str, Any] = {}
    if layer.named:
        beside["path" if "/" in layer.name else "name"] = layer.name
    reads = layer.wiring
    implied = reads.kind == "one" and reads.tensors[0].index is None and reads.tensors[0].name == above
    if not implied:
        beside["inputs"] = _reads(reads)
    if layer.trainable is not None:
        beside["trainable"] = layer.trainable
    if layer.weights is not None:
        beside["weights"] = layer.weights
    if isinstance(head, str):
        return {head: NOTHING, **beside} if beside else head
    return {**head, **beside}


def _head(layer: LayerSpec) -> Any:
    if layer.shared is not None:
        return {"layer": layer.shared}
    if layer.nested is not None:
        return {"Model": brief_model(layer.nested)}
    head = brief_component(layer.component, _filled(layer))
    # Block style outside, so that the keys beside it stand on lines of their own.
    return {name: _laid_out(value) for name, value in head.items()} if isinstance(head, Mapping) else head


def _laid_out(value: Any) -> Any:
    """A mapping that is too long for one line, or that holds a model, as a block."""
    if not isinstance(value, Mapping) or (len(write_yaml(value)) <= _WIDTH and not _holds_block(value)):
        return value
    return {name: _laid_out(item) for name, item in value.items()}


def _holds_block(value: Any) -> bool:
    if isinstance(value, Mapping):
        return not isinstance(value, Flow) or any(_holds_block(item) for item in value.values())
    return isinstance(value, list) and any(_holds_block(item) for item in value)


# Characters of the arguments on a layer's line.
_WIDTH = 90


def _filled(layer: LayerSpec) -> tuple[str, ...]:
    """The parameters of an operation that its tensors fill, as the parser has them."""
    if layer.component.group != "ops":
        return ()
    entry = load_catalog().find("ops", layer.component.name)
    call = entry.call if entry is not None else None
    wiring = layer.wiring
    if wiring.kind == "mapping":
        return tuple(name for name, _ in wiring.arguments)
    if call is None or call.variadic is not None:
        return (call.variadic,) if call is not None and call.variadic else ()
    return call.tensor_parameters[: 1 if wiring.kind in ("one", "list") else len(wiring.tensors)]


def _reads(wiring: Wiring) -> Any:
    if wiring.kind == "one":
        return str(wiring.tensors[0])
    if wiring.kind == "mapping":
        return Flow({name: _wired(value) for name, value in wiring.arguments})
    return FlowList(str(tensor) for tensor in wiring.tensors)


def _wired(value: WiredArgument) -> Any:
    if isinstance(value, TensorReference):
        return str(value)
    if isinstance(value, Constant):
        return brief_value(value.value)
    return FlowList(str(tensor) for tensor in value)


def _inputs(inputs: tuple[InputSpec, ...]) -> Any:
    """A name and a shape each; the shape alone where there is no more to say."""
    out = {}
    for item in inputs:
        more = {"dtype": item.dtype, "batch_size": item.batch_size, "sparse": item.sparse or None}
        said = {name: value for name, value in more.items() if value is not None}
        shape = None if item.shape is None else FlowList(item.shape)
        out[item.name] = shape if shape is not None and not said else Flow({"shape": shape, **said})
    return Flow(out) if len(out) == 1 else out


def _outputs_follow(model: ModelSpec) -> bool:
    """Whether the last entry is the only output, under the name that it has anyway."""
    last, outputs = model.layers[-1], model.outputs
    if len(outputs) != 1 or outputs[0].tensor.name != last.name or outputs[0].tensor.index is not None:
        return False
    return outputs[0].name == (last.name if last.named or last.shared is None else last.shared)


def _outputs(model: ModelSpec) -> Any:
    if all(output.name == str(output.tensor).replace(":", "_") for output in model.outputs):
        return FlowList(str(output.tensor) for output in model.outputs)
    return Flow({output.name: str(output.tensor) for output in model.outputs})
