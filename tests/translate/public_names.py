"""What the installed Keras offers, by walking its modules; independent of the shipped catalog."""

from __future__ import annotations

import inspect
import sys
from typing import Any

import keras

# Modules whose public members specs name, with the base that their classes have.
CLASSES: dict[str, tuple[Any, type]] = {
    "layers": (keras.layers, keras.layers.Layer),
    "optimizers": (keras.optimizers, keras.optimizers.Optimizer),
    "schedules": (keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule),
    "losses": (keras.losses, keras.losses.Loss),
    "metrics": (keras.metrics, keras.metrics.Metric),
    "callbacks": (keras.callbacks, keras.callbacks.Callback),
    "initializers": (keras.initializers, keras.initializers.Initializer),
    "regularizers": (keras.regularizers, keras.regularizers.Regularizer),
    "constraints": (keras.constraints, keras.constraints.Constraint),
    "dtype_policies": (keras.dtype_policies, object),
}
# Public modules that hold no component, so that a new one is noticed.
OTHER_MODULES = {
    *("backend", "config", "datasets", "distillation", "distribution", "export", "legacy", "mixed_precision", "models"),
    *("preprocessing", "quantizers", "random", "saving", "src", "tree", "utils", "visualization", "wrappers"),
}
# Functions of component modules that are no components themselves.
MACHINERY = {"get", "serialize", "deserialize", "Input"}


def public(module: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def _functions(module: Any) -> dict[str, Any]:
    return {name: value for name, value in public(module).items() if inspect.isfunction(value)}


def _operations() -> dict[str, Any]:
    found = {f"ops.{name}": value for name, value in _functions(keras.ops).items()}
    for folder, module in public(keras.ops).items():
        if inspect.ismodule(module):
            found |= {f"ops.{folder}.{name}": value for name, value in _functions(module).items()}
    return found


def _layers_of_applications() -> dict[str, Any]:
    """The layers that only the applications hold: no export, but a saved application names them."""
    found = {}
    for path, module in list(sys.modules.items()):
        if path.startswith("keras.src.applications."):
            for name, value in public(module).items():
                if inspect.isclass(value) and issubclass(value, keras.layers.Layer) and value.__module__ == path:
                    found[f"applications.{path.rpartition('.')[2]}.{name}"] = value
    return found


def public_names() -> dict[str, dict[str, Any]]:
    """Exported name → class or function, by group; second exported names too."""
    found = {
        group: {name: value for name, value in public(module).items() if inspect.isclass(value)}
        for group, (module, _) in CLASSES.items()
    }
    found["layers"] |= _layers_of_applications()
    found["activations"] = {n: f for n, f in _functions(keras.activations).items() if n not in MACHINERY}
    found["ops"] = _operations()
    found["applications"] = {f"applications.{n}": f for n, f in _functions(keras.applications).items()}
    return found
