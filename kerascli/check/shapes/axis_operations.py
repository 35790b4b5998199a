"""Rules of the functions of `keras.ops` that work on axes: sums, joins, new orders, pieces."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import FLOATS, Call, Misfit, Shape, UnknownShape, axis_of, product, shown, whole
from kerascli.check.shapes.merging import chained
from kerascli.check.shapes.reshaping import reshaped
from kerascli.check.shapes.rule import Made, Rule
from kerascli.record.model_summary import TensorShape
from kerascli.spec.indexing import read_index

_REDUCING = ("amax", "amin", "logsumexp", "max", "mean", "min", "prod", "std", "sum", "var")


def _axes(call: Call, name: str, rank: int, argument: str = "axis") -> tuple[int, ...]:
    value = call.value(argument)
    several = value if isinstance(value, tuple | list) else (value,)
    return tuple(axis_of(whole(axis), rank, argument, name) for axis in several)


def _axis(call: Call, rank: int, argument: str = "axis") -> int:
    return axis_of(call.whole(argument), rank, argument, call.component.name)


def reducing(call: Call) -> Made:
    """One number out of all along some axes."""
    tensor = call.tensor("x")
    if tensor.dtype not in FLOATS:
        raise UnknownShape
    rank = len(tensor.shape)
    axes = tuple(range(rank)) if call.value("axis") is None else _axes(call, call.component.name, rank)
    if call.flag("keepdims"):
        shape: Shape = tuple(1 if place in axes else size for place, size in enumerate(tensor.shape))
    else:
        shape = tuple(size for place, size in enumerate(tensor.shape) if place not in axes)
    return (TensorShape(shape, tensor.dtype),)


def _common(tensors: tuple[TensorShape, ...]) -> str:
    """The dtype of all.

    Raises:
        UnknownShape: They differ.
    """
    dtypes = {tensor.dtype for tensor in tensors}
    if len(dtypes) != 1:
        raise UnknownShape
    return dtypes.pop()


def concatenate(call: Call) -> Made:
    """One after the other along an axis."""
    tensors = call.all_tensors()
    return (TensorShape(chained(call, [tensor.shape for tensor in tensors], call.whole("axis")), _common(tensors)),)


def stack(call: Call) -> Made:
    """Side by side along a new axis."""
    tensors = call.all_tensors()
    first = tensors[0].shape
    for number, tensor in enumerate(tensors):
        if len(tensor.shape) != len(first) or any(
            None not in (one, other) and one != other for one, other in zip(first, tensor.shape, strict=True)
        ):
            message = f"ops.stack can't join {shown(first)} and {shown(tensor.shape)}: they must be equal"
            raise Misfit("shape-mismatch", message, "bring all to one shape", read=number)
        if tensor.shape != first:
            raise UnknownShape
    at = _axis(call, len(first) + 1)
    return (TensorShape((*first[:at], len(tensors), *first[at:]), _common(tensors)),)


def reshape(call: Call) -> Made:
    """Other axes, that of the batch among them."""
    tensor, value = call.tensor("x"), call.value("newshape")
    target = tuple(whole(size) for size in (value if isinstance(value, tuple | list) else (value,)))
    if product(tensor.shape) is None:
        made = tuple(None if size == -1 else size for size in target)
        if target.count(-1) > 1 or 0 in target:
            raise UnknownShape
    else:
        made = reshaped(tensor.shape, target, "newshape", "ops.reshape")
    return (TensorShape(made, tensor.dtype),)


def expand_dims(call: Call) -> Made:
    """New axes of 1."""
    tensor, value = call.tensor("x"), call.value("axis")
    count = len(value) if isinstance(value, tuple | list) else 1
    rank = len(tensor.shape) + count
    places, left = _axes(call, "ops.expand_dims", rank), list(tensor.shape)
    if len(set(places)) < count:
        raise UnknownShape
    return (TensorShape(tuple(1 if place in places else left.pop(0) for place in range(rank)), tensor.dtype),)


def squeeze(call: Call) -> Made:
    """Axes of 1 are dropped."""
    tensor = call.tensor("x")
    if call.value("axis") is None:
        return (TensorShape(tuple(size for size in tensor.shape if size != 1), tensor.dtype),)
    places = _axes(call, "ops.squeeze", len(tensor.shape))
    for place in places:
        if tensor.shape[place] not in (None, 1):
            message = f"ops.squeeze can't drop axis {place} of {shown(tensor.shape)}: its size is not 1"
            raise Misfit("wrong-axis", message, "choose an axis of size 1", argument="axis")
    return (TensorShape(tuple(size for at, size in enumerate(tensor.shape) if at not in places), tensor.dtype),)


def transpose(call: Call) -> Made:
    """The axes in another order."""
    tensor = call.tensor("x")
    rank = len(tensor.shape)
    axes = tuple(reversed(range(rank))) if call.value("axes") is None else _axes(call, "ops.transpose", rank, "axes")
    if sorted(axes) != list(range(rank)):
        message = f"ops.transpose reads {shown(tensor.shape)}, and 'axes' must name each of its {rank} axes once"
        raise Misfit("wrong-axis", message, f"write the numbers 0 to {rank - 1} in another order", argument="axes")
    return (TensorShape(tuple(tensor.shape[axis] for axis in axes), tensor.dtype),)


def swapaxes(call: Call) -> Made:
    """Two axes change places."""
    tensor = call.tensor("x")
    sizes = list(tensor.shape)
    one, other = _axis(call, len(sizes), "axis1"), _axis(call, len(sizes), "axis2")
    sizes[one], sizes[other] = sizes[other], sizes[one]
    return (TensorShape(tuple(sizes), tensor.dtype),)


def get_item(call: Call) -> Made:
    """A piece, as Python's brackets cut it.

    Source: `keras.src.ops.numpy.GetItem.compute_output_spec`.
    """
    tensor, value = call.tensor("x"), call.value("key")
    key = read_index(value) if isinstance(value, str) else (value,)
    if key is None:
        raise UnknownShape
    parts = list(key) if Ellipsis in key else [*key, Ellipsis]
    left, made = list(tensor.shape), list[int | None]()
    while parts:
        part = parts.pop(0)
        if part is Ellipsis:
            keeps = len(left) - sum(one is not None for one in parts)
            made, left = made + left[:keeps], left[keeps:]
        elif part is None:
            made.append(1)
        elif not left:
            message = f"ops.get_item takes more axes than {shown(tensor.shape)} has"
            raise Misfit("wrong-axis", message, f"write at most {len(tensor.shape)} of them", argument="key")
        else:
            made += _taken(part, left.pop(0), tensor.shape)
    return (TensorShape(tuple(made), tensor.dtype),)


def _taken(part: object, size: int | None, shape: Shape) -> list[int | None]:
    if isinstance(part, slice):
        return [size if size is None else len(range(*part.indices(size)))]
    at = whole(part)
    if size is not None and not -size <= at < size:
        message = f"ops.get_item takes place {at} of an axis of {size}: it reads {shown(shape)}"
        raise Misfit("wrong-axis", message, f"places count from 0 to {size - 1}", argument="key")
    return []


def argument_of(call: Call) -> Made:
    """The place of the largest (or smallest) number."""
    tensor = call.tensor("x")
    rank = len(tensor.shape)
    if call.flag("keepdims") or call.value("axis") is None:
        raise UnknownShape
    at = _axis(call, rank)
    return (TensorShape((*tensor.shape[:at], *tensor.shape[at + 1 :]), "int32"),)


AXIS_OPERATIONS: Mapping[str, Rule] = {
    **{f"ops.{name}": reducing for name in _REDUCING},
    **dict.fromkeys(("ops.argmax", "ops.argmin"), argument_of),
    "ops.concatenate": concatenate,
    "ops.expand_dims": expand_dims,
    "ops.get_item": get_item,
    "ops.reshape": reshape,
    "ops.squeeze": squeeze,
    "ops.stack": stack,
    "ops.swapaxes": swapaxes,
    "ops.transpose": transpose,
}
