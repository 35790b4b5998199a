"""Says which group of components an argument takes, by its name and its owner's group."""

from __future__ import annotations

_SUFFIXES = {
    "initializer": "initializers",
    "regularizer": "regularizers",
    "constraint": "constraints",
    "activation": "activations",
}
_LAYERS = {"layer", "layers", "cell", "cells", "backward_layer"}
_OPTIMIZERS = {"optimizer", "inner_optimizer", "default_optimizer", "optimizer_map"}
# Groups whose `dtype` is a policy; elsewhere (operations, initializers) it is a plain dtype.
_WITH_POLICY = {"layers", "losses", "metrics"}


def component_group(owner_group: str, name: str) -> str | None:
    """The group of components that the argument takes, or None."""
    word = name.rpartition("_")[2]
    if owner_group == "layers" and name in _LAYERS:
        return "layers"
    if owner_group == "optimizers" and name in _OPTIMIZERS:
        return "optimizers"
    if owner_group == "optimizers" and name == "learning_rate":
        return "schedules"
    if name == "dtype":
        return "dtype_policies" if owner_group in _WITH_POLICY else None
    if owner_group in ("layers", "applications"):
        return _SUFFIXES.get(word)
    return None
