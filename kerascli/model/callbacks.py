"""The callbacks of a spec → Keras's objects; their files lie in the run's folder."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from kerascli.catalog.overlay import PREFIX
from kerascli.components import build_argument, build_component
from kerascli.errors import SpecError
from kerascli.spec.component import Argument, Component
from kerascli.spec.spec import Spec

# The parameters of Keras's callbacks that name a file or a folder.
_PATHS = {
    "ModelCheckpoint": "filepath",
    "CSVLogger": "filename",
    "TensorBoard": "log_dir",
    "OrbaxCheckpoint": "directory",
}


def build_callbacks(spec: Spec, folder: Path) -> list[list[Any]]:
    """For each phase the callbacks in order: the general ones, which are the same objects in all, then its own.

    Args:
        spec: The spec.
        folder: The run's folder, which relative paths start from.

    Raises:
        SpecError: Keras refuses one, at its place.
    """
    general = [_build(component, folder) for component in spec.callbacks]
    return [[*general, *(_build(one, folder) for one in phase.callbacks)] for phase in spec.fit.all_phases]


def _build(component: Component, folder: Path) -> Any:
    schedule = component.value("schedule") if component.name == "LearningRateScheduler" else None
    if schedule is not None:
        others = tuple(argument for argument in component.arguments if argument.name != "schedule")
        return build_component(replace(component, arguments=others), schedule=_rate_of_epoch(schedule))
    made = build_component(_in_folder(component, folder))
    if component.name.startswith(PREFIX):
        # A plugin's callback learns where its files belong.
        made.run_folder = folder
    return made


def _rate_of_epoch(schedule: object) -> Callable[..., Any]:
    """What Keras calls at the start of each epoch, with the epoch (from 0) and the rate that holds so far."""
    if isinstance(schedule, Mapping):
        return lambda epoch, rate: next((schedule[first] for first in reversed(schedule) if first <= epoch), rate)
    made = build_argument(schedule)
    if isinstance(made, keras.optimizers.schedules.LearningRateSchedule):
        return lambda epoch, rate: float(made(epoch))
    assert callable(made)
    return _checked(made, schedule)


def _checked(function: Callable[..., Any], schedule: object) -> Callable[..., float]:
    """A plugin's function of the epoch, or of the epoch and the rate so far, which must give a number."""
    takes_rate = len(inspect.signature(function).parameters) > 1

    def rate_of(epoch: int, rate: float) -> float:
        found = function(epoch, rate) if takes_rate else function(epoch)
        try:
            return float(found)
        except (TypeError, ValueError) as error:
            span = schedule.span if isinstance(schedule, Component) else None
            message = f"the learning rate of epoch {epoch + 1} is {found!r}, not a number"
            hint = f"let '{function.__name__}' return a number"
            raise SpecError(message, code="plugin", span=span, hint=hint) from error

    return rate_of


def _in_folder(component: Component, folder: Path) -> Component:
    """The callback with its path below the run's folder, whose parent is made."""
    parameter = _PATHS.get(component.name)
    if parameter is None:
        return component
    written = component.argument(parameter)
    if written is None:
        # TensorBoard's default is `logs` in the working folder.
        path = folder / "logs"
        written = Argument(parameter, "logs", component.span, component.span)
    else:
        path = folder / str(written.value)
    path.parent.mkdir(parents=True, exist_ok=True)
    placed = Argument(parameter, str(path), written.key_span, written.span)
    others = tuple(argument for argument in component.arguments if argument.name != parameter)
    return Component(component.group, component.name, (*others, placed), component.span)
