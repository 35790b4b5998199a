"""The compile settings in the config of a saved model → the `compile` section, where they are Keras's own and simple."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kerascli.catalog import load_catalog
from kerascli.spec.brief import brief_value
from kerascli.spec.component import Component
from kerascli.spec.component_parser import SHAPE_LOSSES, SHAPE_METRICS
from kerascli.spec.keras_config.components import read_component
from kerascli.spec.keras_config.objects import is_object
from kerascli.spec.keras_config.reading import Reading
from kerascli.spec.yaml_writer import FlowList

Config = Mapping[str, Any]


class _NotSimple(Exception):
    """A setting that a spec can't hold, with what it is."""


def compile_section(config: Config, heads: Sequence[str], renames: Mapping[str, str], reading: Reading) -> Any:
    """The `compile` section as plain values, or None with a remark.

    Args:
        config: `compile_config` of the archive.
        heads: The names of the model's outputs in the spec.
        renames: What the file calls them, where that differs.
        reading: Takes the remark.
    """
    try:
        return _section(config, list(heads), renames, reading)
    except _NotSimple as error:
        reading.remark(f"the compile settings are left out: {error}")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reading.remark(f"the compile settings are left out: {type(error).__name__}: {error}")
    return None


def _section(config: Config, heads: list[str], renames: Mapping[str, str], reading: Reading) -> Any:
    out: dict[str, Any] = {"optimizer": brief_value(_optimizer(config.get("optimizer"), reading))}
    loss = config.get("loss")
    if loss is not None:
        out["loss"] = _by_head(loss, heads, renames, lambda raw: _named(raw, "losses", reading), whole=True)
    if config.get("loss_weights") is not None:
        out["loss_weights"] = _by_head(config["loss_weights"], heads, renames, _number, whole=False)
    for word in ("metrics", "weighted_metrics"):
        found = config.get(word)
        if found:
            out[word] = _metrics(found, heads, renames, reading)
    steps = config.get("steps_per_execution")
    if config.get("run_eagerly"):
        out["run_eagerly"] = True
    if isinstance(steps, int) and steps > 1:
        out["steps_per_execution"] = steps
    return out


def _optimizer(raw: object, reading: Reading) -> Component:
    if isinstance(raw, str):
        entry = load_catalog().find("optimizers", raw)
        if entry is not None:
            return Component("optimizers", entry.name, (), reading.span)
    if not is_object(raw) or not isinstance(raw, Mapping):
        raise _NotSimple("the optimizer is not Keras's own")
    return _component(raw, "optimizers", "the optimizer", reading)


def _by_head(raw: Any, heads: list[str], renames: Mapping[str, str], read: Any, *, whole: bool) -> Any:
    """A setting for all heads, or by head; `whole`: each head stands in the mapping, with null for one that has none."""
    if isinstance(raw, Mapping) and not is_object(raw):
        found = {renames.get(str(key), str(key)): value for key, value in raw.items()}
        unknown = [key for key in found if key not in heads]
        if unknown:
            raise _NotSimple(f"they name '{unknown[0]}', which is no output")
        names = heads if whole else [head for head in heads if head in found]
        given = {head: read(found[head]) if found.get(head) is not None else None for head in names}
    elif isinstance(raw, list | tuple):
        if len(raw) != len(heads):
            raise _NotSimple(f"they list {len(raw)} for {len(heads)} outputs")
        given = {head: None if value is None else read(value) for head, value in zip(heads, raw, strict=True)}
    else:
        return read(raw)
    return next(iter(given.values())) if len(heads) == 1 else given


def _number(raw: object) -> object:
    if isinstance(raw, int | float):
        return raw
    raise _NotSimple("a weight of a loss is no number")


def _metrics(raw: Any, heads: list[str], renames: Mapping[str, str], reading: Reading) -> Any:
    def one(value: Any) -> Any:
        items = value if isinstance(value, list | tuple) else [value]
        return FlowList(_named(item, "metrics", reading) for item in items)

    flat = isinstance(raw, list | tuple) and not any(isinstance(item, list | tuple) for item in raw)
    if len(heads) == 1 and flat:
        return one(raw)
    if flat and len(raw) != len(heads):
        raise _NotSimple(f"they list {len(raw)} metrics for {len(heads)} outputs")
    found = _by_head(raw, heads, renames, one, whole=False)
    return {head: value for head, value in found.items() if value} if isinstance(found, dict) else found


def _named(raw: Any, group: str, reading: Reading) -> Any:
    """A loss or metric as a spec writes it."""
    if isinstance(raw, str):
        special = SHAPE_METRICS if group == "metrics" else SHAPE_LOSSES
        if raw in special or load_catalog().find(group, raw) is not None:
            return raw
        raise _NotSimple(f"Keras has no '{raw}'")
    if is_object(raw) and raw["class_name"] == "function" and isinstance(raw["config"], str):
        return _named(raw["config"], group, reading)
    if not is_object(raw):
        raise _NotSimple("a loss or metric is not Keras's own")
    return brief_value(_component(raw, group, f"the {'metric' if group == 'metrics' else 'loss'}", reading))


def _component(raw: Config, group: str, what: str, reading: Reading) -> Component:
    """The component; one that is not Keras's own is no fault here, since a model can be had without."""
    inner = Reading(reading.span, reading.dtype, read_model=reading.read_model)
    component = read_component(raw, what, inner, group)
    if component is None or component.group != group or inner.problems.failed:
        raise _NotSimple(f"{what} '{raw.get('class_name')}' is not Keras's own")
    return component
