"""How much memory a training takes at least: weights, gradients, the optimizer's state, and what is kept for the way back."""

from __future__ import annotations

import math

from kerascli.check.parameter_counts import parameter_count
from kerascli.check.shapes.call import Misfit, Shape, UnknownShape, compute_dtype
from kerascli.check.shapes.infer import Shapes, call_of, calls_in
from kerascli.quick_dataclass import dataclass
from kerascli.record.model_summary import TensorShape
from kerascli.spec.component import Component
from kerascli.spec.model_spec import LayerSpec
from kerascli.spec.spec import Spec

_BYTES = {
    "float16": 2,
    "bfloat16": 2,
    "float64": 8,
    "int64": 8,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
    "int16": 2,
    "string": 8,
}
# They show the numbers that they read, and make none.
_VIEWS = ("Flatten", "Identity", "Reshape", "ops.expand_dims", "ops.reshape", "ops.squeeze")
# How many numbers an optimizer keeps for each that it trains. Adafactor keeps sums over rows and columns alone.
# Source: `build` of each class in `keras.src.optimizers`.
_SLOTS = {
    "Adadelta": 2,
    "Adagrad": 1,
    "Adam": 2,
    "AdamW": 2,
    "Adamax": 2,
    "Ftrl": 2,
    "Lamb": 2,
    "Lion": 1,
    "Nadam": 2,
    "RMSprop": 1,
}


@dataclass(frozen=True)
class LargestLayer:
    """The layer that takes the most: by its weights, or by the tensor that it makes."""

    layer: LayerSpec
    bytes: int


@dataclass(frozen=True)
class MemoryEstimate:
    """The least that a training takes; layers whose size the spec does not tell count nothing.

    Attributes:
        parameters: How many numbers the weights hold.
        weights_bytes: What they take.
        gradients_bytes: What the gradients of those that are trained take; none where the spec trains nothing.
        optimizer_bytes: What the optimizer keeps beside them.
        activations_bytes: What all layers make of one batch, kept for the way back.
        heaviest: The layer with the most weights, or None.
        widest: The layer that makes the largest tensor, or None.
    """

    parameters: int
    weights_bytes: int
    gradients_bytes: int
    optimizer_bytes: int
    activations_bytes: int
    heaviest: LargestLayer | None = None
    widest: LargestLayer | None = None

    @property
    def state_bytes(self) -> int:
        """What is there throughout: weights, gradients and the optimizer's numbers."""
        return self.weights_bytes + self.gradients_bytes + self.optimizer_bytes

    @property
    def total(self) -> int:
        """All of it."""
        return self.state_bytes + self.activations_bytes


def estimate_memory(spec: Spec, shapes: Shapes) -> MemoryEstimate:
    """What training a spec takes at least.

    Args:
        spec: The spec.
        shapes: The shapes of its tensors, as far as they are known.
    """
    sizes = [_size(layer, known, spec) for layer, _, known in calls_in(spec.model, shapes)]
    number = _weight_bytes(spec.dtype)
    # Patterns that freeze are looked up in the model that is made; what they leave is not counted here.
    trains = spec.compile is not None and not any(phase.freeze for phase in spec.fit.phases)
    trained = [one for one in sizes if trains and one.layer.trainable is not False]
    # The gradient of an Embedding holds the rows that a batch reads.
    dense = sum(one.parameters for one in trained if one.layer.component.name != "Embedding")
    slots = slots_of(spec.compile.optimizer) if spec.compile is not None else 0
    parameters = sum(one.parameters for one in sizes)
    heaviest = max(sizes, key=lambda one: one.parameters, default=None)
    widest = max(sizes, key=lambda one: one.made, default=None)
    return MemoryEstimate(
        parameters,
        parameters * number,
        dense * number,
        sum(one.parameters for one in trained) * number * slots,
        sum(one.made for one in sizes) if spec.compile is not None else 0,
        LargestLayer(heaviest.layer, heaviest.parameters * number) if heaviest is not None else None,
        LargestLayer(widest.layer, widest.made) if widest is not None else None,
    )


@dataclass(frozen=True)
class _Size:
    """The numbers of a layer's weights, and the bytes that it makes of a batch."""

    layer: LayerSpec
    parameters: int
    made: int


def _size(layer: LayerSpec, known: Shapes, spec: Spec) -> _Size:
    views = layer.nested is not None or layer.component.name in _VIEWS
    made = () if views else known.get(layer.name, ())
    return _Size(layer, _parameters(layer, known, spec.dtype), sum(_tensor_bytes(one, spec) for one in made))


def _weight_bytes(policy: str) -> int:
    """Under a mixed policy weights are of 32 bits."""
    try:
        return 4 if policy.startswith("mixed_") else _BYTES.get(compute_dtype(policy), 4)
    except UnknownShape:
        return 1


def _parameters(layer: LayerSpec, known: Shapes, policy: str) -> int:
    if layer.shared is not None or layer.nested is not None or layer.name not in known:
        return 0
    try:
        return parameter_count(call_of(layer, known, policy))
    except (UnknownShape, Misfit):
        return 0


def _tensor_bytes(tensor: TensorShape, spec: Spec) -> int:
    # A free batch axis holds as many samples as a step; any other free axis has at least one place.
    sizes: Shape = tensor.shape
    batch = spec.fit.batch_size if sizes and sizes[0] is None else 1
    return batch * math.prod(size or 1 for size in sizes) * _BYTES.get(tensor.dtype, 4)


def slots_of(optimizer: Component) -> int:
    """How many numbers an optimizer keeps for each that it trains, at least."""
    inner = optimizer.value("inner_optimizer")
    if isinstance(inner, Component):
        return slots_of(inner)
    more = [optimizer.value("use_ema") is True, optimizer.value("amsgrad") is True, optimizer.value("centered") is True]
    more.append(optimizer.name in ("SGD", "RMSprop") and optimizer.value("momentum", 0.0) not in (0, 0.0))
    more.append(optimizer.value("gradient_accumulation_steps") is not None)
    return _SLOTS.get(optimizer.name, 0) + sum(more)
