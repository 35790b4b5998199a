"""The paths of a Keras model's layers: `down/conv`, into nested models and those of `keras.applications`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras


def layer_paths(model: Any, prefix: str = "") -> dict[str, Any]:
    """Path to layer, in the order of the model.

    A dot in a Keras name is a slash of the path: Keras takes no slash, so that the layer `down/conv` of a block is named
    `down.conv`. A nested model has a path of its own, and each of its layers one below it. Inputs have none. What a
    wrapper such as `keras.layers.Bidirectional` holds belongs to the wrapper.

    Args:
        model: A built model.
        prefix: What stands before each path.
    """
    found: dict[str, Any] = {}
    for layer in model.layers:
        if isinstance(layer, keras.layers.InputLayer):
            continue
        path = prefix + layer.name.replace(".", "/")
        found[path] = layer
        if isinstance(layer, keras.Model):
            found |= layer_paths(layer, f"{path}/")
    return found


def sublayers(layer: Any) -> Iterator[Any]:
    """A layer and all layers that it holds, wrappers' too."""
    # Keras has no public way into a wrapper or a layer of one's own.
    yield from layer._flatten_layers(include_self=True, recursive=True)
