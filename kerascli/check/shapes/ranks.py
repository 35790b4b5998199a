"""Layers that read a fixed number of axes, and how to give a tensor that number."""

from __future__ import annotations

from math import isqrt

from kerascli.check.shapes.call import Call, Misfit, Shape, product, shown

SEQUENCE = "(batch, steps, features)"
AXES = {3: SEQUENCE, 4: "(batch, height, width, channels)", 5: "(batch, depth, height, width, channels)"}
FIRST = {
    3: "(batch, features, steps)",
    4: "(batch, channels, height, width)",
    5: "(batch, channels, depth, height, width)",
}


def need_rank(call: Call, rank: int, *, axes: str | None = None, read: int = 0) -> Shape:
    """The shape of the first tensor, which must have so many axes.

    Args:
        call: The call.
        rank: The number of axes, the batch axis included.
        axes: What the axes are; left out: those of images or sequences.
        read: The number of the tensor, for the message's place.

    Raises:
        Misfit: It has more or fewer.
    """
    shape = call.shape
    if len(shape) != rank:
        names = axes or (FIRST if call.channels_first else AXES).get(rank)
        wants = f"{rank} axes" + (f", {names}" if names else "")
        message = f"{call.component.name} reads {shown(shape)}, but wants {wants}"
        raise Misfit("wrong-rank", message, reshape_hint(shape, rank), read=read)
    return shape


def reshape_hint(shape: Shape, rank: int) -> str:
    """How to bring a tensor to so many axes."""
    sizes = list(shape[1:])
    if rank == 2:
        return "add 'Flatten', or a global pooling, before it"
    if len(sizes) < rank - 1:
        side = isqrt(sizes[0]) if len(sizes) == 1 and sizes[0] else 0
        if len(sizes) == 1 and rank == 4 and side > 1 and side * side == sizes[0]:
            sizes = [side, side, 1]
        sizes += [1] * (rank - 1 - len(sizes))
    else:
        rest = sizes[rank - 2 :]
        sizes = [*sizes[: rank - 2], product(tuple(rest))]
    if sizes.count(None) > 1:
        return f"bring it to {rank} axes with a 'Reshape' before it"
    written = ", ".join("-1" if size is None else str(size) for size in sizes)
    return f"add 'Reshape: [{written}]' before it"
