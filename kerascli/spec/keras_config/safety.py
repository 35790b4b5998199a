"""Whether the config of a saved model names nothing but what models are made of: checked before Keras makes any of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kerascli.catalog import load_catalog
from kerascli.spec.keras_config.components import find_class
from kerascli.spec.keras_config.objects import is_model
from kerascli.spec.trust import NEEDS_TRUST, READS_FILE

# What Keras writes in place of plain values.
_VALUES = frozenset({"__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__slice__"})
# Classes that have no name in a spec.
_OTHERS = frozenset({"InputLayer", "InputSpec", "SeedGenerator", "DTypePolicy", "DTypePolicyMap", "FloatDTypePolicy", "QuantizedDTypePolicy", "QuantizedFloat8DTypePolicy"})  # fmt: skip
_FUNCTIONS = ("activations", "losses", "metrics", "initializers", "regularizers", "constraints", "ops")
_OPERATIONS = "keras.src.ops."
# Keras makes lists of this length.
_LENGTHS = ("num_thresholds",)
_LONGEST = 1_000_000
# Numbers that say which, not how many, as seeds do.
_ANY_NUMBER = ("shared_object_id", "salt", "value")
_LARGEST = 2**31


def config_fault(config: Mapping[str, Any], known: Callable[[str], bool] = lambda name: False) -> str | None:
    """What a model of unknown origin must not have, as the end of a sentence; None where all is well.

    Keras itself keeps a list of what is forbidden; this is the list of what is allowed.

    Args:
        config: The object in `config.json`.
        known: Whether a class or function of a plugin was registered under a name.
    """
    trail: list[tuple[str, object]] = [("", config)]
    while trail:
        key, value = trail.pop()
        if isinstance(value, Mapping):
            reason = _object_fault(value, known) if "class_name" in value else None
            trail += [(str(name), item) for name, item in value.items()]
        elif isinstance(value, list):
            reason = None
            trail += [(f"{key}[]", item) for item in value]
        else:
            reason = _value_fault(key, value)
        if reason is not None:
            return reason
    return None


def _object_fault(config: Mapping[str, Any], known: Callable[[str], bool]) -> str | None:
    name, module = config["class_name"], config.get("module")
    registered = config.get("registered_name")
    if not isinstance(name, str) or not isinstance(module, str | None):
        return "has an object whose class is no text"
    if name in NEEDS_TRUST or name == "__lambda__":
        return f"has a '{name}', which can run code or reach other machines"
    if name in _VALUES:
        return None
    if any(isinstance(one, str) and known(one) for one in (registered, name)):
        return None
    if name == "function":
        return _function_fault(config, known)
    if is_model(config) or _is_keras_class(config, name, module or ""):
        return None
    return f"has the class '{module}.{name}', which is none that Keras makes models of"


def _is_keras_class(config: Mapping[str, Any], name: str, module: str) -> bool:
    if module.partition(".")[0] == "keras" and name in _OTHERS:
        return True
    if module.startswith(_OPERATIONS):
        return True
    # Keras 3's activations are operations of their own.
    if module.startswith("keras.src.activations."):
        return True
    return find_class(config) is not None


def _function_fault(config: Mapping[str, Any], known: Callable[[str], bool]) -> str | None:
    name, module = config.get("config"), str(config.get("module") or "builtins")
    if not isinstance(name, str):
        return "has a function whose name is no text"
    if known(name):
        return None
    catalog = load_catalog()
    group = module.removeprefix("keras.")
    groups = (group,) if group in _FUNCTIONS else _FUNCTIONS if module == "builtins" else ()
    if any(catalog.find(one, name) is not None for one in groups):
        return None
    return f"has the function '{module}.{name}', which is none that Keras makes models of"


def _value_fault(key: str, value: object) -> str | None:
    if isinstance(value, str):
        if key in READS_FILE:
            return f"would read a file, by '{key}: {value[:80]}'"
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    if key in _LENGTHS and value > _LONGEST:
        return f"has '{key}: {value:,}', where {_LONGEST:,} is the most"
    if abs(value) > _LARGEST and "seed" not in key and key.rstrip("[]") not in _ANY_NUMBER:
        return f"has '{key}' of {value if abs(value) < 10**20 else 'more than 20 digits'}, more than any size can be"
    return None
