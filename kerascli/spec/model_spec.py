"""`ModelSpec`: the wiring of a model, every name found, every repeat expanded."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Component


@dataclass(frozen=True)
class InputSpec:
    """One input of the model.

    Attributes:
        name: Its name.
        shape: The shape of one sample, without the batch axis; None entries are free; None: inferred from the data.
        dtype: Its dtype; None: Keras's default, or inferred from the data together with the shape.
        batch_size: A fixed number of samples a batch, or None.
        sparse: Whether the tensor is sparse.
        span: Where it is written.
    """

    name: str
    shape: tuple[int | None, ...] | None
    dtype: str | None = None
    batch_size: int | None = None
    sparse: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class TensorReference:
    """The output `index` of the entry (or input) `name`; index None: its only output."""

    name: str
    index: int | None = None
    span: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """As a spec writes it: `name` or `name:1`."""
        return self.name if self.index is None else f"{self.name}:{self.index}"


@dataclass(frozen=True)
class Constant:
    """A call argument that is no tensor of the graph (`use_causal_mask: true`)."""

    value: object


WiredArgument = TensorReference | Constant | tuple[TensorReference, ...]


@dataclass(frozen=True)
class Wiring:
    """How a layer is called.

    Attributes:
        kind: `one` tensor; `list`: one list of tensors as the first argument; `positional`: a tensor each for the
            first arguments; `mapping`: by the names of the call's arguments.
        tensors: The tensors in order, for `one`, `list` and `positional`.
        arguments: Name and value, for `mapping`.
    """

    kind: Literal["one", "list", "positional", "mapping"]
    tensors: tuple[TensorReference, ...] = ()
    arguments: tuple[tuple[str, WiredArgument], ...] = ()

    @property
    def references(self) -> tuple[TensorReference, ...]:
        """All tensors that are read, in order."""
        found = list(self.tensors)
        for _, value in self.arguments:
            if isinstance(value, TensorReference):
                found.append(value)
            elif isinstance(value, tuple):
                found.extend(value)
        return tuple(found)


@dataclass(frozen=True)
class LayerSpec:
    """One layer (or operation, or nested model) of the model and its call.

    Attributes:
        name: Its path, unique in the model: `hidden`, or `down/conv` inside a block; written or Keras's default.
        component: What it is; group `layers`, `ops` or `applications`, or `models` (`Model`, a nested model). Of a
            shared layer: what stands at its first call.
        wiring: What it is called on.
        trainable: False freezes it; None: as Keras has it.
        named: Whether the spec wrote the name (or, for an operation, gave it).
        span: Where its component stands.
        nested: The wiring of a nested model, else None.
        shared: The path of the entry whose layer is called again, on the same weights; None for a first call.
        weights: The file of its starting weights (`.npy`, `.npz`), or None.
        weights_span: Where that file is named.
        used: Where the blocks that it came out of are used, outermost first.
        from_base: Whether a base model brought it.
    """

    name: str
    component: Component
    wiring: Wiring
    trainable: bool | None = None
    named: bool = field(default=False, compare=False)
    span: Span | None = field(default=None, compare=False, repr=False)
    nested: ModelSpec | None = None
    shared: str | None = None
    weights: str | None = None
    used: tuple[Span, ...] = field(default=(), compare=False, repr=False)
    from_base: bool = False
    weights_span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def keras_name(self) -> str:
        """The name of the Keras layer: the path joined with dots, since Keras takes no slash."""
        return self.name.replace("/", ".")


@dataclass(frozen=True)
class OutputSpec:
    """One output of the model, a head: its name and the tensor."""

    name: str
    tensor: TensorReference
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class StartWeights:
    """Where weights come from before the first step.

    Attributes:
        source: A `.keras` file (or the `model.keras` of a run) as an absolute path, a run's folder, or a component of
            `keras.applications`.
        match: `name`: layers of equal paths.
        skip: Shell patterns over paths; what they match keeps its own first weights.
        base: Whether a base model is its reason: then each of the base's layers must find its weights.
        span: Where the spec says so.
    """

    source: str | Component
    match: Literal["name"] = "name"
    skip: tuple[str, ...] = ()
    base: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class OpenBase:
    """A base model whose layers are known only when Keras has made it: a component of `keras.applications`.

    Attributes:
        component: The component.
        outputs: What the first entry reads when it says nothing; None: all outputs of the base.
        trainable: False, or the patterns of what stays trainable; None: as it is.
        span: Where it is written.
    """

    component: Component
    outputs: tuple[TensorReference, ...] | None
    trainable: bool | tuple[tuple[str, Span], ...] | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class ModelSpec:
    """A model.

    Attributes:
        inputs: Its inputs in order; empty when left to be inferred from the data.
        layers: Its layers in the order of the spec.
        outputs: Its outputs in order.
        topology: `sequential` (a plain chain of layers), `functional`, or `class` (a model class of one's own).
        span: Where `model` stands.
        start: Where its weights come from before the first step, in order.
        own_class: The class of a plugin that the model is, for the topology `class`; it has no `layers` then.
        open_base: A base model that is spliced in when the model is built; None once it is.
    """

    inputs: tuple[InputSpec, ...]
    layers: tuple[LayerSpec, ...]
    outputs: tuple[OutputSpec, ...]
    topology: Literal["sequential", "functional", "class"]
    span: Span | None = field(default=None, compare=False, repr=False)
    start: tuple[StartWeights, ...] = ()
    open_base: OpenBase | None = None
    own_class: Component | None = None
