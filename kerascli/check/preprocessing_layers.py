"""Lints of preprocessing layers inside a model."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.errors import Diagnostic
from kerascli.spec.learning_layers import LEARNT_BY_CLASS, learning_layers
from kerascli.spec.spec import Spec


def not_adaptable(spec: Spec) -> Iterator[Diagnostic]:
    """A layer that has to learn from the data, where nothing can show it any: Keras lets it work with what it knows, nothing."""
    for found in learning_layers(spec.model):
        layer = found.layer
        name, word = layer.component.name, LEARNT_BY_CLASS[layer.component.name][0]
        if found.input is None:
            message = f"'{layer.name}' learns from the data, but reads no input of the model"
            hint = f"let {name} read an input, put it into 'data.inputs' as a 'transform', or write its '{word}'"
            yield Diagnostic("not-adaptable", message, layer.span, hint)
        elif spec.data is None:
            message = f"'{layer.name}' learns from the data, and there is none"
            hint = f"add 'data:', or write its '{word}'"
            yield Diagnostic("not-adapted", message, layer.span, hint, severity="warning")
