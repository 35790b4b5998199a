"""Rules of the functions of `keras.ops` that work number by number, or multiply."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.axis_operations import AXIS_OPERATIONS
from kerascli.check.shapes.by_number import BINARY
from kerascli.check.shapes.call import FLOATS, Call, Misfit, Shape, UnknownShape, axis_of, shown
from kerascli.check.shapes.merging import joined
from kerascli.check.shapes.rule import Made, Rule
from kerascli.record.model_summary import TensorShape

_KEEPING = (
    "abs", "absolute", "clip", "copy", "flip", "identity", "leaky_relu", "negative", "ones_like", "relu", "relu6", "round", "sign",
    "square", "stop_gradient", "zeros_like",
)  # fmt: skip
# Of whole numbers these make real ones.
_REAL = (
    "celu", "cos", "cosh", "elu", "erf", "exp", "exp2", "expm1", "gelu", "hard_sigmoid", "hard_silu", "hard_tanh", "log", "log10",
    "log1p", "log2", "log_sigmoid", "log_softmax", "reciprocal", "rsqrt", "selu", "sigmoid", "silu", "sin", "sinh", "soft_shrink",
    "softmax", "softplus", "softsign", "sparse_plus", "sqrt", "squareplus", "tan", "tanh", "tanh_shrink",
)  # fmt: skip
_DIVIDING = ("divide", "true_divide")
_COMPARING = ("equal", "greater", "greater_equal", "less", "less_equal", "not_equal")


def keeping(call: Call) -> Made:
    """The tensor's shape and dtype."""
    if call.component.name.endswith("_like") and call.value("dtype") is not None:
        raise UnknownShape
    return (call.tensor("x" if "x" in call.tensors else None),)


def real(call: Call) -> Made:
    """The tensor's shape; the dtype of real numbers is kept."""
    tensor = call.tensor("x")
    if tensor.dtype not in FLOATS:
        raise UnknownShape
    return (tensor,)


def operand(call: Call, name: str) -> TensorShape | float:
    """A tensor, or a number of Python's.

    Raises:
        UnknownShape: It is neither: a list is an array whose dtype Keras chooses.
    """
    if name in call.tensors:
        return call.tensor(name)
    value = call.value(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnknownShape
    return value


def _common_dtype(one: TensorShape | float, other: TensorShape | float) -> str:
    dtypes = {value.dtype for value in (one, other) if isinstance(value, TensorShape)}
    if len(dtypes) != 1:
        raise UnknownShape
    dtype = dtypes.pop()
    if dtype not in FLOATS and (isinstance(one, float) or isinstance(other, float) or dtype == "bool"):
        raise UnknownShape
    return dtype


def _joined_operands(call: Call, one: str, other: str) -> tuple[Shape, str]:
    first, second = operand(call, one), operand(call, other)
    shapes = [value.shape if isinstance(value, TensorShape) else () for value in (first, second)]
    read = 1 if isinstance(first, TensorShape) else 0
    return joined(call.component.name, shapes[0], shapes[1], read, free=False), _common_dtype(first, second)


def binary(call: Call) -> Made:
    """Two tensors, or a tensor and a number, number by number."""
    return (TensorShape(*_joined_operands(call, "x1", "x2")),)


def dividing(call: Call) -> Made:
    """A quotient of real numbers."""
    made = binary(call)
    if made[0].dtype not in FLOATS:
        raise UnknownShape
    return made


def comparing(call: Call) -> Made:
    """True or false for each number."""
    return (TensorShape(_joined_operands(call, "x1", "x2")[0], "bool"),)


def where(call: Call) -> Made:
    """Of two tensors, number by number."""
    shape, dtype = _joined_operands(call, "x1", "x2")
    return (TensorShape(joined("ops.where", call.tensor("condition").shape, shape, 1, free=False), dtype),)


def cast(call: Call) -> Made:
    """Another dtype."""
    dtype = call.value("dtype")
    if not isinstance(dtype, str):
        raise UnknownShape
    return (TensorShape(call.tensor("x").shape, dtype),)


def matmul(call: Call) -> Made:
    """Rows times columns.

    Raises:
        Misfit: The rows are not as long as the columns (code `shape-mismatch`).
    """
    first, second = call.tensor("x1"), call.tensor("x2")
    one, other = first.shape, second.shape
    if len(one) < 2 or len(other) < 2 or first.dtype != second.dtype or first.dtype not in FLOATS:
        raise UnknownShape
    if None not in (one[-1], other[-2]) and one[-1] != other[-2]:
        message = (
            f"ops.matmul can't multiply {shown(one)} with {shown(other)}: rows of {one[-1]}, columns of {other[-2]}"
        )
        raise Misfit("shape-mismatch", message, "swap the last two axes of one with 'ops.swapaxes'", read=1)
    front = joined("ops.matmul", one[:-2], other[:-2], 1, free=False)
    return (TensorShape((*front, one[-2], other[-1]), first.dtype),)


def one_hot(call: Call) -> Made:
    """A vector for each number."""
    tensor, dtype = call.tensor("x"), call.value("dtype")
    if call.flag("sparse") or not isinstance(dtype, str | None):
        raise UnknownShape
    rank = len(tensor.shape) + 1
    at = axis_of(call.whole("axis"), rank, "axis", "ops.one_hot")
    return (TensorShape((*tensor.shape[:at], call.size("num_classes"), *tensor.shape[at:]), dtype or "float32"),)


OPERATIONS: Mapping[str, Rule] = {
    **{f"ops.{name}": keeping for name in _KEEPING},
    **{f"ops.{name}": real for name in _REAL},
    **{f"ops.{name}": binary for name in BINARY},
    **{f"ops.{name}": dividing for name in _DIVIDING},
    **{f"ops.{name}": comparing for name in _COMPARING},
    "ops.cast": cast,
    "ops.matmul": matmul,
    "ops.one_hot": one_hot,
    "ops.where": where,
    **AXIS_OPERATIONS,
}
