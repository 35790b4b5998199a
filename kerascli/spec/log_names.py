"""The names that the metrics of a spec have in the logs of an epoch."""

from __future__ import annotations

from collections.abc import Sequence

from kerascli.catalog import load_catalog
from kerascli.catalog.overlay import PREFIX
from kerascli.spec.component import Component
from kerascli.spec.component_parser import SHAPE_METRICS
from kerascli.spec.topology.names import snake_case
from kerascli.spec.training_spec import CompileSpec


def log_names(components: Sequence[Component]) -> list[str]:
    """The names that the metrics of one head have in the logs.

    A few of Keras's metrics (`AUC`, `Precision`) have no default name: Keras numbers them by a counter of the whole
    process. Here the first of a head is always `auc`, the second `auc_1`.
    """
    names: list[str] = []
    for component in components:
        written = component.value("name")
        entry = load_catalog().find("metrics", component.name)
        parameter = entry.parameter("name") if entry is not None else None
        default = parameter.default if parameter is not None else None
        if component.name in SHAPE_METRICS:
            default = component.name
        base = str(written or default or default_log_name(component))
        name, number = base, 0
        while written is None and default is None and name in names:
            number += 1
            name = f"{base}_{number}"
        names.append(name)
    return names


def default_log_name(component: Component) -> str:
    """The name of a class or function in snake case, as Keras's own default."""
    return snake_case(component.name.removeprefix(PREFIX))


def metric_logs(compiled: CompileSpec, heads: Sequence[str]) -> dict[str, Component]:
    """The metrics of a model by their logs, in the order of the logs.

    Args:
        compiled: The compile section.
        heads: The names of the model's outputs.

    Returns:
        Log to metric. Of several heads the name begins with that of the head; a name that comes again gets a number, or
        `weighted_` before it.

    Source: `keras.src.trainers.compile_utils.CompileMetrics.result`.
    """
    found: dict[str, Component] = {}
    counts: dict[str, int] = {}

    def add(name: str, metric: Component) -> None:
        count = counts.get(name, 0)
        counts[name] = count + 1
        found[name if count == 0 else f"{name}_{count}"] = metric

    prefixes = [f"{head}_" if len(heads) > 1 else "" for head in heads]
    for prefix, metrics in zip(prefixes, compiled.metrics, strict=False):
        for name, metric in zip(log_names(metrics), metrics, strict=True):
            add(f"{prefix}{name}", metric)
    for prefix, metrics in zip(prefixes, compiled.weighted_metrics, strict=False):
        for name, metric in zip(log_names(metrics), metrics, strict=True):
            add(f"{prefix}weighted_{name}" if f"{prefix}{name}" in counts else f"{prefix}{name}", metric)
    return found
