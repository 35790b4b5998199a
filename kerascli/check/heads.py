"""What is known of a head from the spec alone: its last activation, its units, its loss, metrics and target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerascli.check.shapes import Shapes
from kerascli.check.targets import Target, find_targets
from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Argument, Component
from kerascli.spec.model_spec import LayerSpec, OutputSpec, TensorReference
from kerascli.spec.spec import Spec

_CONVOLUTIONS = frozenset(
    f"{kind}{rank}D{more}"
    for kind in ("Conv", "DepthwiseConv", "SeparableConv")
    for rank in (1, 2, 3)
    for more in ("", "Transpose")
)
_WITH_ACTIVATION = _CONVOLUTIONS | {"Dense", "EinsumDense"}
# Their outputs are what their activation gives, or lie between its values; by default it is tanh.
RECURRENT = frozenset({"GRU", "LSTM", "SimpleRNN"})
# They move and stretch what they read, so that it may be any number; so may what an Embedding learns.
_ANY_NUMBERS = frozenset(
    {"BatchNormalization", "Embedding", "GroupNormalization", "LayerNormalization", "RMSNormalization"}
)
# Of any numbers these make any numbers.
_JOINING = frozenset(
    {
        *("layers.Add", "layers.Average", "layers.Concatenate", "layers.Dot", "layers.Subtract"),
        *("ops.add", "ops.concatenate", "ops.divide", "ops.multiply", "ops.subtract"),
    }
)
_ACTIVATION_LAYERS = {
    "ELU": "elu",
    "LeakyReLU": "leaky_relu",
    "PReLU": "leaky_relu",
    "ReLU": "relu",
    "Softmax": "softmax",
}
_JOINED = frozenset(name.removeprefix("layers.") for name in _JOINING)
# Layers whose numbers are those that they read, or means of them; these keep the last axis …
_SAME_AXIS = frozenset(
    {
        *("ActivityRegularization", "AlphaDropout", "Dropout", "Identity", "RepeatVector"),
        *(f"SpatialDropout{rank}D" for rank in (1, 2, 3)),
        *(f"{kind}Pooling{rank}D" for kind in ("Average", "GlobalAverage") for rank in (1, 2, 3)),
    }
)
# … and these may bring another there.
_OTHER_AXIS = frozenset({"Flatten", "Permute", "Reshape"})
# Behind these the units of the layer before are still those of the last axis.
_KEEPS_UNITS = _SAME_AXIS | {"Activation", "BatchNormalization", "LayerNormalization", *_ACTIVATION_LAYERS}


@dataclass(frozen=True)
class LastActivation:
    """The function that a head's numbers come out of.

    Attributes:
        name: As `keras.activations` calls it; `linear` where there is none.
        layer: The layer that applies it.
        span: Where it is written; where it is not, its layer's class.
    """

    name: str
    layer: LayerSpec
    span: Span


@dataclass(frozen=True)
class Head:
    """One output of the model.

    Attributes:
        name: Its name.
        output: As the spec lists it.
        layers: From the head back to the layer that its numbers come from, the head's own first.
        activation: Its last activation; None: not known.
        units: The length of its last axis; None: not known.
        units_span: Where these are written, or None.
        shape: The shape of one sample, None entries free; None: not known.
        loss: Its loss, or None.
        metrics: Its metrics, weighted ones last.
        target: What is known of its target.
    """

    name: str
    output: OutputSpec
    layers: tuple[LayerSpec, ...]
    activation: LastActivation | None
    units: int | None
    units_span: Span | None
    shape: tuple[int | None, ...] | None
    loss: Component | None
    metrics: tuple[Component, ...]
    target: Target

    @property
    def writable(self) -> bool:
        """Whether the last activation may be written where it comes from: layers that only join or normalize have none."""
        layer = self.activation.layer.component if self.activation is not None else None
        return layer is not None and layer.group == "layers" and layer.name not in _ANY_NUMBERS | RECURRENT | _JOINED

    @property
    def last(self) -> str | None:
        """The name of the last activation, or None."""
        return None if self.activation is None else self.activation.name


def find_heads(spec: Spec, shapes: Shapes, targets: Mapping[str, Target] | None = None) -> Iterator[Head]:
    """The heads of a model that is compiled, in order; none of a class of one's own.

    Args:
        spec: The spec.
        shapes: The tensors that are known.
        targets: Output to its target, where the data was read; None: what the spec tells of it.
    """
    if spec.compile is None or spec.model.own_class is not None or len(spec.compile.losses) != len(spec.model.outputs):
        return
    by_name = {layer.name: layer for layer in spec.model.layers}
    told = find_targets(spec)
    for index, (output, loss) in enumerate(zip(spec.model.outputs, spec.compile.losses, strict=True)):
        layers = tuple(_back(by_name, output.tensor))
        activation, behind = _last_activation(layers)
        activation = activation or _joined(by_name, layers)
        written = _units(layers)
        shape = _shape(shapes, output.tensor)
        units = _last(shape, written)
        if activation is not None and activation.name == "softmax" and _moves_axis(layers[:behind]):
            activation = None
        metrics = [one[index] for one in (spec.compile.metrics, spec.compile.weighted_metrics) if index < len(one)]
        yield Head(
            output.name,
            output,
            layers,
            activation,
            units,
            written[1] if written is not None and written[0] == units else None,
            shape,
            loss,
            tuple(metric for several in metrics for metric in several),
            targets.get(output.name, Target()) if targets is not None else told(output.name),
        )


def _back(by_name: Mapping[str, LayerSpec], reference: TensorReference) -> Iterator[LayerSpec]:
    """The layers from an output on back, as long as each reads one tensor and only passes its numbers on."""
    at: TensorReference | None = reference
    while at is not None and at.name in by_name:
        layer = by_name[at.name]
        if layer.nested is not None:
            index = at.index or 0
            if index < len(layer.nested.outputs):
                inner = {one.name: one for one in layer.nested.layers}
                yield from _back(inner, layer.nested.outputs[index].tensor)
            return
        if at.index is not None:
            return
        yield layer
        passes = layer.component.group == "layers" and layer.component.name in _KEEPS_UNITS | _OTHER_AXIS
        at = layer.wiring.tensors[0] if passes and layer.wiring.kind == "one" else None


def _last_activation(layers: tuple[LayerSpec, ...]) -> tuple[LastActivation | None, int]:
    """The last activation, and how many layers lie behind it."""
    for index, layer in enumerate(layers):
        found = activation_of(layer.component)
        if found is not None:
            name, argument = found
            span = argument.span if argument is not None else layer.component.span
            return LastActivation(name, layer, span), index
        if layer.component.group != "layers" or layer.component.name not in _SAME_AXIS | _OTHER_AXIS:
            break
    return None, 0


def _joined(by_name: Mapping[str, LayerSpec], layers: tuple[LayerSpec, ...]) -> LastActivation | None:
    """`linear`, where the head's numbers are sums, or the like, of such as may be any numbers themselves."""
    last = layers[-1] if layers else None
    if last is None or by_name.get(last.name) is not last or not last.wiring.tensors:
        return None
    name = last.component.name if last.component.group == "ops" else f"{last.component.group}.{last.component.name}"
    if name not in _JOINING or last.component.value("normalize") is True:
        return None
    for tensor in last.wiring.tensors:
        branch = tuple(_back(by_name, tensor))
        found = _last_activation(branch)[0] or _joined(by_name, branch)
        if found is None or found.name != "linear":
            return None
    return LastActivation("linear", last, last.component.span)


def activation_of(component: Component) -> tuple[str, Argument | None] | None:
    """The activation that a layer ends in, and the argument that says so; None: not known."""
    if component.group == "ops":
        name = component.name.removeprefix("ops.")
        if name in ("relu", "sigmoid", "softplus", "tanh") or (name == "softmax" and component.value("axis", -1) == -1):
            return name, None
        return None
    if component.group != "layers":
        return None
    inner = component.value("layer")
    if component.name == "TimeDistributed" and isinstance(inner, Component):
        return activation_of(inner)
    if component.name in _ACTIVATION_LAYERS:
        # Arguments make other functions of these, but for the slope of the leaky ones.
        plain = component.name in ("ELU", "LeakyReLU", "PReLU") or all(
            argument.name in ("name", "dtype", "trainable") or (argument.name, argument.value) == ("axis", -1)
            for argument in component.arguments
        )
        return (_ACTIVATION_LAYERS[component.name], None) if plain else None
    if component.name in _ANY_NUMBERS:
        return "linear", None
    argument = component.argument("activation")
    if component.name in RECURRENT and component.value("return_state") is not True:
        if argument is None:
            return "tanh", None
        # Another one is given as it is by the plain layer alone.
        if component.name != "SimpleRNN" and argument.value != "tanh":
            return None
    elif component.name not in _WITH_ACTIVATION and component.name != "Activation":
        return None
    if argument is None or argument.value is None:
        return "linear", argument
    if isinstance(argument.value, Component):
        found = activation_of(argument.value)
        return None if found is None else (found[0], argument)
    return (argument.value, argument) if isinstance(argument.value, str) else None


def _moves_axis(layers: tuple[LayerSpec, ...]) -> bool:
    return any(layer.component.name in _OTHER_AXIS for layer in layers)


def _units(layers: tuple[LayerSpec, ...]) -> tuple[int, Span] | None:
    """How many units the layer has that the head's numbers come from, and where that is written."""
    for layer in layers:
        component = layer.component
        inner = component.value("layer")
        if component.name == "TimeDistributed" and isinstance(inner, Component):
            component = inner
        if component.name in ("Dense", *_CONVOLUTIONS):
            argument = component.argument("units" if component.name == "Dense" else "filters")
            if argument is None or component.value("data_format") == "channels_first":
                return None
            return (argument.value, argument.span) if isinstance(argument.value, int) else None
        if component.group != "layers" or component.name not in _KEEPS_UNITS:
            return None
    return None


def _last(shape: tuple[int | None, ...] | None, written: tuple[int, Span] | None) -> int | None:
    """The length of the last axis: of the shape, where it is known."""
    if shape is not None:
        return shape[-1] if shape else None
    return None if written is None else written[0]


def _shape(shapes: Shapes, reference: TensorReference) -> tuple[int | None, ...] | None:
    """The shape of one sample."""
    tensors = shapes.get(reference.name, ())
    index = reference.index or 0
    return tensors[index].shape[1:] if index < len(tensors) else None
