"""The config of a saved Keras model → a `ModelSpec`, without Keras: what `convert` and `model.base` start from.

A `.keras` archive holds `config.json`: classes, arguments and calls, no weights. Reading it runs no code of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

from kerascli.errors import SourceText
from kerascli.quick_dataclass import dataclass
from kerascli.record.keras_archive import read_archive_config
from kerascli.spec.component import Component
from kerascli.spec.keras_config.calls import read_call
from kerascli.spec.keras_config.components import report_class
from kerascli.spec.keras_config.graph import (
    Call,
    Config,
    KerasGraph,
    Key,
    Tensor,
    functional_graph,
    leaves,
    sequential_graph,
)
from kerascli.spec.keras_config.masks import without_implied_masks
from kerascli.spec.keras_config.names import NameSpace, with_names
from kerascli.spec.keras_config.objects import MODELS, is_model, is_object
from kerascli.spec.keras_config.outputs import gives_several
from kerascli.spec.keras_config.reading import Reading, Rename
from kerascli.spec.model_parser import INFERRED_INPUT
from kerascli.spec.model_spec import InputSpec, LayerSpec, ModelSpec, OutputSpec, TensorReference, Wiring


@dataclass(frozen=True)
class ConvertedModel:
    """A saved model as a spec says it.

    Attributes:
        model: The wiring. Layers keep the names of the file, where the language can hold them.
        name: The model's name in the file.
        dtype: The dtype policy that the layers have and their components leave out.
        renames: Every name that had to change.
        remarks: What the spec leaves out or says in another way.
    """

    model: ModelSpec
    name: str
    dtype: str
    renames: tuple[Rename, ...]
    remarks: tuple[str, ...]


def model_from_config(
    config: Mapping[str, Any], *, source: str = "config.json", dtype: str | None = None
) -> ConvertedModel:
    """The spec of a model from the config of its `.keras` archive.

    Args:
        config: The object in `config.json` (`keras.saving.serialize_keras_object(model)` is one too).
        source: The name of the file, for messages; every span of the result points at it.
        dtype: The dtype policy that holds where the spec says nothing, so that it is left out of the layers; None: the
            one that most layers have.

    Returns:
        The model, its components without what is Keras's default.

    Raises:
        SpecError: The model, or something in it, is not made of Keras's own classes, or the config is damaged; the
            error holds every fault.
    """
    span = SourceText(source, "").span(1, 1)
    reading = Reading(span, dtype or _common_policy(config), read_model=_model)
    model = None
    try:
        if is_model(config):
            model = _model(config, reading)
        else:
            name = str(config["class_name"])
            hint = "save it as a Sequential or functional model, or name its class in a plugin"
            reading.fault("not-convertible", f"the model is of the class '{name}', not Sequential or functional", hint)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        # The config is data: whatever it lacks is said, not raised as our bug.
        reading.fault("damaged-config", f"the config is not one of a model: {type(error).__name__}: {error}")
    reading.problems.raise_errors()
    assert model is not None
    name = str(config["config"].get("name") or "model")
    return ConvertedModel(model, name, reading.dtype, tuple(reading.renames), tuple(reading.remarks))


def read_keras_file(path: Path) -> ConvertedModel:
    """The spec of the model in a `.keras` archive.

    Raises:
        UsageError: There is no such file.
        EnvironmentProblem: It is no archive, or damaged.
        SpecError: It holds what the language does not know.
    """
    return model_from_config(read_archive_config(path), source=str(path))


# What `dtype:` of a spec can say.
_POLICIES = ("float32", "float64", "float16", "bfloat16", "mixed_float16", "mixed_bfloat16")


def _common_policy(config: object) -> str:
    """The dtype policy that most of the layers have."""
    found: Counter[str] = Counter()
    trail = [config]
    while trail:
        value = trail.pop()
        if isinstance(value, Mapping):
            inner = value.get("config")
            policy = inner.get("dtype") if isinstance(inner, Mapping) else None
            name = policy.get("config", {}).get("name") if is_object(policy) and isinstance(policy, Mapping) else None
            if name in _POLICIES:
                found[name] += 1
            trail += value.values()
        elif isinstance(value, list | tuple):
            trail += value
    return found.most_common(1)[0][0] if found else "float32"


def _model(config: Config, reading: Reading) -> ModelSpec:
    inner = config["config"]
    sequential = config["class_name"] == "Sequential"
    graph = sequential_graph(inner) if sequential else without_implied_masks(functional_graph(inner))
    names = NameSpace(reading, graph.names)
    inputs = tuple(_input(layer["config"], names, reading) for layer in graph.inputs)
    named: dict[Key, str] = {}
    for layer, item in zip(graph.inputs, inputs, strict=True):
        named[str(layer["config"]["name"]), 0] = item.name
    if not inputs:
        named["", 0] = INFERRED_INPUT
    several = graph.further_outputs | {call.key for call in graph.calls if gives_several(call)}
    layers = _layers(graph, several, named, names, reading)
    outputs = _outputs(graph, several, named, layers, reading)
    starts = [item.name for item in inputs] or [INFERRED_INPUT]
    spelled = with_names(layers, outputs, starts, starts[0] if len(starts) == 1 else None)
    return ModelSpec(inputs, spelled, outputs, "sequential" if sequential else "functional", reading.span)


def _input(config: Config, names: NameSpace, reading: Reading) -> InputSpec:
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    old = str(config["name"])
    dtype = config.get("dtype")
    for word in ("sparse", "ragged", "optional"):
        if config.get(word):
            reading.fault("not-convertible", f"the input '{reading.shown(old)}' is {word}, which a spec can't say")
    size = shape[0] if shape else None
    return InputSpec(
        names.give(old),
        tuple(shape[1:]) if shape is not None else None,
        None if dtype == "float32" else dtype,
        size,
        span=reading.span,
    )


def _layers(
    graph: KerasGraph, several: Set[Key], named: dict[Key, str], names: NameSpace, reading: Reading
) -> list[LayerSpec]:
    """The calls as layers, in order; `named` gets the name of each, `several` are those with several outputs."""
    first: dict[str, str] = {}

    def refer(tensor: Tensor) -> TensorReference:
        index = tensor.index if tensor.key in several else None
        return TensorReference(named[tensor.key], index, reading.span)

    layers: list[LayerSpec] = []
    for call in graph.calls:
        name = (
            names.give(call.name, path=True) if call.name not in first else names.another(first[call.name], call.number)
        )
        named[call.key] = name
        shared = first.get(call.name)
        layer = _layer(call, name, reading, refer)
        if layer is None:
            continue
        # An operation has no weights to share.
        if layer.component.group != "ops":
            layer = replace(layer, shared=shared, trainable=None if shared else layer.trainable)
        first.setdefault(call.name, name)
        layers.append(layer)
    return layers


def _layer(call: Call, name: str, reading: Reading, refer: Any) -> LayerSpec | None:
    trainable = False if call.layer["config"].get("trainable") is False else None
    if is_model(call.layer):
        outer, reading.model = reading.model, reading.shown(name)
        nested = _model(call.layer, reading)
        reading.model = outer
        wiring = _nested_wiring(call, reading, refer)
        component = Component("models", "Model", (), reading.span)
        return LayerSpec(name, component, wiring, trainable, span=reading.span, nested=nested) if wiring else None
    if call.layer["class_name"] in MODELS:
        report_class(call.layer, f"the layer '{reading.shown(call.name)}'", reading)
        return None
    found = read_call(call, reading, refer)
    if found is None:
        return None
    return LayerSpec(name, found.component, found.wiring, trainable, span=reading.span)


def _nested_wiring(call: Call, reading: Reading, refer: Any) -> Wiring | None:
    """A nested model is called on its inputs, in their order."""
    where = f"the model '{reading.shown(call.name)}'"
    given = call.positional[0] if call.positional else call.keywords.get("inputs")
    if call.keywords.get("training"):
        reading.remark(f"{where} is called with 'training: true', which is left out")
    if isinstance(given, Tensor):
        return Wiring("one", (refer(given),))
    if isinstance(given, Mapping):
        keys = [key for key, _ in leaves(call.layer["config"]["input_layers"])]
        given = tuple(given[str(key)] for key in keys)
    if isinstance(given, tuple) and given and all(isinstance(item, Tensor) for item in given):
        tensors = tuple(refer(tensor) for tensor in given)
        return Wiring("one", tensors) if len(tensors) == 1 else Wiring("list", tensors)
    reading.fault("not-convertible", f"{where} is called on more than a list of tensors", "build that part by hand")
    return None


def _outputs(
    graph: KerasGraph, several: Set[Key], named: Mapping[Key, str], layers: list[LayerSpec], reading: Reading
) -> tuple[OutputSpec, ...]:
    """The heads: the keys of a mapping of outputs, else the names of the layers that make them."""
    heads = NameSpace(reading, ())
    outputs = []
    for key, tensor in graph.outputs:
        index = tensor.index if tensor.key in several else None
        entry = named[tensor.key]
        reference = TensorReference(entry, index, reading.span)
        layer = next((one for one in layers if one.name == entry), None)
        if len(graph.outputs) == 1 and layer is not None and layer.shared is not None:
            # Keras knows a second call of a layer by the layer's own name.
            entry = layer.shared
        own = entry if index is None else f"{entry}_{index}"
        outputs.append(OutputSpec(heads.give(key if key is not None else own), reference, reading.span))
    return tuple(outputs)
