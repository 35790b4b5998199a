"""Rules of layers that join tensors: Add and its like, Concatenate, Dot."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from kerascli.check.shapes.by_number import ELEMENTWISE
from kerascli.check.shapes.call import Call, Misfit, Shape, UnknownShape, axis_of, shown, whole
from kerascli.check.shapes.rule import Made, Rule


def elementwise(call: Call) -> Made:
    """Number by number; an axis of 1 goes with each.

    Raises:
        Misfit: Two sizes differ, and none is 1 (code `shape-mismatch`).
    """
    shapes = [tensor.shape for tensor in call.all_tensors()]
    name = call.component.name
    if not all(shapes):
        raise UnknownShape
    batches = {shape[0] for shape in shapes} - {None}
    if len(batches) > 1:
        message = f"{name} can't join {' and '.join(shown(shape) for shape in shapes)}: their batches differ"
        raise Misfit("shape-mismatch", message, "let all of them depend on one input")
    sizes = shapes[0][1:]
    for number, shape in enumerate(shapes[1:], 1):
        sizes = joined(name, sizes, shape[1:], number, shown_as=(shapes[0], shape))
    return call.made((batches.pop() if batches else None, *sizes))


def joined(
    name: str,
    first: Shape,
    second: Shape,
    read: int,
    *,
    free: bool = True,
    shown_as: tuple[Shape, Shape] | None = None,
) -> Shape:
    """The shape of two tensors that go together number by number.

    Args:
        name: The layer or operation.
        first: The shape so far.
        second: That of the next tensor.
        read: Its number.
        free: Whether a free axis stays free beside one that is known, as in Keras's layers; its operations take the other.
        shown_as: The two shapes as a message shows them.

    Raises:
        Misfit: They don't (code `shape-mismatch`).
    """
    rank = max(len(first), len(second))
    made: list[int | None] = []
    for one, other in zip(_filled(first, rank), _filled(second, rank), strict=True):
        if one is None or other is None:
            known = other if one is None else one
            made.append(None if free or known == 1 else known)
        elif one != other and 1 not in (one, other):
            left, right = shown_as or (first, second)
            message = f"{name} can't join {shown(left)} and {shown(right)}: {one} and {other} differ"
            raise Misfit("shape-mismatch", message, "bring both to one shape, with a Dense or a Reshape", read=read)
        else:
            made.append(max(one, other) if 0 not in (one, other) else 0)
    return tuple(made)


def _filled(shape: Shape, rank: int) -> Shape:
    return (*(1,) * (rank - len(shape)), *shape)


def concatenate(call: Call) -> Made:
    """One after the other along an axis.

    Raises:
        Misfit: Another axis differs (code `shape-mismatch`).
    """
    return call.made(chained(call, [tensor.shape for tensor in call.all_tensors()], whole(call.value("axis"))))


def chained(call: Call, shapes: list[Shape], axis: int) -> Shape:
    """The shape of tensors one after the other along an axis.

    Raises:
        Misfit: They differ in another axis (code `shape-mismatch`).
    """
    name, first = call.component.name, shapes[0]
    for number, shape in enumerate(shapes[1:], 1):
        if len(shape) != len(first):
            message = (
                f"{name} can't join {shown(first)} and {shown(shape)}: they have {len(first)} and {len(shape)} axes"
            )
            hint = "bring both to one number of axes, with Flatten or Reshape"
            raise Misfit("shape-mismatch", message, hint, read=number)
    along = axis_of(axis, len(first), "axis", name)
    for number, shape in enumerate(shapes[1:], 1):
        for place, (one, other) in enumerate(zip(first, shape, strict=True)):
            if place != along and None not in (one, other) and one != other:
                message = f"{name} can't join {shown(first)} and {shown(shape)} along axis {axis}: axis {place} has {one} and {other}"
                raise Misfit("shape-mismatch", message, _axis_hint(first, shape), read=number)
    lengths = [shape[along] for shape in shapes]
    whole_length = reduce(lambda total, size: None if total is None or size is None else total + size, lengths)
    return (*first[:along], whole_length, *first[along + 1 :])


def _axis_hint(first: Shape, second: Shape) -> str:
    unlike = [place for place, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    if len(unlike) == 1 and unlike[0] > 0:
        return f"write 'axis: {unlike[0]}'"
    return "bring all axes but that one to the same sizes"


def dot(call: Call) -> Made:
    """The sums of products along one axis of each.

    Raises:
        Misfit: The axes differ (code `shape-mismatch`).
    """
    tensors = call.all_tensors()
    if len(tensors) != 2:
        message = f"Dot joins two tensors, not {len(tensors)}"
        raise Misfit("shape-mismatch", message, "write 'inputs: [first, second]'")
    value = call.value("axes")
    axes = [whole(one) for one in value] if isinstance(value, tuple | list) else [whole(value)] * 2
    if len(axes) != 2:
        raise UnknownShape
    shapes = [tensor.shape for tensor in tensors]
    places = [axis_of(axis, len(shape), "axes", "Dot") for axis, shape in zip(axes, shapes, strict=True)]
    sizes = [shape[place] for shape, place in zip(shapes, places, strict=True)]
    if None not in sizes and sizes[0] != sizes[1]:
        message = f"Dot can't join {shown(shapes[0])} and {shown(shapes[1])}: its axes have {sizes[0]} and {sizes[1]}"
        raise Misfit("shape-mismatch", message, "choose axes of one size, 'axes: [1, 2]'", argument="axes")
    left = [size for place, size in enumerate(shapes[0]) if place != places[0]]
    right = [size for place, size in enumerate(shapes[1]) if place != places[1]][1:]
    made = (*left, *right)
    return call.made(made if len(made) > 1 else (*made, 1))


MERGING: Mapping[str, Rule] = {**dict.fromkeys(ELEMENTWISE, elementwise), "Concatenate": concatenate, "Dot": dot}
