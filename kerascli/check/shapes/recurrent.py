"""Rules of recurrent layers: LSTM, GRU, SimpleRNN, RNN with cells, and the convolutional LSTMs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kerascli.check.shapes.call import Call, UnknownShape, whole
from kerascli.check.shapes.convolutions import dimensions
from kerascli.check.shapes.ranks import SEQUENCE, need_rank
from kerascli.check.shapes.rule import Made, Rule
from kerascli.check.shapes.windows import arranged, slid
from kerascli.record.model_summary import TensorShape
from kerascli.spec.component import Component

_STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1, "LSTMCell": 2, "GRUCell": 1, "SimpleRNNCell": 1}


def recurrent(call: Call) -> Made:
    """The last step, or all; after it the states where they are asked for."""
    shape = need_rank(call, 3, axes=SEQUENCE)
    units, count = call.size("units"), _STATES[call.component.name]
    return _with_states(call, shape[0], shape[1], (units,), [(units,)] * count)


def cells(call: Call) -> Made:
    """An RNN: the output is that of the last of its cells, the states those of all."""
    value = call.value("cell")
    found = value if isinstance(value, tuple | list) else (value,)
    if call.flag("return_state") and len(found) > 1:
        # Keras keeps the states of each cell in a list of its own.
        raise UnknownShape
    sizes = []
    for cell in found:
        if not isinstance(cell, Component) or cell.name not in _STATES:
            raise UnknownShape
        sizes += [(whole(cell.value("units")),)] * _STATES[cell.name]
    # A cell of one's own, which has no rule, may take more axes.
    shape = need_rank(call, 3, axes=SEQUENCE)
    return _with_states(call, shape[0], shape[1], sizes[-1], sizes)


def convolutional(call: Call) -> Made:
    """A kernel that slides over each step."""
    count = dimensions(call.component.name)
    names = ("rows", "height, width", "depth, height, width")[count - 1]
    shape = need_rank(call, count + 3, axes=f"(batch, steps, {names}, channels)")
    # What a step is to its convolution.
    step = TensorShape((shape[0], *shape[2:]), call.tensor().dtype)
    inner = replace(call, tensors={"sequences": step})
    kernel = call.sizes("kernel_size", count)
    sizes = slid(inner, "kernel_size", kernel, call.sizes("strides", count), call.sizes("dilation_rate", count))
    made = arranged(call, None, sizes, call.size("filters"))[1:]
    return _with_states(call, shape[0], shape[1], made, [made, made])


def _with_states(
    call: Call,
    batch: int | None,
    steps: int | None,
    step: tuple[int | None, ...],
    states: list[tuple[int | None, ...]] | list[tuple[int]],
) -> Made:
    made = call.made((batch, steps, *step) if call.flag("return_sequences") else (batch, *step))
    if call.flag("return_state"):
        made += tuple(one for state in states for one in call.made((batch, *state)))
    return made


RECURRENT: Mapping[str, Rule] = {
    **dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), recurrent),
    **dict.fromkeys(("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"), convolutional),
    "RNN": cells,
}
