"""What a Keras config says that a spec need not: defaults, what follows from the rest, numbers written long."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from kerascli.catalog import Entry, Parameter, load_catalog
from kerascli.spec.component import Component
from kerascli.spec.keras_config.objects import Config, is_object

# Keras fills these up to a number for each axis; one number means the same.
_SIZES = ("kernel_size", "strides", "dilation_rate", "pool_size", "size", "padding", "cropping")


def without_derived(entry: Entry, config: Config, outer: Config) -> Config:
    """The config without what follows from the rest of it, or from the shapes that the layer was built on."""
    out = dict(config)
    if entry.name == "Bidirectional":
        if _mirrors(out.get("layer"), out.get("backward_layer")):
            out.pop("backward_layer")
        out |= {word: _without_zeroing(out[word]) for word in ("layer", "backward_layer") if is_object(out.get(word))}
    if entry.name == "RNN" and is_object(out.get("cell")) and out["cell"]["class_name"] == "StackedRNNCells":
        out["cell"] = out["cell"]["config"]["cells"]
    if "pool_size" in out and out.get("strides") == out["pool_size"]:
        out.pop("strides")
    if entry.name == "MultiHeadAttention" and out.get("value_dim") == out.get("key_dim"):
        out.pop("value_dim", None)
    if entry.name == "MultiHeadAttention" and _are_all_axes(out.get("attention_axes"), outer.get("build_config")):
        out.pop("attention_axes")
    if entry.group == "layers" and out.get("data_format") == "channels_last":
        out.pop("data_format")
    if entry.name == "CategoryEncoding" and out.get("sparse") is None:
        out.pop("sparse", None)
    return out


def _are_all_axes(axes: object, built: object) -> bool:
    """Whether these are the axes between the first and the last, which Keras fills in for None."""
    shapes = built.get("shapes_dict", built) if isinstance(built, Mapping) else {}
    shape = shapes.get("query_shape") if isinstance(shapes, Mapping) else None
    return isinstance(axes, list) and isinstance(shape, list) and axes == list(range(1, len(shape) - 1))


def _without_zeroing(layer: Config) -> Config:
    """The layer without `zero_output_for_mask`, which Bidirectional sets by itself."""
    inner = {key: value for key, value in layer["config"].items() if key != "zero_output_for_mask"}
    return {**layer, "config": inner}


def _mirrors(forward: object, backward: object) -> bool:
    """Whether a backward layer is what Keras makes of the forward one."""
    if not (isinstance(forward, Mapping) and isinstance(backward, Mapping)):
        return False
    one, other = dict(forward.get("config", {})), dict(backward.get("config", {}))
    turned = one.pop("go_backwards", None) != other.pop("go_backwards", None)
    one.pop("name", None), other.pop("name", None)
    return turned and forward["class_name"] == backward["class_name"] and _bare(one) == _bare(other)


def _bare(value: object) -> object:
    """The value without `shared_object_id`s."""
    if isinstance(value, Mapping):
        return {key: _bare(item) for key, item in value.items() if key != "shared_object_id"}
    return [_bare(item) for item in value] if isinstance(value, list | tuple) else value


def is_default(value: object, parameter: Parameter) -> bool:
    """Whether a value is what Keras takes when the argument is left out."""
    if not parameter.has_default or parameter.name == "value":
        # Keras can't make a `Constant` from its name alone.
        return False
    return _comparable(parameter.name, value, parameter.group) == _comparable(
        parameter.name, parameter.default, parameter.group
    )


def _comparable(name: str, value: object, group: str | None) -> object:
    """The value in a form in which two ways to write one thing are equal."""
    if group == "activations" and value in (None, "linear"):
        return None
    if group is not None and isinstance(value, str):
        entry = load_catalog().find(group, value)
        return (entry.name if entry is not None else value, ())
    if isinstance(value, Component):
        arguments = ((a.name, _comparable(a.name, a.value, None)) for a in value.arguments)
        return (value.name, tuple(sorted(arguments, key=lambda pair: pair[0])))
    value = plainest(name, value)
    if isinstance(value, list | tuple):
        items = tuple(_comparable("", item, group) for item in value)
        # An axis, and a tuple of that axis alone, are one.
        return items[0] if name == "axis" and len(items) == 1 else items
    # True is 1 to Python, not to a spec.
    return (bool, value) if isinstance(value, bool) else value


def plainest(name: str, value: object) -> object:
    """One number for several equal ones, where Keras reads it so."""
    if name in _SIZES and isinstance(value, list | tuple) and value:
        items = [plainest(name, item) for item in value]
        if all(isinstance(item, int) and item == items[0] for item in items):
            return items[0]
    return value


def shortest(value: float) -> float:
    """The shortest decimal number that is the same as `value` in float32, where `value` is a float32.

    Keras keeps a learning rate as float32, and writes 0.0010000000474974513 for 0.001.
    """
    try:
        packed = struct.pack("f", value)
    except OverflowError:
        return value
    if struct.unpack("f", packed)[0] != value:
        return value
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if struct.pack("f", short) == packed:
            return short
    return value
