"""Which logs each epoch of a training will have, as far as the spec alone tells."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kerascli.catalog import load_catalog
from kerascli.catalog.overlay import PREFIX
from kerascli.check.shapes import infer_shapes
from kerascli.check.written import all_components
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Component
from kerascli.spec.component_parser import SHAPE_METRICS
from kerascli.spec.log_names import metric_logs
from kerascli.spec.model_spec import TensorReference
from kerascli.spec.sources import SOURCES
from kerascli.spec.spec import Spec

_VALIDATION, _TEST = "val_", "test_"
# What a plugin may log from: a model class alone is not a component.
_MAY_LOG = ("layers", "metrics", "callbacks")


@dataclass(frozen=True)
class EpochLogs:
    """The logs of an epoch.

    Attributes:
        names: Those of the training, in order.
        numbered: Beginnings of names that a number follows, of metrics with a value for each of so many classes.
        validated: Whether there is a validation; None: not known.
        tested: Whether there is a test split; None: not known.
    """

    names: tuple[str, ...]
    numbered: tuple[str, ...] = ()
    validated: bool | None = False
    tested: bool | None = False

    def has(self, name: str, *, tests: bool = False) -> bool:
        """Whether there will be a log of that name, or may be; with `tests`, a value of the test split too."""
        if tests and name.startswith(_TEST) and self.tested is not False:
            return self._trains(name.removeprefix(_TEST))
        if (
            name.startswith(_VALIDATION)
            and self.validated is not False
            and self._trains(name.removeprefix(_VALIDATION))
        ):
            return True
        return self._trains(name)

    def of_training(self, name: str) -> bool:
        """Whether a name would be a log if there were a validation."""
        return name.startswith(_VALIDATION) and self._trains(name.removeprefix(_VALIDATION))

    def _trains(self, name: str) -> bool:
        return name in self.names or any(re.fullmatch(rf"{re.escape(word)}_\d+", name) for word in self.numbered)

    def shown(self, *, tests: bool = False) -> list[str]:
        """The names that a message lists."""
        training = [*self.names, *(f"{word}_0" for word in self.numbered)]
        validation = [f"{_VALIDATION}{name}" for name in training] if self.validated is not False else []
        if not tests:
            return [*training, *validation]
        test = [f"{_TEST}{name}" for name in training] if self.tested else []
        return [*training, *validation, "learning_rate", *test]


def epoch_logs(spec: Spec) -> EpochLogs | None:
    """The logs of a training by a spec; None where they can't be told: a plugin may log what it likes."""
    if spec.compile is None or spec.model.own_class is not None or _plugin_logs(spec):
        return None
    heads = [output.name for output in spec.model.outputs]
    names, numbered = ["loss"], []
    for name, metric in metric_logs(spec.compile, heads).items():
        count = _values(spec, name, metric, heads)
        if count is None:
            numbered.append(name)
        else:
            names += [name] if count == 0 else [f"{name}_{index}" for index in range(count)]
    losses = [head for head, loss in zip(heads, spec.compile.losses, strict=False) if loss is not None]
    if len(losses) > 1:
        names += [f"{head}_loss" for head in losses]
    return EpochLogs(tuple(names), tuple(numbered), _validated(spec), _tested(spec))


def _plugin_logs(spec: Spec) -> bool:
    return any(one.group in _MAY_LOG and one.name.startswith(PREFIX) for one in all_components(spec)) or any(
        layer.from_base and not _known_layer(layer.component) for layer in spec.model.layers
    )


def _known_layer(component: Component) -> bool:
    return component.group != "layers" or (
        not component.name.startswith(PREFIX) and load_catalog().find("layers", component.name) is not None
    )


def _values(spec: Spec, log: str, metric: Component, heads: list[str]) -> int | None:
    """How many values a metric has: 0 for one that is a single number, None where only the data or Keras know."""
    if metric.name in ("Precision", "Recall") or metric.name.endswith(("Positives", "Negatives")):
        thresholds = metric.value("thresholds")
        return len(thresholds) if isinstance(thresholds, tuple) and len(thresholds) > 1 else 0
    aggregated = {"F1Score": "average", "FBetaScore": "average", "R2Score": "class_aggregation"}.get(metric.name)
    if aggregated is None or metric.name in SHAPE_METRICS:
        return 0
    if metric.value(aggregated, "uniform_average" if metric.name == "R2Score" else None) is not None:
        return 0
    outputs = [output for output in spec.model.outputs if len(heads) == 1 or log.startswith(f"{output.name}_")]
    return _width(spec, outputs[0].tensor) if len(outputs) == 1 else None


def _width(spec: Spec, tensor: TensorReference) -> int | None:
    """The size of a tensor's last axis."""
    tensors = infer_shapes(spec.model).get(tensor.name, ())
    index = tensor.index or 0
    shape = tensors[index].shape if index < len(tensors) else None
    return shape[-1] if shape else None


def _validated(spec: Spec) -> bool | None:
    if spec.data is None or (spec.data.validation is None and spec.data.source.name == "python"):
        return None
    return spec.data.validation is not None


def _tested(spec: Spec) -> bool | None:
    if spec.data is None or (spec.data.test is None and spec.data.source.name == "python"):
        return None
    return spec.data.test is not None or SOURCES[spec.data.source.name].has_test


def monitoring_callbacks(spec: Spec) -> Iterator[Component]:
    """The callbacks of all phases that act on a log."""
    for callback in (*spec.callbacks, *(one for phase in spec.fit.phases for one in phase.callbacks)):
        saves = callback.name in ("ModelCheckpoint", "OrbaxCheckpoint")
        if monitored(callback) is not None and not (saves and callback.value("save_best_only") is not True):
            yield callback


def monitored(callback: Component) -> str | None:
    """The log that a callback acts on, written or Keras's default; None: it has no such argument."""
    entry = load_catalog().find("callbacks", callback.name)
    parameter = entry.parameter("monitor") if entry is not None else None
    return None if parameter is None else str(callback.value("monitor", parameter.default))
