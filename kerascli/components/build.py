"""The one place where a class name of a spec is looked up in Keras and called."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from kerascli.catalog import load_catalog
from kerascli.catalog.overlay import PREFIX
from kerascli.components.downloads import downloads_allowed
from kerascli.components.faults import first_line, keras_fault
from kerascli.errors import EnvironmentProblem, SpecError
from kerascli.spec.component import Component
from kerascli.spec.environment import without_reference

# What makes the components of a group that Keras has no class for; the rooms that know how add theirs.
MAKERS: dict[str, Callable[[Component], Any]] = {}


def keras_object(component: Component) -> Any:
    """The class or function of Keras that the component names, by the catalog's import path.

    Only names that stand in the catalog are ever imported: a spec can't name any other.
    """
    entry = load_catalog().find(component.group, component.name)
    assert entry is not None, f"the parser let {component.group}.{component.name} pass"
    module, _, attribute = entry.path.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def build_component(component: Component, **additional: object) -> Any:
    """The Keras object of a component.

    Args:
        component: A class of Keras with its arguments; a function of the group `activations` is returned as it is.
        **additional: Keyword arguments from its place in the spec, such as `name` and `trainable`.

    Returns:
        The object.

    Raises:
        SpecError: Keras refuses the arguments; the error stands at the component or at the argument that it names.
    """
    maker = MAKERS.get(component.group)
    if maker is not None:
        return maker(component)
    factory = keras_object(component)
    if is_function(component):
        # Keras takes a function itself: an activation, a loss, a schedule of a plugin's.
        return factory
    keywords = {name: build_argument(value) for name, value in component.keywords.items()}
    if component.group == "applications" and not downloads_allowed():
        keywords["weights"] = None
    unknown = _unnamed(factory, additional)
    try:
        made = factory(**{**keywords, **{name: value for name, value in additional.items() if name not in unknown}})
        for name in unknown:
            setattr(made, name, additional[name])
    except Exception as error:  # Whatever Keras raises on arguments is said again at their place.
        if component.group == "applications" and "fetch failure" in str(error):
            weights = component.argument("weights")
            message = f"can't download the weights of {component.name}: {first_line(error)}"
            hint = "write 'weights: null' for random ones, or the path of a file"
            span = weights.span if weights is not None else component.span
            raise EnvironmentProblem(message, code="download", span=span, hint=hint) from error
        raise keras_fault(error, component, doing="making") from error
    if component.name.startswith(PREFIX):
        _check_savable(made, component)
    return made


def _check_savable(made: Any, component: Component) -> None:
    """Refuses a plugin's object that Keras could not write into `model.keras`, before time is spent on training it.

    Raises:
        SpecError: It has arguments, and no `get_config` that tells them.
    """
    get_config = getattr(made, "get_config", None)
    if get_config is None:
        return
    try:
        get_config()
    except Exception as error:  # A plugin's own code, which may raise anything.
        if not isinstance(error, NotImplementedError):
            # One that needs a built layer is asked again when the model is saved.
            return
        name = component.name.removeprefix(PREFIX)
        message = f"{component.name} can't be saved: it has no 'get_config' that tells its arguments"
        hint = f"let {name} have one: 'return {{**super().get_config(), \"units\": self.units}}'"
        raise SpecError(message, code="plugin", span=component.span, hint=hint) from error


def _unnamed(factory: Any, additional: Mapping[str, object]) -> list[str]:
    """What a plugin's class does not take as an argument, though each layer and metric has it: its `name`."""
    if "name" not in additional or factory.__module__.partition(".")[0] == "keras":
        return []
    parameters = inspect.signature(factory).parameters.values()
    takes = any(one.name == "name" or one.kind is one.VAR_KEYWORD for one in parameters)
    return [] if takes else ["name"]


def is_function(component: Component) -> bool:
    """Whether Keras takes what the component names as it is, instead of what calling it makes."""
    if component.group in ("ops", "applications") or component.arguments:
        return False
    entry = load_catalog().find(component.group, component.name)
    return entry is not None and entry.kind == "function"


def build_argument(value: object) -> Any:
    """The value of an argument, with each component inside it made; tuples become lists, as Keras's configs have."""
    if isinstance(value, Component):
        return build_component(value)
    if isinstance(value, tuple):
        return [build_argument(item) for item in value]
    if isinstance(value, Mapping):
        return {name: build_argument(item) for name, item in value.items()}
    return without_reference(value)
