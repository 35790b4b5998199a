"""The graph in the config of a saved model: which layer is called on what, in an order that people would write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kerascli.quick_dataclass import dataclass
from kerascli.spec.keras_config.objects import MODELS

Config = Mapping[str, Any]
Key = tuple[str, int]


@dataclass(frozen=True)
class Tensor:
    """The output `index` of call number `call` of a layer (or of an input)."""

    layer: str
    call: int
    index: int

    @property
    def key(self) -> Key:
        """The call that makes it."""
        return (self.layer, self.call)


@dataclass(frozen=True)
class Call:
    """One call of a layer.

    Attributes:
        layer: The serialized layer.
        name: Its name in the file.
        number: Which call of that layer it is, from 0.
        positional: The positional arguments; tensors are `Tensor`s, lists are tuples, all else is as in the file.
        keywords: The keyword arguments, likewise.
    """

    layer: Config
    name: str
    number: int
    positional: tuple[object, ...]
    keywords: Mapping[str, object]

    @property
    def key(self) -> Key:
        """The name of the layer and the number of the call."""
        return (self.name, self.number)

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """All tensors that it reads, in order."""
        return tuple(tensors_in((self.positional, self.keywords)))


@dataclass(frozen=True)
class KerasGraph:
    """The graph of one model.

    Attributes:
        inputs: The serialized input layers in the order of the model's inputs.
        calls: The calls in order: each after those that it reads, branch by branch.
        outputs: The model's output tensors, each with the key that a mapping of outputs gives it, else None.
    """

    inputs: tuple[Config, ...]
    calls: tuple[Call, ...]
    outputs: tuple[tuple[str | None, Tensor], ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of all layers and inputs."""
        return frozenset(
            [*(str(layer["config"]["name"]) for layer in self.inputs), *(call.name for call in self.calls)]
        )

    @property
    def further_outputs(self) -> frozenset[Key]:
        """The calls of which some reader takes another than the first output."""
        tensors = [tensor for _, tensor in self.outputs]
        tensors += [tensor for call in self.calls for tensor in call.tensors]
        return frozenset(tensor.key for tensor in tensors if tensor.index > 0)


def functional_graph(config: Config) -> KerasGraph:
    """The graph of a functional model's config.

    Raises:
        KeyError, TypeError, ValueError: The config is not that of a functional model.
    """
    layers = {str(layer["name"]): layer for layer in config["layers"]}
    calls = {call.key: call for layer in layers.values() for call in _calls(layer)}
    # The outputs of a model count the calls of a nested one from 1, the arguments of calls count them from 0.
    outputs = []
    for key, (name, number, index) in leaves(config["output_layers"]):
        shift = 1 if layers[name]["class_name"] == "Functional" else 0
        outputs.append((key, Tensor(name, number - shift, index)))
    inputs = tuple(layers[name] for _, (name, _, _) in leaves(config["input_layers"]))
    return KerasGraph(inputs, in_order(calls, outputs), tuple(outputs))


def sequential_graph(config: Config) -> KerasGraph:
    """The graph of a `keras.Sequential`; `inputs` is empty where it was never built."""
    layers = list(config["layers"])
    inputs = layers[:1] if layers and layers[0]["class_name"] == "InputLayer" else []
    calls: list[Call] = []
    above = Tensor(str(inputs[0]["config"]["name"]) if inputs else "", 0, 0)
    for layer in layers[len(inputs) :]:
        name = str(layer["config"]["name"])
        calls.append(Call(layer, name, 0, (above,), {}))
        above = Tensor(name, 0, 0)
    return KerasGraph(tuple(inputs), tuple(calls), ((None, above),))


def leaves(structure: Any, key: str | None = None) -> Iterator[tuple[str | None, tuple[str, int, int]]]:
    """The `[name, call, index]` triples of `input_layers` or `output_layers`, each with its key in a mapping.

    A mapping is walked in the order of its sorted keys, as Keras flattens it.
    """
    if isinstance(structure, Mapping):
        for word in sorted(structure):
            yield from leaves(structure[word], word)
    elif len(structure) == 3 and isinstance(structure[0], str):
        yield key, (structure[0], int(structure[1]), int(structure[2]))
    else:
        for item in structure:
            yield from leaves(item, key)


def tensors_in(structure: object) -> Iterator[Tensor]:
    """The tensors in the arguments of a call, in order."""
    if isinstance(structure, Tensor):
        yield structure
    elif isinstance(structure, Mapping):
        for value in structure.values():
            yield from tensors_in(value)
    elif isinstance(structure, tuple):
        for value in structure:
            yield from tensors_in(value)


def _calls(layer: Config) -> Iterator[Call]:
    name = str(layer["name"])
    for number, node in enumerate(layer.get("inbound_nodes") or ()):
        if not isinstance(node, Mapping):
            raise ValueError(f"'{name}' is wired as Keras 2 wrote it")
        keywords = {str(word): _structure(value) for word, value in (node.get("kwargs") or {}).items()}
        if layer["class_name"] in MODELS:
            # Keras passes masks on into a model by itself.
            keywords.pop("mask", None)
        yield Call(layer, name, number, tuple(_structure(value) for value in node["args"]), keywords)


def _structure(raw: Any) -> object:
    if isinstance(raw, list | tuple):
        return tuple(_structure(item) for item in raw)
    if not isinstance(raw, Mapping):
        return raw
    if raw.get("class_name") == "__keras_tensor__":
        name, call, index = raw["config"]["keras_history"]
        return Tensor(str(name), int(call), int(index))
    # What is serialized stays as it is; a plain mapping may hold tensors.
    return raw if "class_name" in raw else {str(key): _structure(value) for key, value in raw.items()}


def in_order(calls: Mapping[Key, Call], outputs: Iterable[tuple[object, Tensor]]) -> tuple[Call, ...]:
    """The calls that the outputs need, each after what it reads and after the earlier calls of its layer.

    Depth first, so that a branch stands together and mostly reads the entry above.
    """
    done: dict[Key, None] = {}
    trail = [(tensor.key, False) for _, tensor in reversed(list(outputs))]
    while trail:
        key, ready = trail.pop()
        if key in done or key not in calls:
            continue
        if ready:
            done[key] = None
            continue
        trail.append((key, True))
        before = [tensor.key for tensor in calls[key].tensors]
        if key[1] > 0:
            before.insert(0, (key[0], key[1] - 1))
        trail += [(other, False) for other in reversed(before) if other not in done]
    return tuple(calls[key] for key in done)
