"""Rules of layers that hold another layer: Bidirectional, TimeDistributed, SpectralNormalization."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from kerascli.check.shapes.call import Call, Misfit, UnknownShape, shown
from kerascli.check.shapes.rule import Made, Rule
from kerascli.record.model_summary import TensorShape
from kerascli.spec.component import Component


def wrapper_rules(apply: Rule) -> Mapping[str, Rule]:
    """The rules.

    Args:
        apply: What finds the rule of the layer that is held.
    """
    return {
        "Bidirectional": partial(bidirectional, apply),
        "SpectralNormalization": partial(same_as_held, apply),
        "TimeDistributed": partial(time_distributed, apply),
    }


def bidirectional(apply: Rule, call: Call) -> Made:
    """What both directions make, joined as `merge_mode` says, then the states of each."""
    made = _held(apply, call, call.tensor())
    output, states = made[0], made[1:]
    mode = call.value("merge_mode")
    if mode is None:
        return _typed(call, (output, output, *states, *states))
    last = output.shape[-1]
    if mode == "concat":
        output = TensorShape((*output.shape[:-1], None if last is None else 2 * last), output.dtype)
    return _typed(call, (output, *states, *states))


def time_distributed(apply: Rule, call: Call) -> Made:
    """What the layer makes of each step."""
    shape = call.shape
    if len(shape) < 3:
        message = f"TimeDistributed reads {shown(shape)}, but wants steps: (batch, steps, …)"
        raise Misfit("wrong-rank", message, "use the layer without TimeDistributed", read=0)
    made = _held(apply, call, TensorShape((shape[0], *shape[2:]), call.tensor().dtype))
    if len(made) != 1:
        raise UnknownShape
    return call.made((made[0].shape[0], shape[1], *made[0].shape[1:]))


def same_as_held(apply: Rule, call: Call) -> Made:
    """What the layer makes."""
    return _typed(call, _held(apply, call, call.tensor()))


def _held(apply: Rule, call: Call, tensor: TensorShape) -> Made:
    layer = call.value("layer")
    if not isinstance(layer, Component) or layer.group != "layers":
        raise UnknownShape
    return apply(Call(layer, {"inputs": tensor}, {}, call.policy))


def _typed(call: Call, tensors: Made) -> Made:
    """The tensors as the wrapper hands them out, in its own dtype."""
    return tuple(TensorShape(one.shape, call.dtype) for one in tensors)
