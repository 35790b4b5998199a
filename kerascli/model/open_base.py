"""A base of `keras.applications` becomes layers of the model: Keras makes it once, to say what it is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras

from kerascli.components import build_component
from kerascli.components.downloads import no_downloads
from kerascli.errors import Diagnostic, SpecError, did_you_mean
from kerascli.spec.from_keras import model_from_config
from kerascli.spec.model_spec import (
    LayerSpec,
    ModelSpec,
    OpenBase,
    OutputSpec,
    TensorReference,
    WiredArgument,
    Wiring,
)
from kerascli.spec.patterns import frozen_but, layer_paths, matching
from kerascli.spec.topology.base import BASE_OUTPUT, splice
from kerascli.spec.topology.heads import topology_of


def close_base(model: ModelSpec) -> ModelSpec:
    """The model with its base spliced in; the same where it has none that is open.

    Raises:
        SpecError: Keras refuses the base, it has no layer of a name that is read, or a pattern matches nothing.
    """
    base = model.open_base
    if base is None:
        return model
    with no_downloads():
        made = build_component(base.component)
    wiring = model_from_config(keras.saving.serialize_keras_object(made), source=base.span.source.name).model
    wiring = _located(wiring, base)
    wiring = _frozen(wiring, base)
    start = _starts(base, wiring)
    layers = tuple(replace(layer, wiring=_rewired(layer.wiring, start)) for layer in model.layers)
    outputs = tuple(replace(one, tensor=_renamed(one.tensor, start)) for one in model.outputs)
    _check_references(wiring, layers, outputs)
    inputs, layers = splice(wiring, model.inputs, layers, outputs)
    topology = topology_of(inputs, layers, outputs)
    return replace(model, inputs=inputs, layers=layers, outputs=outputs, topology=topology, open_base=None)


def _located(wiring: ModelSpec, base: OpenBase) -> ModelSpec:
    """The base's layers, whose place in the spec is the base's."""
    layers = tuple(replace(layer, span=base.span, from_base=True) for layer in wiring.layers)
    inputs = tuple(replace(item, span=base.span) for item in wiring.inputs)
    return replace(wiring, inputs=inputs, layers=layers)


def _frozen(wiring: ModelSpec, base: OpenBase) -> ModelSpec:
    if base.trainable is None or base.trainable is True:
        return wiring
    patterns = () if base.trainable is False else base.trainable
    paths = list(layer_paths(wiring))
    for pattern, span in patterns:
        if not matching(pattern, paths):
            hint = did_you_mean(pattern, [path for path, _ in paths])
            message = f"no layer of the base matches '{pattern}'"
            raise SpecError([Diagnostic("no-match", message, span, hint)])
    return replace(wiring, layers=frozen_but(wiring.layers, (pattern for pattern, _ in patterns)))


def _starts(base: OpenBase, wiring: ModelSpec) -> TensorReference:
    """What an entry reads that says nothing."""
    outputs = base.outputs or tuple(output.tensor for output in wiring.outputs)
    if len(outputs) != 1:
        names = ", ".join(f"'{one}'" for one in outputs)
        message = f"the first entry must say which of the outputs of the base {names} it reads"
        raise SpecError([Diagnostic("missing-inputs", message, base.span, "add 'inputs: …'")])
    return outputs[0]


def _renamed(reference: TensorReference, start: TensorReference) -> TensorReference:
    return replace(start, span=reference.span) if reference.name == BASE_OUTPUT else reference


def _rewired(wiring: Wiring, start: TensorReference) -> Wiring:
    arguments: list[tuple[str, WiredArgument]] = []
    for word, value in wiring.arguments:
        if isinstance(value, TensorReference):
            value = _renamed(value, start)
        elif isinstance(value, tuple):
            value = tuple(_renamed(one, start) for one in value)
        arguments.append((word, value))
    return Wiring(wiring.kind, tuple(_renamed(one, start) for one in wiring.tensors), tuple(arguments))


def _check_references(wiring: ModelSpec, layers: tuple[LayerSpec, ...], outputs: tuple[OutputSpec, ...]) -> None:
    known = [*(item.name for item in wiring.inputs), *(layer.name for layer in (*wiring.layers, *layers))]
    found: list[Any] = []
    references = [one for layer in layers for one in layer.wiring.references] + [one.tensor for one in outputs]
    for one in references:
        if one.name not in known:
            message = f"no layer or input is named '{one.name}'"
            found.append(Diagnostic("unknown-layer", message, one.span, did_you_mean(one.name, known)))
    if found:
        raise SpecError(found)
