"""`model.base`: a trained model whose layers become layers of this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kerascli.errors import KerascliError, Note, Span, did_you_mean
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Component
from kerascli.spec.component_parser import find_name, parse_component
from kerascli.spec.model_spec import (
    InputSpec,
    LayerSpec,
    ModelSpec,
    OpenBase,
    OutputSpec,
    StartWeights,
    TensorReference,
)
from kerascli.spec.nodes import Mapping, Node, Scalar, Sequence, kind_of
from kerascli.spec.patterns import frozen_but, layer_paths, matching
from kerascli.spec.places import BASE
from kerascli.spec.problems import Problems
from kerascli.spec.section import check_keys

# What an entry reads when the base's outputs are known only later; no name of a spec can hold a blank.
BASE_OUTPUT = "the base"

Trainable = bool | tuple[tuple[str, Span], ...] | None


@dataclass(frozen=True)
class TrainedModel:
    """A model that stands on disk.

    Attributes:
        model: Its wiring.
        weights: The file with its weights, an absolute path.
    """

    model: ModelSpec
    weights: str


# A run, or a `.keras` file, as it is written → the model.
ReadTrained = Callable[[Scalar], TrainedModel]


@dataclass(frozen=True)
class Base:
    """What a base brings.

    Attributes:
        model: Its wiring, frozen as the spec says; None for one that is known only when Keras has made it.
        node: Where it is written.
        outputs: The node of `outputs`, or None.
        trainable: `trainable`: false, or what stays trainable.
        start: Where its weights come from.
        component: The component of `keras.applications` that it is.
    """

    model: ModelSpec | None
    node: Node
    outputs: Node | None
    trainable: Trainable
    start: StartWeights
    component: Component | None = None

    def open(self) -> OpenBase | None:
        """The base to be spliced in when the model is built."""
        if self.component is None:
            return None
        outputs = None
        if self.outputs is not None:
            items = self.outputs.items if isinstance(self.outputs, Sequence) else (self.outputs,)
            outputs = tuple(_plain_reference(item) for item in items)
        return OpenBase(self.component, outputs, self.trainable, self.node.span)


def _plain_reference(node: Node) -> TensorReference:
    name, colon, suffix = str(node.value if isinstance(node, Scalar) else "").partition(":")
    return TensorReference(name, int(suffix) if colon and suffix.isdecimal() else None, node.span)


def read_base(node: Node | None, read: ReadTrained, problems: Problems, *, trust: bool) -> Base | None:
    """The base, or None where there is none or it has a fault."""
    if node is None:
        return None
    if not isinstance(node, Mapping):
        problems.add("wrong-type", f"'base' must be a mapping, not {kind_of(node)}", node, "write 'base: {from: …}'")
        return None
    check_keys(node, BASE, "'base'", problems)
    origin = node.get("from")
    if origin is None:
        problems.add("missing-key", "the base does not say where it is from", node, "write 'from: RUN or FILE'")
        return None
    trainable = _trainable(node.get("trainable"), problems)
    outputs = node.get("outputs")
    if _is_component(origin):
        component = parse_component(origin, "layers", problems, trust=trust)
        if component is None:
            return None
        if component.group != "applications":
            message = f"'{component.name}' is a layer, not a model"
            problems.add("base", message, origin, "name a run, a .keras file or a component of 'applications'")
            return None
        start = StartWeights(component, base=True, span=origin.span)
        return Base(None, origin, outputs, trainable, start, component)
    if not isinstance(origin, Scalar) or not isinstance(origin.value, str):
        problems.add("wrong-type", f"'from' must be a run, a file or an application, not {kind_of(origin)}", origin)
        return None
    trained = trained_model(origin, read, problems)
    if trained is None:
        return None
    model = _frozen(trained.model, trainable, problems)
    return Base(model, origin, outputs, trainable, StartWeights(trained.weights, base=True, span=origin.span))


def trained_model(node: Scalar, read: ReadTrained, problems: Problems) -> TrainedModel | None:
    """The model that a name or a path means, or None with a fault at it."""
    try:
        return read(node)
    except KerascliError as error:
        first = error.diagnostics[0]
        notes = tuple(Note(one.message, one.span) for one in error.diagnostics if one.span is not None)
        problems.add(first.code, first.message, node, first.hint, notes=notes)
        return None


def _is_component(node: Node) -> bool:
    if isinstance(node, Mapping):
        return True
    text = node.value if isinstance(node, Scalar) else None
    return isinstance(text, str) and (text.startswith("applications.") or find_name(text, "layers") is not None)


def _trainable(node: Node | None, problems: Problems) -> Trainable:
    """`false`, or the patterns of what stays trainable."""
    if node is None:
        return None
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    items = node.items if isinstance(node, Sequence) else (node,)
    patterns = []
    for item in items:
        if isinstance(item, Scalar) and isinstance(item.value, str):
            patterns.append((item.value, item.span))
        else:
            hint = "write 'false', or the patterns of what stays trainable"
            problems.add("wrong-type", f"'trainable' does not take {kind_of(item)}", item, hint)
    return tuple(patterns)


def _frozen(model: ModelSpec, trainable: Trainable, problems: Problems) -> ModelSpec:
    layers = tuple(replace(layer, from_base=True) for layer in model.layers)
    model = replace(model, layers=layers)
    if trainable is None or trainable is True:
        return model
    patterns = () if trainable is False else trainable
    paths = list(layer_paths(model))
    for pattern, span in patterns:
        if not matching(pattern, paths):
            hint = did_you_mean(pattern, [path for path, _ in paths])
            problems.add("no-match", f"no layer of the base matches '{pattern}'", span, hint)
    return replace(model, layers=frozen_but(layers, (pattern for pattern, _ in patterns)))


def splice(
    base: ModelSpec,
    inputs: tuple[InputSpec, ...],
    layers: tuple[LayerSpec, ...],
    outputs: tuple[OutputSpec, ...],
) -> tuple[tuple[InputSpec, ...], tuple[LayerSpec, ...]]:
    """The inputs and layers of the whole model: of the base what some output needs, then the model's own.

    Args:
        base: The base.
        inputs: The inputs that the spec writes; one of the base's name takes its place.
        layers: The layers that the spec writes.
        outputs: The model's outputs.
    """
    needed = _needed(base, layers, outputs)
    written = {item.name: item for item in inputs}
    kept = [layer for layer in base.layers if layer.name in needed]
    first = [_input(item, written.get(item.name)) for item in base.inputs if item.name in needed]
    names = {item.name for item in base.inputs}
    return (*first, *(item for item in inputs if item.name not in names)), (*kept, *layers)


def _input(item: InputSpec, written: InputSpec | None) -> InputSpec:
    """The base's input; what the spec writes of it wins."""
    if written is None:
        return item
    return replace(written, shape=written.shape or item.shape, dtype=written.dtype or item.dtype)


def _needed(base: ModelSpec, layers: tuple[LayerSpec, ...], outputs: tuple[OutputSpec, ...]) -> set[str]:
    reads = {layer.name: layer for layer in (*base.layers, *layers)}
    found: set[str] = set()
    waiting = [output.tensor.name for output in outputs]
    # The model's own layers stay, also one that no output needs: a warning tells of it.
    waiting += [layer.name for layer in layers]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        layer = reads.get(name)
        if layer is not None:
            waiting += [reference.name for reference in layer.wiring.references]
            # The first call of a layer makes it, so that it keeps its name.
            waiting += [layer.shared] if layer.shared is not None else []
    return found
