"""Rules of layers that arrange the same numbers anew: Flatten, Reshape, Permute, RepeatVector."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import Call, Misfit, Shape, UnknownShape, product, whole
from kerascli.check.shapes.ranks import need_rank
from kerascli.check.shapes.rule import Made, Rule


def flatten(call: Call) -> Made:
    """All axes but that of the batch become one."""
    return call.kept((call.shape[0], product(call.shape[1:])))


def reshape(call: Call) -> Made:
    """The axes that are asked for; one may be -1, what is left.

    Raises:
        Misfit: The numbers don't fill them (code `reshape-size`).
    """
    value = call.value("target_shape")
    target = tuple(whole(size) for size in (value if isinstance(value, tuple | list) else (value,)))
    return call.kept((call.shape[0], *reshaped(call.shape[1:], target, "target_shape", call.component.name)))


def reshaped(read: Shape, target: tuple[int, ...], argument: str, name: str) -> Shape:
    """The target with its -1 filled in, as far as the sizes are known.

    Raises:
        Misfit: The numbers don't fill it (code `reshape-size`).
    """
    count = product(read)
    if target.count(-1) > 1 or any(size < -1 or size == 0 for size in target):
        raise UnknownShape
    if count is None:
        return tuple(None if size == -1 else size for size in target)
    asked = product(tuple(size for size in target if size != -1)) or 1
    if -1 not in target and asked != count:
        message = f"{name} reads {count:,} numbers a sample, and asks for {asked:,}"
        raise Misfit("reshape-size", message, _hint(target, count), argument=argument)
    if count % asked:
        message = f"{name} reads {count:,} numbers a sample, which {asked:,} does not divide"
        raise Misfit("reshape-size", message, "choose sizes whose product divides it", argument=argument)
    return tuple(count // asked if size == -1 else size for size in target)


def _hint(target: tuple[int, ...], count: int) -> str:
    """The target with the one size that would do, where there is one."""
    for index in range(len(target)):
        rest = product((*target[:index], *target[index + 1 :])) or 1
        if count % rest == 0:
            sizes = [*target]
            sizes[index] = count // rest
            return f"write '[{', '.join(map(str, sizes))}]'"
    return f"choose sizes whose product is {count:,}"


def permute(call: Call) -> Made:
    """The axes in another order, from 1."""
    value = call.value("dims")
    dims = tuple(whole(axis) for axis in (value if isinstance(value, tuple | list) else (value,)))
    shape = need_rank(call, len(dims) + 1, axes="as many as 'dims', and the batch")
    if sorted(dims) != list(range(1, len(shape))):
        message = f"'dims' must name each axis of a sample once, from 1 to {len(dims)}"
        raise Misfit("wrong-axis", message, "write these numbers in another order", argument="dims")
    return call.kept((shape[0], *(shape[axis] for axis in dims)))


def repeat_vector(call: Call) -> Made:
    """A vector once a step."""
    shape = need_rank(call, 2, axes="(batch, features)")
    return call.made((shape[0], call.size("n"), shape[1]))


RESHAPING: Mapping[str, Rule] = {
    "Flatten": flatten,
    "Permute": permute,
    "RepeatVector": repeat_vector,
    "Reshape": reshape,
}
