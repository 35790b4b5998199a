"""A `Spec` → its resolved YAML: every value written out, so that training on it repeats the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kerascli.catalog import Parameter, load_catalog
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec, FieldSpec, SplitSpec
from kerascli.spec.distribute_parser import plain_values as plain_distribute
from kerascli.spec.distribute_spec import DistributeSpec
from kerascli.spec.dump_model import ModelWriter
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.performance_parser import PerformanceSpec, plain_values
from kerascli.spec.places import WINDOW
from kerascli.spec.sources import SOURCES
from kerascli.spec.spec import Spec
from kerascli.spec.training_spec import CheckpointSpec, CompileSpec, FitSpec, PhaseSpec
from kerascli.spec.yaml_writer import Flow, FlowList, write_yaml


def dump_spec(spec: Spec, *, defaults: bool = True) -> str:
    """The resolved spec as YAML.

    Args:
        spec: The spec.
        defaults: Whether the arguments that were left out are written with Keras's defaults.

    Returns:
        The text; `load_spec` reads it as an equal spec.
    """
    return write_yaml(resolve(spec, defaults=defaults))


def resolve(spec: Spec, *, defaults: bool = True) -> dict[str, Any]:
    """The resolved spec as plain values."""
    with spec.plugins.known():
        return _resolve(spec, _Writer(defaults))


def _resolve(spec: Spec, writer: _Writer) -> dict[str, Any]:
    out: dict[str, Any] = {"kerascli": 1, "name": spec.name}
    if spec.description is not None:
        out["description"] = spec.description
    if spec.tags:
        out["tags"] = FlowList(spec.tags)
    out |= {"seed": spec.seed, "dtype": spec.dtype}
    if spec.plugins.plugins:
        out["plugins"] = FlowList(str(plugin.path or plugin.name) for plugin in spec.plugins.plugins)
    if spec.data is not None:
        out["data"] = writer.data(spec.data)
    out["model"] = writer.models.model(spec.model)
    heads = [output.name for output in spec.model.outputs]
    if spec.compile is not None:
        out["compile"] = writer.compile(spec.compile, heads)
    out["fit"] = writer.fit(spec.fit)
    out["callbacks"] = [writer.component(callback) for callback in spec.callbacks]
    out["checkpoints"] = writer.checkpoints(spec.checkpoints)
    board = spec.logs.tensorboard
    out["logs"] = {"csv": spec.logs.csv, "tensorboard": Flow(board) if board else board is not None}
    if spec.expect:
        out["expect"] = {one.log: one.condition for one in spec.expect}
    if spec.distribute != DistributeSpec():
        out["distribute"] = plain_distribute(spec.distribute)
    if spec.performance != PerformanceSpec() or writer.defaults:
        out["performance"] = plain_values(spec.performance)
    if spec.ignored:
        out["check"] = {
            "ignore": [one.code if one.reason is None else Flow({one.code: one.reason}) for one in spec.ignored]
        }
    return out


class _Writer:
    """Turns the parts of a spec into plain values; the one thing it knows is whether defaults are written."""

    def __init__(self, defaults: bool) -> None:
        self.defaults = defaults
        self.models = ModelWriter(self.component, self.value)

    def value(self, value: object) -> Any:
        """The value of an argument."""
        if isinstance(value, Component):
            return self.component(value)
        if isinstance(value, ModelSpec):
            return self.models.model(value)
        if isinstance(value, tuple | list):
            return FlowList(self.value(item) for item in value)
        if isinstance(value, Mapping):
            # Whole numbers are keys of their own: the epochs of a `LearningRateScheduler`.
            plain = Flow({key if type(key) is int else str(key): self.value(item) for key, item in value.items()})
            looks_like_component = len(plain) == 1 and str(next(iter(plain)))[:1].isupper()
            return Flow({"plain": plain}) if looks_like_component else plain
        return value

    def component(self, component: Component) -> Any:
        """`{Name: {argument: value}}`."""
        if component.group == "models":
            return Flow({component.name: self.value(component.value("model"))})
        arguments = Flow({name: self.value(value) for name, value in component.keywords.items()})
        if self.defaults:
            for name, default in _defaults(component):
                arguments.setdefault(name, self.value(default))
        if not arguments:
            return component.name
        return Flow({component.name: arguments})

    def data(self, data: DataSpec) -> dict[str, Any]:
        out: dict[str, Any] = {"source": self.component(data.source)}
        for name, split in (("validation", data.validation), ("test", data.test)):
            if split is not None:
                out[name] = self.split(split)
        for name, fields in (("inputs", data.inputs), ("targets", data.targets)):
            if fields is not None:
                named = {field.name: self.field(field) for field in fields}
                # The short form of a model whose one input takes the field's name.
                out[name] = next(iter(named.values())) if set(named) == {""} else named
        if data.augment:
            out["augment"] = [self.component(layer) for layer in data.augment]
        if data.window is not None:
            window = {word: getattr(data.window, word) for word in WINDOW.keys}
            out["window"] = Flow({word: value for word, value in window.items() if value is not None})
        out |= {"cache": data.cache, "on_error": data.on_error}
        if data.sample_weight:
            weights = {name: field for name, field, _ in data.sample_weight}
            out["sample_weight"] = weights[None] if None in weights else Flow({str(k): v for k, v in weights.items()})
        return out

    def split(self, split: SplitSpec) -> Any:
        if split.source is not None:
            return self.component(split.source)
        size = {"count": split.count} if split.count is not None else {"fraction": split.fraction}
        by = {word: getattr(split, word) for word in ("stratify", "group", "order") if getattr(split, word) is not None}
        return Flow({**size, **by} if split.order is not None else {**size, "shuffle": split.shuffle, **by})

    def field(self, field: FieldSpec) -> Any:
        where: dict[str, Any] = {"fields": FlowList(field.fields)} if field.stacked else {"field": field.fields[0]}
        if field.transforms:
            where["transform"] = [self.component(transform) for transform in field.transforms]
        if field.augment:
            where["augment"] = [self.component(layer) for layer in field.augment]
        if field.missing is not None:
            missing = field.missing
            where["missing"] = missing.rule if missing.rule != "value" else Flow({"value": missing.value})
        if field.pad is not None:
            pad = {"length": field.pad.length, "side": field.pad.side, "value": field.pad.value}
            where["pad"] = Flow({word: value for word, value in pad.items() if value is not None})
        if field.read is not None:
            where["read"] = Flow({field.read.kind: Flow(dict(field.read.arguments))})
        if field.classes is not None:
            where["classes"] = FlowList(field.classes)
        if field.one_hot:
            where["one_hot"] = True
        return field.fields[0] if not field.stacked and len(where) == 1 else where

    def compile(self, spec: CompileSpec, heads: list[str]) -> dict[str, Any]:
        losses = [None if loss is None else self.component(loss) for loss in spec.losses]
        out: dict[str, Any] = {"optimizer": self.component(spec.optimizer)}
        # One that is null can't stand by itself: a model needs a loss, or to say that a head has none.
        out["loss"] = losses[0] if len(heads) == 1 and losses[0] is not None else dict(zip(heads, losses, strict=True))
        if spec.loss_weights is not None:
            weights = spec.loss_weights
            # A list would go by the order of the outputs.
            out["loss_weights"] = FlowList(weights) if len(heads) == 1 else Flow(zip(heads, weights, strict=True))
        for name, metrics in (("metrics", spec.metrics), ("weighted_metrics", spec.weighted_metrics)):
            lists = [[self.component(metric) for metric in one] for one in metrics]
            if any(lists):
                out[name] = lists[0] if len(heads) == 1 else dict(zip(heads, lists, strict=True))
        out |= {"run_eagerly": spec.run_eagerly, "auto_scale_loss": spec.auto_scale_loss}
        for name in ("steps_per_execution", "jit_compile"):
            if getattr(spec, name) is not None:
                out[name] = getattr(spec, name)
        return out

    def fit(self, fit: FitSpec) -> dict[str, Any]:
        out: dict[str, Any] = {
            **({"phases": [self.phase(phase) for phase in fit.phases]} if fit.phases else {"epochs": fit.epochs}),
            "batch_size": fit.batch_size,
            "validation_batch_size": fit.validation_batch_size,
            "shuffle": fit.shuffle,
            "steps_per_epoch": fit.steps_per_epoch,
            "validation_steps": fit.validation_steps,
            "validation_freq": fit.validation_freq,
            "deterministic": fit.deterministic,
            "reset_states": fit.reset_states,
        }
        if fit.class_weight:
            weights = {name: one if isinstance(one, str) else Flow(dict(one.items())) for name, one in fit.class_weight}
            out["class_weight"] = weights.get(None, weights)
        return out

    def phase(self, phase: PhaseSpec) -> dict[str, Any]:
        out: dict[str, Any] = {"epochs": phase.epochs}
        for word, patterns in (("freeze", phase.freeze), ("unfreeze", phase.unfreeze)):
            if patterns:
                out[word] = FlowList(pattern.text for pattern in patterns)
        if phase.optimizer is not None:
            out["optimizer"] = self.component(phase.optimizer)
        if phase.batch_size is not None:
            out["batch_size"] = phase.batch_size
        if phase.callbacks:
            out["callbacks"] = [self.component(callback) for callback in phase.callbacks]
        return out

    def checkpoints(self, spec: CheckpointSpec) -> dict[str, Any]:
        every = "epoch" if spec.every == "epoch" else f"{spec.interval:g} {spec.every}"
        best = {name: value for name, value in (("best", spec.best), ("mode", spec.mode)) if value is not None}
        return {**best, "keep": spec.keep, "every": every}


def _defaults(component: Component) -> list[tuple[str, object]]:
    """The parameters of a component with their defaults; names that default to nothing are left out."""
    if component.group == "sources":
        return [(p.name, p.default) for p in SOURCES[component.name].parameters if not p.required and not p.is_path]
    entry = load_catalog().find(component.group, component.name)
    if entry is None or component.group == "ops":
        # An operation's other parameters may be filled by the wiring; what it was given says all.
        return []
    return [
        (parameter.name, _canonical(parameter))
        for parameter in entry.parameters
        if parameter.has_default and not (parameter.name in ("name", "trainable") and parameter.default is None)
    ]


def _canonical(parameter: Parameter) -> object:
    """A default as the resolved spec writes it: aliases such as `glorot_uniform` by their class."""
    if parameter.group is None or not isinstance(parameter.default, str):
        return parameter.default
    entry = load_catalog().find(parameter.group, parameter.default)
    return entry.name if entry is not None else parameter.default
