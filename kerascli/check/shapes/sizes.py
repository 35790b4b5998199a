"""Rules of layers that make axes longer or shorter: crops, borders, enlargement, resizing."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import Call, Misfit, Shape, UnknownShape, shown, whole
from kerascli.check.shapes.convolutions import dimensions
from kerascli.check.shapes.ranks import need_rank
from kerascli.check.shapes.rule import Made, Rule
from kerascli.check.shapes.windows import arranged, channels, spatial


def _sides(value: object, count: int) -> tuple[tuple[int, int], ...]:
    """Before and after, for each axis: from one number, one an axis, or a pair an axis (for one axis: a pair)."""
    if isinstance(value, int):
        return ((whole(value),) * 2,) * count
    if not isinstance(value, tuple | list):
        raise UnknownShape
    if count == 1:
        if len(value) != 2:
            raise UnknownShape
        return ((whole(value[0]), whole(value[1])),)
    if len(value) != count:
        raise UnknownShape
    pairs = [side if isinstance(side, tuple | list) else (side, side) for side in value]
    if any(len(pair) != 2 for pair in pairs):
        raise UnknownShape
    return tuple((whole(pair[0]), whole(pair[1])) for pair in pairs)


def _resized(call: Call, sizes: Shape) -> Made:
    shape = call.shape
    return call.made(arranged(call, shape[0], sizes, channels(call, shape)))


def padding(call: Call) -> Made:
    """A border is added."""
    count = dimensions(call.component.name)
    shape = need_rank(call, count + 2)
    sides = _sides(call.value("padding"), count)
    sizes = zip(spatial(call, shape), sides, strict=True)
    return _resized(call, tuple(None if size is None else size + sum(side) for size, side in sizes))


def cropping(call: Call) -> Made:
    """A border is cut off."""
    count = dimensions(call.component.name)
    shape = need_rank(call, count + 2)
    sides = _sides(call.value("cropping"), count)
    made: list[int | None] = []
    for size, side in zip(spatial(call, shape), sides, strict=True):
        if size is not None and size - sum(side) <= 0:
            message = f"{call.component.name} reads {shown(shape)}, and cuts {sum(side)} off an axis of {size}"
            raise Misfit("too-small", message, f"cut off at most {size - 1}", argument="cropping")
        made.append(None if size is None else size - sum(side))
    return _resized(call, tuple(made))


def enlarging(call: Call) -> Made:
    """Each place is repeated."""
    count = dimensions(call.component.name)
    shape = need_rank(call, count + 2)
    sizes = zip(spatial(call, shape), call.sizes("size", count), strict=True)
    return _resized(call, tuple(None if size is None else size * times for size, times in sizes))


def resizing(call: Call) -> Made:
    """Images of the size that is asked for."""
    if len(call.shape) == 3:
        # One image, or grey ones without an axis of channels: Keras takes it for one image.
        raise UnknownShape
    need_rank(call, 4)
    return _resized(call, (call.size("height"), call.size("width")))


SIZES: Mapping[str, Rule] = {
    **dict.fromkeys(("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"), padding),
    **dict.fromkeys(("Cropping1D", "Cropping2D", "Cropping3D"), cropping),
    **dict.fromkeys(("UpSampling1D", "UpSampling2D", "UpSampling3D"), enlarging),
    **dict.fromkeys(("Resizing", "CenterCrop", "RandomCrop"), resizing),
}
