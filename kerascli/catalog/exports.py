"""Collects what Keras exports in each group: the canonical name of every class and function, and its second names."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# What no spec can use: abstract bases, and what Keras or kerascli makes itself.
LEFT_OUT: Mapping[str, frozenset[str]] = {
    # InputLayer is `model.inputs`; Wrapper has no call of its own.
    "layers": frozenset({"Layer", "Wrapper", "InputLayer", "InputSpec"}),
    "optimizers": frozenset({"Optimizer"}),
    "schedules": frozenset({"LearningRateSchedule"}),
    "losses": frozenset({"Loss"}),
    "metrics": frozenset({"Metric"}),
    # CallbackList is what fit puts the callbacks into.
    "callbacks": frozenset({"Callback", "CallbackList"}),
    "initializers": frozenset({"Initializer"}),
    "regularizers": frozenset({"Regularizer"}),
    "constraints": frozenset({"Constraint"}),
    "activations": frozenset({"get", "serialize", "deserialize"}),
}


@dataclass
class Exports:
    """The members of one group.

    Attributes:
        members: Class or function by canonical name, sorted.
        paths: Import path by canonical name.
        second_names: Canonical name by second exported name.
    """

    members: dict[str, Any] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    second_names: dict[str, str] = field(default_factory=dict)

    def with_more(self, other: Exports) -> Exports:
        """Both together."""
        return Exports(self.members | other.members, self.paths | other.paths, self.second_names | other.second_names)


def class_exports(group: str, module: Any, path: str) -> Exports:
    """The classes of a module such as `keras.layers`."""
    return _exports(group, {name: value for name, value in vars(module).items() if inspect.isclass(value)}, path)


def private_layers() -> Exports:
    """Layer classes of `keras.applications` that Keras does not export, as `applications.convnext.LayerScale`.

    Only a saved application holds them; a spec made from one names them.
    """
    keras = importlib.import_module("keras")
    folder = importlib.import_module("keras.src.applications")
    found = Exports()
    for info in pkgutil.iter_modules(folder.__path__):
        if info.name.endswith("_test"):
            continue
        module = importlib.import_module(f"keras.src.applications.{info.name}")
        for name, value in sorted(vars(module).items()):
            if inspect.isclass(value) and issubclass(value, keras.layers.Layer) and value.__module__ == module.__name__:
                found.members[f"applications.{info.name}.{name}"] = value
                found.paths[f"applications.{info.name}.{name}"] = f"{module.__name__}.{name}"
    return found


def function_exports(group: str, module: Any, path: str, *, prefix: str = "") -> Exports:
    """The functions of a module such as `keras.activations`; `prefix` stands before their names."""
    functions = {name: value for name, value in vars(module).items() if inspect.isfunction(value)}
    return _exports(group, functions, path, prefix=prefix)


def operation_exports(module: Any, path: str) -> Exports:
    """The functions of `keras.ops` and its submodules; one that the top has too goes by the shorter name."""
    found = function_exports("ops", module, path, prefix="ops.")
    known = {id(value): name for name, value in found.members.items()}
    for folder in sorted(name for name, value in vars(module).items() if inspect.ismodule(value)):
        inner = function_exports("ops", getattr(module, folder), f"{path}.{folder}", prefix=f"ops.{folder}.")
        for name, value in inner.members.items():
            if id(value) in known:
                found.second_names[name] = known[id(value)]
            else:
                found.members[name] = value
                found.paths[name] = inner.paths[name]
        for name, canonical in inner.second_names.items():
            found.second_names[name] = found.second_names.get(canonical, canonical)
    return found


def _exports(group: str, named: Mapping[str, Any], path: str, *, prefix: str = "") -> Exports:
    names: dict[int, list[str]] = {}
    for name in sorted(named):
        if not name.startswith("_") and name not in LEFT_OUT.get(group, ()):
            names.setdefault(id(named[name]), []).append(name)
    found = Exports()
    for same in names.values():
        # The class's own name, where it is exported: MaxPooling2D before MaxPool2D.
        own = str(getattr(named[same[0]], "__name__", same[0]))
        canonical = own if own in same else same[0]
        found.members[prefix + canonical] = named[canonical]
        found.paths[prefix + canonical] = f"{path}.{canonical}"
        found.second_names |= {prefix + name: prefix + canonical for name in same if name != canonical}
    found.members = dict(sorted(found.members.items()))
    return found
