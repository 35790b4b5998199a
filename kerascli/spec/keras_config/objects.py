"""Objects as Keras serializes them: `{module, class_name, config, registered_name}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

MODELS = ("Functional", "Sequential", "Model")

Config = Mapping[str, Any]


def is_object(value: object) -> TypeGuard[Config]:
    """Whether a value of a config is a serialized object."""
    return isinstance(value, Mapping) and "class_name" in value and "config" in value


def is_model(config: Config) -> bool:
    """Whether a serialized object is a Sequential or functional model of Keras's own classes."""
    return config.get("class_name") in MODELS and str(config.get("module")).partition(".")[0] == "keras"
