"""A `ModelSpec` → a `keras.Model`: `keras.Sequential` for a plain chain, functional for anything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import keras

from kerascli.catalog import load_catalog
from kerascli.components import (
    MAKERS,
    build_argument,
    build_component,
    keras_fault,
    keras_object,
    operation_constant,
    operation_constants,
)
from kerascli.errors import Diagnostic, Note, SpecError
from kerascli.model.own_class import make_own_class
from kerascli.spec.component import Component
from kerascli.spec.leading_arguments import leading_arguments
from kerascli.spec.model_spec import (
    Constant,
    InputSpec,
    LayerSpec,
    ModelSpec,
    TensorReference,
    WiredArgument,
)


def make_model(model: ModelSpec) -> Any:
    """The Keras model of a spec, not compiled.

    Args:
        model: The wiring, the shape of every input known.

    Returns:
        A `keras.Sequential` or a functional `keras.Model`. One input is a bare tensor, several are a list in the order
        of the spec; so are the outputs. It has the name that Keras gives the first model of a process, since names decide
        the order in which TensorFlow adds some numbers: a script that builds the same model gets the same bits.
        `output_names` holds the names of the heads, which logs carry.

    Raises:
        SpecError: Keras refuses a layer or a call (at its line), or a layer with several outputs is read as one.
    """
    if model.own_class is not None:
        built = make_own_class(model, model.own_class, [_input(item) for item in model.inputs])
    else:
        built = _make(model, model.topology, None)
    # Keras would name the logs after the output layers; a head may have another name.
    built.output_names = [output.name for output in model.outputs]
    return built


def _make(model: ModelSpec, name: str, given: list[Any] | None) -> Any:
    """A model of its own, or a nested one, whose inputs may take their shapes from the tensors that it is called on."""
    if given is not None:
        inputs = tuple(_like(item, tensor) for item, tensor in zip(model.inputs, given, strict=True))
        model = replace(model, inputs=inputs)
    return _sequential(model, name) if model.topology == "sequential" else _functional(model, name)


def _like(item: InputSpec, tensor: Any) -> InputSpec:
    if item.shape is not None:
        return item
    return replace(item, shape=tuple(tensor.shape[1:]), dtype=item.dtype or str(tensor.dtype))


def _make_argument(component: Component) -> Any:
    """A nested model that is an argument of a layer, such as the layer of `TimeDistributed`."""
    model = component.value("model")
    assert isinstance(model, ModelSpec)
    for item in model.inputs:
        if item.shape is None:
            message = "the shapes of a model that is an argument can't be inferred"
            hint = "write 'inputs: {name: [size]}'"
            raise SpecError(message, code="missing-shape", span=item.span or component.span, hint=hint)
    return _make(model, model.topology, None)


# The room of components lies below this one, and knows models only by this entry.
MAKERS["models"] = _make_argument


def _input(item: InputSpec) -> Any:
    assert item.shape is not None
    try:
        return keras.Input(
            shape=item.shape, batch_size=item.batch_size, dtype=item.dtype, sparse=item.sparse or None, name=item.name
        )
    except (TypeError, ValueError) as error:
        raise SpecError(
            f"Keras refuses the input '{item.name}': {error}", code="keras-error", span=item.span
        ) from error


def _make_layer(layer: LayerSpec, given: list[Any]) -> Any:
    """The layer's object, with the name and `trainable` that stand beside it."""
    with _noted(layer):
        if layer.nested is not None:
            made = _make(layer.nested, layer.keras_name, given)
        else:
            additional: dict[str, object] = {"name": layer.keras_name}
            made = build_component(layer.component, **additional)
        if layer.trainable is not None:
            made.trainable = layer.trainable
        return made


@contextmanager
def _noted(layer: LayerSpec) -> Iterator[None]:
    """Adds to a fault inside a block where the block is used."""
    try:
        yield
    except SpecError as error:
        notes = tuple(Note("the block is used here", span) for span in layer.used)
        if not notes:
            raise
        raise SpecError([replace(one, notes=(*one.notes, *notes)) for one in error.diagnostics]) from error


def _sequential(model: ModelSpec, name: str) -> Any:
    start = _input(model.inputs[0])
    built = keras.Sequential([start], name=name)
    above = start
    for place, layer in enumerate(model.layers):
        made = _make_layer(layer, [above])
        try:
            built.add(made)
        except Exception as error:  # Whatever Keras raises on a call is said again at the layer's place.
            with _noted(layer):
                raise keras_fault(error, layer.component, doing="calling", span=layer.span) from error
        if getattr(built, "outputs", None) is None:
            # Keras leaves a model unbuilt where a layer does not tell its shapes, and says why only in a call.
            _called(layer, made, [above], {})
        above = built.outputs[0] if len(built.outputs) == 1 else built.outputs
        if not isinstance(above, keras.KerasTensor):
            # The fault is the reader's: the entry below, or the model's output.
            below = model.layers[place + 1 : place + 2]
            span = below[0].span if below else model.outputs[0].span
            raise _several_outputs(layer.name, len(built.outputs), span)
    return built


def _functional(model: ModelSpec, name: str) -> Any:
    tensors: dict[str, Any] = {item.name: _input(item) for item in model.inputs}
    starts = list(tensors.values())
    made: dict[str, Any] = {}
    for layer in model.layers:
        tensors[layer.name] = _call(layer, tensors, made)
    ends = [_tensor(output.tensor, tensors) for output in model.outputs]
    one_input, one_output = len(starts) == 1, len(ends) == 1
    try:
        return keras.Model(starts[0] if one_input else starts, ends[0] if one_output else ends, name=name)
    except ValueError as error:
        raise SpecError(f"Keras refuses the model: {error}", code="keras-error", span=model.span) from error


def _call(layer: LayerSpec, tensors: Mapping[str, Any], made: dict[str, Any]) -> Any:
    """The result of calling one layer or operation on its tensors.

    Args:
        layer: The layer.
        tensors: The tensors so far, by the name of their entry.
        made: The layers so far, by path; the new one is added.
    """
    positional, keywords = _call_arguments(layer, tensors)
    if layer.component.group == "ops":
        called: Any = keras_object(layer.component)
        constants = operation_constants(layer.component)
        positional = [*_leading_constants(layer, constants), *positional]
        keywords = {**constants, **keywords}
    elif layer.shared is not None:
        called = made[layer.shared]
    else:
        called = made[layer.name] = _make_layer(layer, _read(layer, tensors))
    result = _called(layer, called, positional, keywords)
    if layer.component.group == "ops":
        _name_operation(result, layer.keras_name)
    return result


def _called(layer: LayerSpec, called: Any, positional: list[Any], keywords: dict[str, Any]) -> Any:
    """What a call returns; whatever Keras raises is said again at the layer's place."""
    try:
        result = called(*positional, **keywords)
    except Exception as error:  # Keras raises many kinds on a call, and a plugin's layer any.
        with _noted(layer):
            raise keras_fault(error, layer.component, doing="calling", span=layer.span) from error
    if result is None:
        message = f"the 'call' of {layer.component.name} returns nothing"
        raise SpecError(message, code="plugin", span=layer.span, hint="let it return a tensor")
    return result


def _read(layer: LayerSpec, tensors: Mapping[str, Any]) -> list[Any]:
    """The tensors of a call without arguments by name."""
    return [_tensor(reference, tensors) for reference in layer.wiring.tensors]


def _leading_constants(layer: LayerSpec, constants: dict[str, Any]) -> list[Any]:
    """Constants that stand before any number of tensors (`ops.einsum`), taken out of the keywords."""
    entry = load_catalog().find("ops", layer.component.name)
    call = entry.call if entry is not None else None
    if call is None or call.variadic is None:
        return []
    before = call.parameters[: call.parameters.index(call.variadic)]
    return [constants.pop(name) for name in before if name in constants]


def _name_operation(result: Any, name: str) -> None:
    """Gives the operation behind a result its name in the spec.

    A function of `keras.ops` names its operation by a counter of the whole process (`add_7`), which could also be the
    name of a layer here. Where the function is made of several operations, the last one is the entry.
    """
    for tensor in result if isinstance(result, list | tuple) else [result]:
        history = getattr(tensor, "_keras_history", None)
        if history is not None:
            history.operation.name = name


def _call_arguments(layer: LayerSpec, tensors: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    wiring = layer.wiring
    found = [_tensor(reference, tensors) for reference in wiring.tensors]
    if wiring.kind == "mapping":
        named = {name: _wired(layer, name, value, tensors) for name, value in wiring.arguments}
        return [named.pop(name) for name in leading_arguments(layer)], named
    return ([found] if wiring.kind == "list" else found), {}


def _wired(layer: LayerSpec, name: str, value: WiredArgument, tensors: Mapping[str, Any]) -> Any:
    if isinstance(value, Constant):
        if layer.component.group == "ops":
            return operation_constant(layer.component, name, value.value)
        return build_argument(value.value)
    if isinstance(value, TensorReference):
        return _tensor(value, tensors)
    return [_tensor(reference, tensors) for reference in value]


def _tensor(reference: TensorReference, tensors: Mapping[str, Any]) -> Any:
    """The one tensor that a reference means."""
    value = tensors[reference.name]
    several = list(value) if isinstance(value, list | tuple) else None
    if reference.index is None:
        if several is None:
            return value
        if len(several) == 1:
            return several[0]
        raise _several_outputs(reference.name, len(several), reference.span)
    several = [value] if several is None else several
    if reference.index >= len(several):
        word = "one output" if len(several) == 1 else f"{len(several)} outputs"
        message = f"'{reference.name}' has {word}, no '{reference}'"
        hint = f"write '{reference.name}:{len(several) - 1}' for the last"
        raise SpecError(message, code="output-index", span=reference.span, hint=hint)
    return several[reference.index]


def _several_outputs(name: str, count: int, span: Any) -> SpecError:
    hint = f"write '{name}:0' for the first"
    diagnostic = Diagnostic("several-outputs", f"'{name}' has {count} outputs where one tensor is meant", span, hint)
    return SpecError([diagnostic])
