"""Which log decides the best epoch, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kerascli.catalog import load_catalog
from kerascli.errors import Diagnostic, did_you_mean
from kerascli.model.compile import log_names
from kerascli.spec.component import Component
from kerascli.spec.component_parser import SHAPE_METRICS
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class Monitor:
    """The log that decides the best epoch.

    Attributes:
        name: The log.
        mode: `min` or `max`.
        decides: Whether `model.keras` gets the best weights: the spec names the log, or it is a validation's.
    """

    name: str
    mode: Literal["min", "max"]
    decides: bool

    def is_better(self, value: float | None, best: float | None) -> bool:
        """Whether a value beats the best so far; one that is not finite never does."""
        if value is None or not math.isfinite(value):
            return False
        if best is None:
            return True
        return value < best if self.mode == "min" else value > best


def best_of(history: Sequence[Mapping[str, float]], monitor: Monitor) -> tuple[int, float] | None:
    """The best epoch (from 1) and its value; None where no value was finite."""
    best: tuple[int, float] | None = None
    for epoch, row in enumerate(history, 1):
        value = row.get(monitor.name)
        if value is not None and monitor.is_better(value, None if best is None else best[1]):
            best = (epoch, value)
    return best


def choose_monitor(spec: Spec, logs: Sequence[str]) -> tuple[Monitor, list[Diagnostic]]:
    """The monitor of a run.

    Args:
        spec: The spec.
        logs: The names of all logs that an epoch will have.

    Returns:
        The monitor, and what is wrong with it or with what the callbacks monitor.
    """
    written = spec.checkpoints.best
    name = written or ("val_loss" if "val_loss" in logs else "loss")
    found = [*_check_name(spec, name, logs), *_check_callbacks(spec, logs)]
    mode = spec.checkpoints.mode or direction(spec, name)
    if mode is None and not found:
        message = f"nothing says whether a larger or a smaller '{name}' is better"
        span = spec.checkpoints.best_span
        found.append(Diagnostic("monitor-mode", message, span, "add 'mode: min' or 'mode: max' to 'checkpoints'"))
    return Monitor(name, mode or "min", decides=written is not None or name == "val_loss"), found


def _check_name(spec: Spec, name: str, logs: Sequence[str]) -> list[Diagnostic]:
    if name in logs:
        return []
    message = f"no log is named '{name}'; there will be {', '.join(logs)}"
    return [Diagnostic("unknown-monitor", message, spec.checkpoints.best_span, did_you_mean(name, logs))]


def _check_callbacks(spec: Spec, logs: Sequence[str]) -> list[Diagnostic]:
    """A callback that monitors a log that never comes would warn each epoch and do nothing."""
    found = []
    for callback in (*spec.callbacks, *(one for phase in spec.fit.phases for one in phase.callbacks)):
        entry = load_catalog().find("callbacks", callback.name)
        parameter = entry.parameter("monitor") if entry is not None else None
        if parameter is None:
            continue
        argument = callback.argument("monitor")
        name = str(argument.value if argument is not None else parameter.default)
        if callback.name == "ModelCheckpoint" and callback.value("save_best_only") is not True:
            continue
        if name not in logs:
            span = argument.span if argument is not None else callback.span
            message = f"{callback.name} monitors '{name}', which no log is named; there will be {', '.join(logs)}"
            found.append(Diagnostic("unknown-monitor", message, span, did_you_mean(name, logs)))
    return found


def direction(spec: Spec, log: str) -> Literal["min", "max"] | None:
    """Which way a log is better: losses smaller, metrics as Keras knows it; None: not known."""
    name = log.removeprefix("val_")
    if name == "loss" or name.endswith("_loss"):
        return "min"
    heads = [output.name for output in spec.model.outputs]
    several = len(heads) > 1
    compiled = spec.compile
    for index, head in enumerate(heads if compiled is not None else ()):
        assert compiled is not None
        for metrics in (compiled.metrics[index], compiled.weighted_metrics[index]):
            for metric, written in zip(metrics, log_names(metrics), strict=True):
                if name == (f"{head}_{written}" if several else written):
                    return _metric_direction(metric)
    return None


def _metric_direction(metric: Component) -> Literal["min", "max"] | None:
    if metric.name in SHAPE_METRICS:
        return "max"
    entry = load_catalog().find("metrics", metric.name)
    return entry.direction if entry is not None else None
