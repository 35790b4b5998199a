"""How many numbers the weights of a layer hold, from what it reads and its arguments."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from kerascli.check.shapes.call import Call, Shape, UnknownShape, axis_of, whole
from kerascli.check.shapes.convolutions import dimensions
from kerascli.check.shapes.windows import channels
from kerascli.spec.component import Component

Count = Callable[[Call], int]


def parameter_count(call: Call) -> int:
    """The numbers of a layer's weights, those that are not trained included.

    Raises:
        UnknownShape: It can't be told; a layer that is not listed here may have any.
    """
    count = COUNTS.get(call.component.name)
    if count is None:
        raise UnknownShape
    return count(call)


def _size(size: int | None) -> int:
    if size is None:
        raise UnknownShape
    return size


def _read(call: Call) -> int:
    return _size(channels(call, call.shape))


def dense(call: Call) -> int:
    """A weight for each pair, and a bias."""
    if call.value("lora_rank") is not None:
        raise UnknownShape
    units = call.size("units")
    return _size(call.shape[-1]) * units + (units if call.flag("use_bias") else 0)


def embedding(call: Call) -> int:
    """A row for each number."""
    if call.value("lora_rank") is not None:
        raise UnknownShape
    return call.size("input_dim") * call.size("output_dim")


def convolution(call: Call) -> int:
    """A kernel for each filter and channel of its group."""
    kernel = math.prod(call.sizes("kernel_size", dimensions(call.component.name)))
    name, read = call.component.name, _read(call)
    if name.startswith("Depthwise"):
        filters = read * call.size("depth_multiplier")
        numbers = kernel * filters
    elif name.startswith("Separable"):
        filters = call.size("filters")
        numbers = read * call.size("depth_multiplier") * (kernel + filters)
    else:
        filters = call.size("filters")
        groups = 1 if name.endswith("Transpose") else call.size("groups")
        numbers = kernel * (read // groups) * filters
    return numbers + (filters if call.flag("use_bias") else 0)


def convolutional_recurrent(call: Call) -> int:
    """For each of the four gates a kernel for each channel and each state, and a bias."""
    kernel = math.prod(call.sizes("kernel_size", dimensions(call.component.name)))
    filters = call.size("filters")
    read = _size(call.shape[2] if call.channels_first else call.shape[-1])
    return 4 * filters * (kernel * (read + filters) + (1 if call.flag("use_bias") else 0))


def recurrent(call: Call) -> int:
    """For each gate a weight for each input and each state, and a bias."""
    units, read = call.size("units"), _size(call.shape[-1])
    gates = {"LSTM": 4, "GRU": 3, "SimpleRNN": 1}[call.component.name]
    biases = gates * units if call.flag("use_bias") else 0
    if call.component.name == "GRU" and call.flag("reset_after"):
        biases *= 2
    return gates * units * (read + units) + biases


def normalization(call: Call) -> int:
    """For each channel a scale and an offset; a BatchNormalization keeps mean and variance too."""
    axis, shape = call.value("axis"), call.shape
    axes = [whole(one) for one in axis] if isinstance(axis, tuple | list) else [whole(axis)]
    sizes = math.prod(_size(shape[axis_of(one, len(shape), "axis", call.component.name)]) for one in axes)
    kinds = call.flag("center") + call.flag("scale")
    if call.component.name == "RMSNormalization":
        kinds = 1
    return sizes * (kinds + (2 if call.component.name == "BatchNormalization" and not call.flag("renorm") else 0))


def attention(call: Call) -> int:
    """Projections of query, key and value for all heads, and one back."""
    if call.flag("use_gate"):
        raise UnknownShape
    query, value = _size(call.tensor("query").shape[-1]), _size(call.tensor("value").shape[-1])
    key = _size(call.tensor("key").shape[-1]) if "key" in call.tensors else value
    heads, depth = call.size("num_heads"), call.size("key_dim")
    inner = depth if call.value("value_dim") is None else call.size("value_dim")
    asked = call.value("output_shape")
    sizes = (
        [whole(one) for one in asked] if isinstance(asked, tuple | list) else [query if asked is None else whole(asked)]
    )
    out = math.prod(sizes)
    biases = heads * (2 * depth + inner) + out if call.flag("use_bias") else 0
    return heads * (query * depth + key * depth + value * inner + inner * out) + biases


def parameter(call: Call) -> int:
    """Its own size."""
    sizes = call.value("shape")
    return math.prod(whole(size) for size in sizes) if isinstance(sizes, tuple | list) else 0


def bidirectional(call: Call) -> int:
    """Two of the layer that it holds."""
    if call.value("backward_layer") is not None:
        raise UnknownShape
    return 2 * _held(call, call.shape)


def time_distributed(call: Call) -> int:
    """One of the layer that it holds."""
    return _held(call, (call.shape[0], *call.shape[2:]))


def _held(call: Call, shape: Shape) -> int:
    layer = call.value("layer")
    if not isinstance(layer, Component) or layer.group != "layers":
        raise UnknownShape
    return parameter_count(Call(layer, {"inputs": replace(call.tensor(), shape=shape)}, {}, call.policy))


COUNTS: Mapping[str, Count] = {
    **{f"{front}Conv{count}D": convolution for front in ("", "Depthwise", "Separable") for count in (1, 2, 3)},
    **{f"Conv{count}DTranspose": convolution for count in (1, 2, 3)},
    **{f"ConvLSTM{count}D": convolutional_recurrent for count in (1, 2, 3)},
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), recurrent),
    **dict.fromkeys(
        ("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization"), normalization
    ),
    "Bidirectional": bidirectional,
    "Dense": dense,
    "Embedding": embedding,
    "MultiHeadAttention": attention,
    "Parameter": parameter,
    "TimeDistributed": time_distributed,
}
