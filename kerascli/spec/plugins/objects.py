"""The objects of a plugin's module → entries for the catalog: what each is, what it takes, how it is called."""

from __future__ import annotations

import inspect
import json
import math
import operator
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from kerascli.catalog import CallSignature, Entry, Parameter, load_catalog
from kerascli.catalog.call_signatures import may_be_tensor
from kerascli.catalog.component_groups import component_group
from kerascli.catalog.overlay import ANY_NAME, PREFIX

# Keras's base class of each group; the first that fits counts.
_BASES = (
    ("layers", "layers.Layer"),
    ("losses", "losses.Loss"),
    ("metrics", "metrics.Metric"),
    ("callbacks", "callbacks.Callback"),
    ("schedules", "optimizers.schedules.LearningRateSchedule"),
    ("optimizers", "optimizers.Optimizer"),
    ("initializers", "initializers.Initializer"),
    ("regularizers", "regularizers.Regularizer"),
    ("constraints", "constraints.Constraint"),
)
# A plain function can stand wherever Keras takes one.
FUNCTIONS = "functions"
_FUNCTION_GROUPS = (FUNCTIONS, "losses", "metrics", "activations", "initializers", "regularizers", "constraints")


def public_objects(module: ModuleType) -> dict[str, Any]:
    """The classes and functions that a module offers: its `__all__`, else those that it defines itself."""
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return {name: getattr(module, name) for name in listed if callable(getattr(module, name, None))}
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and _is_of(str(getattr(value, "__module__", "")), module.__name__)
    }


def _is_of(place: str, module: str) -> bool:
    """Whether something was defined in a module, or in a module below it."""
    return place == module or place.startswith(f"{module}.")


def entries_of(name: str, value: Any, module: str) -> Iterator[Entry]:
    """The entries of one object: a class has one group, a function stands in several; others have none."""
    path = f"{module}.{name}"
    if not inspect.isclass(value):
        for group in _FUNCTION_GROUPS:
            yield Entry(group, PREFIX + name, "function", path, _taken(value) if group == FUNCTIONS else ())
        return
    kind = _group(value)
    if kind is None:
        return
    own, more = _parameters(value, kind)
    call = _call(value) if kind == "layers" else None
    yield Entry(kind, PREFIX + name, "class", path, own, more, call=call)
    if kind == "layers" and issubclass(value, sys.modules["keras"].Model):
        # It can be a model by itself too.
        yield Entry("models", PREFIX + name, "class", path, own, more, call=call)


def _taken(function: Any) -> tuple[Parameter, ...]:
    """What a function takes by name; `**` stands for any name."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return (Parameter(ANY_NAME, required=False),)
    named = [one for one in found if one.kind not in (one.POSITIONAL_ONLY, one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    open_end = any(one.kind is one.VAR_KEYWORD for one in found)
    any_name = (Parameter(ANY_NAME, required=False),) if open_end else ()
    return (*(Parameter(one.name, required=one.default is one.empty) for one in named), *any_name)


def _group(cls: type) -> str | None:
    # A plugin with Keras classes has imported Keras; this room must not.
    keras = sys.modules.get("keras")
    for group, path in _BASES if keras is not None else ():
        if issubclass(cls, operator.attrgetter(path)(keras)):
            return group
    return None


def _parameters(cls: type, group: str) -> tuple[tuple[Parameter, ...], tuple[Parameter, ...]]:
    """A class's own parameters, and those of its base that it hands on by `**kwargs`."""
    initialise: Any = vars(cls).get("__init__") or cls.__init__  # type: ignore[misc]
    try:
        found = list(inspect.signature(initialise).parameters.values())[1:]
    except (TypeError, ValueError):
        return (), load_catalog().base_parameters(group)
    plain = [one for one in found if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    names = {one.name for one in plain}
    own = tuple(_parameter(one, group) for one in plain)
    if not any(one.kind is one.VAR_KEYWORD for one in found):
        return own, ()
    return own, tuple(one for one in load_catalog().base_parameters(group) if one.name not in names)


def _parameter(parameter: inspect.Parameter, group: str) -> Parameter:
    takes = component_group(group, parameter.name)
    if parameter.default is parameter.empty:
        return Parameter(parameter.name, required=True, group=takes)
    try:
        default = json.loads(json.dumps(parameter.default))
        if isinstance(default, float) and not math.isfinite(default):
            raise ValueError(default)
    except (TypeError, ValueError):
        return Parameter(parameter.name, required=False, default_repr=repr(parameter.default), group=takes)
    return Parameter(parameter.name, required=False, has_default=True, default=default, group=takes)


def _call(cls: Any) -> CallSignature | None:
    """How a layer's `call` takes tensors; one with a single tensor parameter takes a list of them."""
    try:
        found = list(inspect.signature(cls.call).parameters.values())[1:]
    except (TypeError, ValueError):
        return None
    plain = [one for one in found if one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)]
    tensors: list[str] = []
    for one in plain:
        if not may_be_tensor(one):
            break
        tensors.append(one.name)
    required = tuple(one.name for one in plain if one.default is one.empty)
    return CallSignature(tuple(one.name for one in plain), required, len(tensors) == 1, tuple(tensors))


def entries_by_name(module: ModuleType) -> Mapping[tuple[str, str], Entry]:
    """All entries of a module, by group and bare name."""
    found = {}
    for name, value in public_objects(module).items():
        for entry in entries_of(name, value, module.__name__):
            found[entry.group, name] = entry
    return found


def named_object(entry: Entry) -> Any:
    """The class or function that an entry of a plugin names."""
    module, _, name = entry.path.rpartition(".")
    return getattr(sys.modules[module], name)
