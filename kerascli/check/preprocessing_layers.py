"""Lints of preprocessing layers inside a model."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.errors import Diagnostic
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.spec import Spec

# What gives such a layer what it would learn.
_LEARNS = {
    "Normalization": ("mean",),
    "StringLookup": ("vocabulary",),
    "IntegerLookup": ("vocabulary",),
    "TextVectorization": ("vocabulary",),
    "Discretization": ("bin_boundaries",),
}


def not_adapted(spec: Spec) -> Iterator[Diagnostic]:
    """A layer that would have to learn from the data, which nothing shows it: it works, with what it knows: nothing."""
    yield from _of(spec.model)


def _of(model: ModelSpec) -> Iterator[Diagnostic]:
    for layer in model.layers:
        words = _LEARNS.get(layer.component.name, ())
        own = not layer.from_base and layer.shared is None
        if words and own and all(layer.component.value(word) is None for word in words):
            message = f"'{layer.name}' learns nothing inside the model"
            hint = f"put {layer.component.name} into 'data.inputs', as a 'transform', or write its '{words[0]}'"
            yield Diagnostic("not-adapted", message, layer.span, hint, severity="warning")
        if layer.nested is not None and layer.shared is None:
            yield from _of(layer.nested)
