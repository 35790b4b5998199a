"""Which way a log is better, and whether Keras finds that out by itself."""

from __future__ import annotations

from typing import Literal

from kerascli.catalog import load_catalog
from kerascli.spec.component import Component
from kerascli.spec.component_parser import SHAPE_METRICS
from kerascli.spec.log_names import log_names, metric_logs
from kerascli.spec.spec import Spec

Direction = Literal["min", "max"]


def direction(spec: Spec, log: str) -> Direction | None:
    """Which way a log is better: losses smaller, metrics as Keras knows it; None: not known."""
    name = log.removeprefix("val_")
    heads = [output.name for output in spec.model.outputs]
    metrics = metric_logs(spec.compile, heads) if spec.compile is not None else {}
    # A metric with a value for each class has a log for each.
    metric = metrics.get(name) or metrics.get(name.rstrip("0123456789").removesuffix("_"))
    if metric is not None:
        return _of_metric(metric)
    return "min" if name == "loss" or name.endswith("_loss") else None


def keras_knows(spec: Spec, log: str) -> bool:
    """Whether Keras tells by itself which way a log is better; where it does not, `mode: auto` raises after an epoch.

    It looks for a metric of that very name, which neither the logs of several heads nor a second of a name have.

    Source: `keras.src.callbacks.monitor_callback.MonitorCallback._set_monitor_op`.
    """
    name = log.removeprefix("val_")
    if name == "loss":
        return True
    for metrics in (*spec.compile.metrics, *spec.compile.weighted_metrics) if spec.compile is not None else ():
        for metric, written in zip(metrics, log_names(metrics), strict=True):
            if written == name and _of_metric(metric) is not None:
                return True
    return False


def _of_metric(metric: Component) -> Direction | None:
    if metric.name in SHAPE_METRICS:
        return "max"
    entry = load_catalog().find("metrics", metric.name)
    return entry.direction if entry is not None else None
