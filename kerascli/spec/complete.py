"""Writes into a spec what was inferred from the data, so that the resolved spec stands without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kerascli.spec.data_spec import DataSpec
from kerascli.spec.model_parser import INFERRED_INPUT
from kerascli.spec.model_spec import InputSpec, ModelSpec, TensorReference, Wiring
from kerascli.spec.spec import Spec


def complete_spec(spec: Spec, data: DataSpec, facts: Mapping[str, tuple[tuple[int | None, ...], str]]) -> Spec:
    """The spec with every input's shape and every field written.

    Args:
        spec: The spec.
        data: Its data section, inputs and targets filled in.
        facts: Input name to the shape of one sample and the dtype, as the transforms leave them.
    """
    return replace(spec, data=data, model=_with_inputs(spec.model, facts))


def _with_inputs(model: ModelSpec, facts: Mapping[str, tuple[tuple[int | None, ...], str]]) -> ModelSpec:
    if not model.inputs:
        name, (shape, dtype) = next(iter(facts.items()))
        inputs = (InputSpec(name, shape, dtype, span=model.span),)
        layers = tuple(replace(layer, wiring=_renamed(layer.wiring, name)) for layer in model.layers)
        outputs = tuple(replace(output, tensor=_rename(output.tensor, name)) for output in model.outputs)
        return replace(model, inputs=inputs, layers=layers, outputs=outputs)
    return replace(model, inputs=tuple(_with_shape(item, facts) for item in model.inputs))


def _with_shape(item: InputSpec, facts: Mapping[str, tuple[tuple[int | None, ...], str]]) -> InputSpec:
    if item.shape is not None:
        return item
    shape, dtype = facts[item.name]
    return replace(item, shape=shape, dtype=item.dtype or dtype)


def _rename(reference: TensorReference, name: str) -> TensorReference:
    return replace(reference, name=name) if reference.name == INFERRED_INPUT else reference


def _renamed(wiring: Wiring, name: str) -> Wiring:
    """The wiring with the nameless input by its name."""
    arguments = []
    for word, value in wiring.arguments:
        if isinstance(value, TensorReference):
            value = _rename(value, name)
        elif isinstance(value, tuple):
            value = tuple(_rename(reference, name) for reference in value)
        arguments.append((word, value))
    return Wiring(wiring.kind, tuple(_rename(tensor, name) for tensor in wiring.tensors), tuple(arguments))
