"""A `Spec` → its resolved YAML: every value written out, so that training on it repeats the run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from kerascli.catalog import Parameter, load_catalog
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec, FieldSpec, SplitSpec
from kerascli.spec.model_parser import INFERRED_INPUT
from kerascli.spec.model_spec import Constant, LayerSpec, ModelSpec, TensorReference, WiredArgument
from kerascli.spec.scalars import AmbiguousScalar, read_fraction, read_plain
from kerascli.spec.sources import SOURCES
from kerascli.spec.spec import Spec
from kerascli.spec.training_spec import CheckpointSpec, CompileSpec, FitSpec, PhaseSpec


class Flow(dict[Any, Any]):
    """A mapping that is written on one line."""


class FlowList(list[Any]):
    """A list that is written on one line."""


def dump_spec(spec: Spec, *, defaults: bool = True) -> str:
    """The resolved spec as YAML.

    Args:
        spec: The spec.
        defaults: Whether the arguments that were left out are written with Keras's defaults.

    Returns:
        The text; `load_spec` reads it as an equal spec.
    """
    return yaml.dump(
        resolve(spec, defaults=defaults), Dumper=_Dumper, sort_keys=False, width=118, allow_unicode=True, indent=2
    )


def resolve(spec: Spec, *, defaults: bool = True) -> dict[str, Any]:
    """The resolved spec as plain values."""
    writer = _Writer(defaults)
    out: dict[str, Any] = {"kerascli": 1, "name": spec.name}
    if spec.description is not None:
        out["description"] = spec.description
    if spec.tags:
        out["tags"] = FlowList(spec.tags)
    out |= {"seed": spec.seed, "dtype": spec.dtype}
    if spec.data is not None:
        out["data"] = writer.data(spec.data)
    out["model"] = writer.model(spec.model)
    heads = [output.name for output in spec.model.outputs]
    if spec.compile is not None:
        out["compile"] = writer.compile(spec.compile, heads)
    out["fit"] = writer.fit(spec.fit)
    out["callbacks"] = [writer.component(callback) for callback in spec.callbacks]
    out["checkpoints"] = writer.checkpoints(spec.checkpoints)
    board = spec.logs.tensorboard
    out["logs"] = {"csv": spec.logs.csv, "tensorboard": Flow(board) if board else board is not None}
    return out


class _Writer:
    """Turns the parts of a spec into plain values; the one thing it knows is whether defaults are written."""

    def __init__(self, defaults: bool) -> None:
        self.defaults = defaults

    def value(self, value: object) -> Any:
        """The value of an argument."""
        if isinstance(value, Component):
            return self.component(value)
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
        if data.sample_weight:
            weights = {name: field for name, field, _ in data.sample_weight}
            out["sample_weight"] = weights[None] if None in weights else Flow({str(k): v for k, v in weights.items()})
        return out

    def split(self, split: SplitSpec) -> Any:
        if split.source is not None:
            return self.component(split.source)
        size = {"count": split.count} if split.count is not None else {"fraction": split.fraction}
        return Flow({**size, "shuffle": split.shuffle})

    def field(self, field: FieldSpec) -> Any:
        where: dict[str, Any] = {"fields": FlowList(field.fields)} if field.stacked else {"field": field.fields[0]}
        if field.transforms:
            where["transform"] = [self.component(transform) for transform in field.transforms]
        if field.classes is not None:
            where["classes"] = FlowList(field.classes)
        if field.one_hot:
            where["one_hot"] = True
        return field.fields[0] if not field.stacked and len(where) == 1 else where

    def model(self, model: ModelSpec) -> dict[str, Any]:
        out: dict[str, Any] = {}
        if model.inputs:
            out["inputs"] = {
                item.name: Flow(
                    {
                        "shape": None if item.shape is None else FlowList(item.shape),
                        **({} if item.dtype is None else {"dtype": item.dtype}),
                        **({} if item.batch_size is None else {"batch_size": item.batch_size}),
                    }
                )
                for item in model.inputs
            }
            for name, written in out["inputs"].items():
                if written["shape"] is None:
                    del written["shape"]
                elif list(written) == ["shape"]:
                    out["inputs"][name] = written["shape"]
        # A model whose one input is still to be inferred goes by the parser's name for it.
        names = [item.name for item in model.inputs] or [INFERRED_INPUT]
        above = names[0] if len(names) == 1 else None
        out["layers"] = []
        for layer in model.layers:
            out["layers"].append(self.layer(layer, above))
            above = layer.name
        if [output.name for output in model.outputs] == [str(output.tensor) for output in model.outputs]:
            out["outputs"] = FlowList(output.name for output in model.outputs)
        else:
            out["outputs"] = Flow({output.name: str(output.tensor) for output in model.outputs})
        out["topology"] = model.topology
        return out

    def layer(self, layer: LayerSpec, above: str | None) -> dict[str, Any]:
        component = self.component(layer.component)
        # The name and `trainable` may have been written among the arguments; the resolved place is beside the layer.
        if isinstance(component, dict):
            arguments = next(iter(component.values()))
            arguments.pop("name", None)
            arguments.pop("trainable", None)
        entry: dict[str, Any] = dict(component) if isinstance(component, dict) else {component: Flow()}
        entry["name"] = layer.name
        reads = layer.wiring
        implied = reads.kind == "one" and reads.references[0].index is None
        if not (implied and reads.references[0].name == above):
            entry["inputs"] = self.inputs(layer)
        if layer.trainable is not None:
            entry["trainable"] = layer.trainable
        return entry

    def inputs(self, layer: LayerSpec) -> Any:
        wiring = layer.wiring
        if wiring.kind == "one":
            return str(wiring.tensors[0])
        if wiring.kind == "mapping":
            return Flow({name: self.wired(value) for name, value in wiring.arguments})
        return FlowList(str(tensor) for tensor in wiring.tensors)

    def wired(self, value: WiredArgument) -> Any:
        if isinstance(value, TensorReference):
            return str(value)
        if isinstance(value, Constant):
            return self.value(value.value)
        return FlowList(str(tensor) for tensor in value)

    def compile(self, spec: CompileSpec, heads: list[str]) -> dict[str, Any]:
        losses = [None if loss is None else self.component(loss) for loss in spec.losses]
        out: dict[str, Any] = {"optimizer": self.component(spec.optimizer)}
        out["loss"] = losses[0] if len(heads) == 1 else dict(zip(heads, losses, strict=True))
        if spec.loss_weights is not None:
            out["loss_weights"] = FlowList(spec.loss_weights)
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


class _Dumper(yaml.SafeDumper):
    """Writes flow mappings on one line, and quotes what our reader would take for something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented below their key, as specs are written by hand."""
        del indentless
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Equal values are written out each time."""
        del data
        return True


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    text = value.replace("$", "$$") if re.search(r"\$", value) else value
    try:
        ambiguous = read_plain(text) != text or read_fraction(text) is not None
    except AmbiguousScalar:
        ambiguous = True
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="'" if ambiguous else None)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(dict, lambda dumper, value: dumper.represent_dict(value.items()))
_Dumper.add_representer(
    Flow, lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)
)
_Dumper.add_representer(
    FlowList, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
)
_Dumper.add_representer(
    list, lambda dumper, value: dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=False)
)
