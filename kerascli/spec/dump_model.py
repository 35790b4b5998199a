"""A `ModelSpec` as plain values: the flat list of its layers, each with its name and what it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerascli.spec.component import Component
from kerascli.spec.model_parser import INFERRED_INPUT
from kerascli.spec.model_spec import (
    Constant,
    InputSpec,
    LayerSpec,
    ModelSpec,
    StartWeights,
    TensorReference,
    WiredArgument,
)
from kerascli.spec.yaml_writer import Flow, FlowList


class ModelWriter:
    """Writes models with blocks and repeats expanded, so that the text builds the same layers by the same names."""

    def __init__(self, component: Callable[[Component], Any], value: Callable[[object], Any]) -> None:
        """Takes what writes a component, and what writes the value of an argument."""
        self._component = component
        self._value = value

    def model(self, model: ModelSpec) -> dict[str, Any]:
        """The `model` section."""
        out: dict[str, Any] = {}
        if model.inputs:
            out["inputs"] = {item.name: _input(item) for item in model.inputs}
        if model.own_class is not None:
            out["class"] = model.own_class.name
            arguments = {name: self._value(value) for name, value in model.own_class.keywords.items()}
            out |= {"arguments": Flow(arguments)} if arguments else {}
            out["outputs"] = FlowList(output.name for output in model.outputs)
            out |= self._starts(model)
            return out
        # A model whose one input is still to be inferred goes by the parser's name for it.
        names = [item.name for item in model.inputs] or [INFERRED_INPUT]
        above = names[0] if len(names) == 1 else None
        out["layers"] = []
        for layer in model.layers:
            out["layers"].append(self.layer(layer, above))
            above = layer.name
        if [output.name for output in model.outputs] == [str(output.tensor) for output in model.outputs]:
            out["outputs"] = FlowList(output.name for output in model.outputs)
        else:
            out["outputs"] = Flow({output.name: str(output.tensor) for output in model.outputs})
        out["topology"] = model.topology
        return out | self._starts(model)

    def _starts(self, model: ModelSpec) -> dict[str, Any]:
        sources = [self._start(one) for one in model.start]
        return {"weights": sources[0] if len(sources) == 1 else sources} if sources else {}

    def _start(self, start: StartWeights) -> Any:
        source = self._component(start.source) if isinstance(start.source, Component) else start.source
        skip = {"skip": FlowList(start.skip)} if start.skip else {}
        return Flow({"from": source, "match": start.match, **skip})

    def layer(self, layer: LayerSpec, above: str | None) -> dict[str, Any]:
        """One entry of `layers`; `above` is the name of the entry above it."""
        entry = self._head(layer)
        entry["path" if "/" in layer.name else "name"] = layer.name
        reads = layer.wiring
        implied = reads.kind == "one" and reads.references[0].index is None
        if not (implied and reads.references[0].name == above):
            entry["inputs"] = self._inputs(layer)
        if layer.trainable is not None:
            entry["trainable"] = layer.trainable
        if layer.weights is not None:
            entry["weights"] = layer.weights
        return entry

    def _head(self, layer: LayerSpec) -> dict[str, Any]:
        """What the entry is: a layer with its arguments, a nested model, or a layer that is called again."""
        if layer.shared is not None:
            return {"layer": layer.shared}
        if layer.nested is not None:
            return {"Model": self.model(layer.nested)}
        component = self._component(layer.component)
        if not isinstance(component, dict):
            return {component: Flow()}
        # The name and `trainable` may have been written among the arguments; the resolved place is beside the layer.
        arguments = next(iter(component.values()))
        arguments.pop("name", None)
        arguments.pop("trainable", None)
        return dict(component)

    def _inputs(self, layer: LayerSpec) -> Any:
        wiring = layer.wiring
        if wiring.kind == "one":
            return str(wiring.tensors[0])
        if wiring.kind == "mapping":
            return Flow({name: self._wired(value) for name, value in wiring.arguments})
        return FlowList(str(tensor) for tensor in wiring.tensors)

    def _wired(self, value: WiredArgument) -> Any:
        if isinstance(value, TensorReference):
            return str(value)
        if isinstance(value, Constant):
            return self._value(value.value)
        return FlowList(str(tensor) for tensor in value)


def _input(item: InputSpec) -> Any:
    """The shape alone where there is no more to say."""
    out = {
        **({} if item.shape is None else {"shape": FlowList(item.shape)}),
        **({} if item.dtype is None else {"dtype": item.dtype}),
        **({} if item.batch_size is None else {"batch_size": item.batch_size}),
    }
    return out["shape"] if list(out) == ["shape"] else Flow(out)
