"""What each layer makes of the shapes that it reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kerascli.record.model_summary import TensorShape
from kerascli.spec.component import Component

# A component and the tensors that it reads → those that it makes; None: not known.
Rule = Callable[[Component, Sequence[TensorShape]], tuple[TensorShape, ...] | None]


def same(component: Component, reads: Sequence[TensorShape]) -> tuple[TensorShape, ...]:
    """A layer that changes values alone."""
    del component
    return (reads[0],)


def dense(component: Component, reads: Sequence[TensorShape]) -> tuple[TensorShape, ...] | None:
    """A layer that gives the last axis a new length."""
    units = component.value("units")
    return (TensorShape((*reads[0].shape[:-1], units), reads[0].dtype),) if isinstance(units, int) else None


RULES: dict[str, Rule] = {
    "Dense": dense,
    **dict.fromkeys(("Activation", "BatchNormalization", "Dropout", "ReLU", "Softmax"), same),
}
