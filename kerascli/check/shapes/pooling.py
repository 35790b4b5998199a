"""Rules of poolings: by windows, global, adaptive."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import Call
from kerascli.check.shapes.convolutions import dimensions
from kerascli.check.shapes.ranks import need_rank
from kerascli.check.shapes.rule import Made, Rule
from kerascli.check.shapes.windows import arranged, channels, slid


def pooling(call: Call) -> Made:
    """A window that slides over the axes between batch and channels."""
    count = dimensions(call.component.name)
    shape = need_rank(call, count + 2)
    pool = call.sizes("pool_size", count)
    strides = pool if call.value("strides") is None else call.sizes("strides", count)
    return call.made(
        arranged(call, shape[0], slid(call, "pool_size", pool, strides, (1,) * count), channels(call, shape))
    )


def global_pooling(call: Call) -> Made:
    """One number a channel."""
    count = dimensions(call.component.name)
    shape = need_rank(call, count + 2)
    if call.flag("keepdims"):
        return call.made(arranged(call, shape[0], (1,) * count, channels(call, shape)))
    return call.made((shape[0], channels(call, shape)))


def adaptive_pooling(call: Call) -> Made:
    """As many windows as are asked for."""
    count = dimensions(call.component.name)
    shape = need_rank(call, count + 2)
    return call.made(arranged(call, shape[0], call.sizes("output_size", count), channels(call, shape)))


POOLING: Mapping[str, Rule] = {
    f"{front}{kind}Pooling{count}D": rule
    for front, rule in (("", pooling), ("Global", global_pooling), ("Adaptive", adaptive_pooling))
    for kind in ("Average", "Max")
    for count in (1, 2, 3)
}
