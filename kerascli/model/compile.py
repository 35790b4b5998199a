"""A `CompileSpec` → the arguments of `keras.Model.compile`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from kerascli.components import build_component, is_function, keras_fault
from kerascli.errors import SpecError
from kerascli.model.own_class import heads_by_name
from kerascli.spec.component import Component
from kerascli.spec.component_parser import SHAPE_LOSSES, SHAPE_METRICS
from kerascli.spec.log_names import default_log_name, log_names
from kerascli.spec.training_spec import CompileSpec


def compile_model(model: Any, spec: CompileSpec) -> None:
    """Compiles a model in place.

    Losses and metrics are bare for one output and lists in the order of the outputs for several.

    Args:
        model: The Keras model; its `output_names` name the logs.
        spec: The section.

    Raises:
        SpecError: Keras refuses a component (at its place) or the whole.
    """
    one = len(spec.losses) == 1
    by_name = heads_by_name(model)
    losses = [_object(loss) for loss in spec.losses]
    metrics = [_metrics(metrics) for metrics in spec.metrics]
    weighted = [_metrics(metrics) for metrics in spec.weighted_metrics]
    optional: dict[str, Any] = {}
    if spec.jit_compile is not None:
        optional["jit_compile"] = spec.jit_compile
    if isinstance(spec.steps_per_execution, int):
        optional["steps_per_execution"] = spec.steps_per_execution
    try:
        model.compile(
            optimizer=build_component(spec.optimizer),
            loss=_by_head(model, losses) if by_name else losses[0] if one else losses,
            loss_weights=_by_head(model, spec.loss_weights) if by_name else _loss_weights(spec, one=one),
            metrics=_by_head(model, metrics) if by_name else _or_none(metrics, one=one),
            weighted_metrics=_by_head(model, weighted) if by_name else _or_none(weighted, one=one),
            run_eagerly=spec.run_eagerly,
            auto_scale_loss=spec.auto_scale_loss,
            **optional,
        )
    except SpecError:
        raise
    except Exception as error:  # Whatever Keras raises on compile is said again at the section.
        raise keras_fault(error, spec.optimizer, doing="compiling with", span=spec.span) from error


def _by_head(model: Any, values: Sequence[Any] | None) -> dict[str, Any] | None:
    """By the names of the heads, for a model that returns a mapping; nothing where there is nothing to say."""
    if not values or all(value in (None, []) for value in values):
        return None
    return {name: value for name, value in zip(model.output_names, values, strict=True) if value is not None}


def _object(component: Component | None) -> Any:
    """The loss or metric; the names that Keras resolves by shape stay names."""
    if component is None:
        return None
    special = {"metrics": SHAPE_METRICS, "losses": SHAPE_LOSSES}[component.group]
    return component.name if component.name in special else build_component(component)


def _metrics(components: Sequence[Component]) -> list[Any]:
    """The metrics of one head."""
    return [
        _object(component) if component.name in SHAPE_METRICS else _metric(component, name)
        for component, name in zip(components, log_names(components), strict=True)
    ]


def _metric(component: Component, name: str) -> Any:
    """A metric; a plugin's function is averaged over the samples, as Keras does."""
    if not is_function(component):
        return build_component(component, name=name)
    function = build_component(component)
    # Keras names it so itself, and saves the bare function; it could not load its own wrapper of that name again.
    if name == default_log_name(component):
        return function
    return keras.metrics.MeanMetricWrapper(function, name=name)


def _loss_weights(spec: CompileSpec, *, one: bool) -> Any:
    if spec.loss_weights is None:
        return None
    return spec.loss_weights[0] if one else list(spec.loss_weights)


def _or_none(metrics: list[list[Any]], *, one: bool) -> Any:
    if not any(metrics):
        return None
    return metrics[0] if one else metrics
