"""The layers of a model that learn from the data before training, and how each of them is reached from an input."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Component
from kerascli.spec.model_spec import LayerSpec, ModelSpec

# What gives such a layer what it would learn.
LEARNT_BY_CLASS = {
    "Normalization": ("mean",),
    "StringLookup": ("vocabulary",),
    "IntegerLookup": ("vocabulary",),
    "TextVectorization": ("vocabulary",),
    "Discretization": ("bin_boundaries",),
}
# What may stand between an input and such a layer: it has no weights, and gives the same before training as after.
_BETWEEN = frozenset(
    {
        *LEARNT_BY_CLASS,
        "CategoryEncoding",
        "CenterCrop",
        "Flatten",
        "Hashing",
        "Permute",
        "Rescaling",
        "Reshape",
        "Resizing",
    }
)


@dataclass(frozen=True)
class LearningLayer:
    """A layer that has yet to learn.

    Attributes:
        layer: The layer.
        input: The model input that it reads; None: it reads something else, so that nothing can be shown to it.
        before: The layers between the two, in order.
    """

    layer: LayerSpec
    input: str | None
    before: tuple[LayerSpec, ...] = ()


def has_to_learn(component: Component) -> bool:
    """Whether a component would learn, and is not given what."""
    words = LEARNT_BY_CLASS.get(component.name, ())
    return component.group == "layers" and bool(words) and all(component.value(word) is None for word in words)


def learning_layers(model: ModelSpec, *, nested: bool = False) -> Iterator[LearningLayer]:
    """Those of a model, in its order, with those of the models nested in it, which can't be reached.

    A base model brings what it has learnt.
    """
    for layer in model.layers:
        if layer.shared is None and not layer.from_base and has_to_learn(layer.component):
            yield LearningLayer(layer, None) if nested else _reached(layer, model)
        if layer.nested is not None and layer.shared is None:
            yield from learning_layers(layer.nested, nested=True)


def _reached(layer: LayerSpec, model: ModelSpec) -> LearningLayer:
    inputs = {one.name for one in model.inputs}
    by_name = {one.name: one for one in model.layers}
    before: list[LayerSpec] = []
    at = layer
    while at.wiring.kind == "one" and at.wiring.tensors[0].index is None:
        read = at.wiring.tensors[0].name
        # An input of a short form is named when its data is known.
        if read in inputs or read not in by_name:
            return LearningLayer(layer, read, tuple(before))
        at = by_name[read]
        if at.component.name not in _BETWEEN or at.component.group != "layers" or at.shared is not None:
            break
        before.insert(0, at)
    return LearningLayer(layer, None)
