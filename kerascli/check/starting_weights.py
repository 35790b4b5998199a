"""Lints of starting weights: what they are read from must be there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kerascli.errors import Diagnostic
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.spec import Spec


def missing_weights(spec: Spec) -> Iterator[Diagnostic]:
    """A file or a run with starting weights that is not there."""
    for start in spec.model.start:
        if isinstance(start.source, str) and not Path(start.source).exists():
            message = f"there is no run or file '{start.source}' to start from"
            yield Diagnostic("missing-file", message, start.span, "name a run or a .keras file")
    yield from _layers(spec.model)


def _layers(model: ModelSpec) -> Iterator[Diagnostic]:
    for layer in model.layers:
        if layer.weights is not None and not Path(layer.weights).is_file():
            span = layer.weights_span or layer.span
            yield Diagnostic("missing-file", f"there is no file '{layer.weights}'", span, "name a .npy or .npz file")
        if layer.nested is not None and layer.shared is None:
            yield from _layers(layer.nested)
