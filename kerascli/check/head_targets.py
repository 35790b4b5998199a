"""What lints ask of a head: its target, its loss, the layer that makes it, and between which numbers that layer stays."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kerascli.check.data_facts import ColumnFacts, DataFacts
from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Component
from kerascli.spec.model_spec import LayerSpec
from kerascli.spec.spec import Spec

_REGRESSION = frozenset(
    {
        "Huber",
        "LogCosh",
        "MeanAbsoluteError",
        "MeanAbsolutePercentageError",
        "MeanSquaredError",
        "MeanSquaredLogarithmicError",
    }
)
# Between which numbers an activation stays.
_RANGES = {
    "hard_sigmoid": (0.0, 1.0),
    "relu": (0.0, math.inf),
    "relu6": (0.0, 6.0),
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "softplus": (0.0, math.inf),
    "tanh": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Head:
    """A head with a loss and a target.

    Attributes:
        target: What is known of its target.
        loss: Its loss.
        layer: The layer that makes it; None in a model class of one's own.
        classes: How many classes it tells apart; None: it tells no classes apart.
    """

    target: ColumnFacts
    loss: Component
    layer: LayerSpec | None
    classes: int | None

    @property
    def is_regression(self) -> bool:
        """Whether its loss compares numbers."""
        return self.loss.name in _REGRESSION

    @property
    def activation(self) -> tuple[str, Span] | None:
        """The activation of its last layer and where it stands; None where there is none, or none that is known."""
        if self.layer is None or self.layer.component.group != "layers":
            return None
        component = self.layer.component
        if component.name in ("ReLU", "Softmax", "Sigmoid"):
            return (component.name.lower(), component.span) if not component.arguments else None
        argument = component.argument("activation")
        if argument is None:
            return None
        value = argument.value
        name = value.name if isinstance(value, Component) and not value.arguments else value
        return (name, argument.span) if isinstance(name, str) else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Between which numbers its activation stays; None: anywhere, as far as is known."""
        found = self.activation
        return None if found is None else _RANGES.get(found[0])


def heads(spec: Spec, facts: DataFacts) -> Iterator[Head]:
    """The heads that have a loss and a target, in the order of the outputs."""
    losses = spec.compile.losses if spec.compile is not None else ()
    by_name = {column.name: column for column in facts.targets}
    layers = {layer.name: layer for layer in spec.model.layers}
    for output, loss in zip(spec.model.outputs, losses, strict=False):
        target = by_name.get(output.name)
        if loss is not None and target is not None:
            yield Head(target, loss, layers.get(output.tensor.name), _classes(loss, facts.shapes.get(output.name, ())))


def _classes(loss: Component, shape: tuple[int | None, ...]) -> int | None:
    """The classes of a head of one axis beside the batch's whose loss compares classes that exclude each other."""
    if len(shape) != 2 or shape[1] is None:
        return None
    if shape[1] == 1:
        return 2 if loss.name in ("BinaryCrossentropy", "BinaryFocalCrossentropy", "crossentropy", "ce") else None
    several = ("SparseCategoricalCrossentropy", "CategoricalCrossentropy", "CategoricalFocalCrossentropy")
    return shape[1] if loss.name in (*several, "crossentropy", "ce") else None
