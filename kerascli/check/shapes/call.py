"""One call of a layer or an operation, as the rules of shapes see it: its arguments, Keras's defaults, the tensors that it reads."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.catalog import load_catalog
from kerascli.quick_dataclass import dataclass
from kerascli.record.model_summary import TensorShape
from kerascli.spec.component import Component
from kerascli.spec.dtype_policy import policy_name

Shape = tuple[int | None, ...]
FLOATS = ("float32", "float16", "bfloat16", "float64")


class UnknownShape(Exception):
    """A rule can't tell what a call makes: nothing is said of it."""


class Misfit(Exception):
    """A call that Keras would refuse.

    Attributes:
        code: The code of the diagnostic.
        message: What is wrong, in one sentence.
        hint: How to mend it, or None.
        argument: The layer's argument that is at fault; None: what it reads, or the layer.
        read: The number of the tensor that is at fault, among all that the call reads; None: no single one.
    """

    def __init__(
        self, code: str, message: str, hint: str | None = None, *, argument: str | None = None, read: int | None = None
    ) -> None:
        """Takes the parts of a diagnostic, without its place."""
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint
        self.argument, self.read = argument, read


@dataclass(frozen=True)
class Call:
    """One call.

    Attributes:
        component: The layer or the operation.
        tensors: Name of an argument of the call to the tensor (or the tensors) that it gets; None: of unknown shape.
        constants: Those arguments of the call that are no tensors.
        policy: The dtype policy of layers that have none of their own.
    """

    component: Component
    tensors: Mapping[str, TensorShape | tuple[TensorShape | None, ...] | None]
    constants: Mapping[str, object]
    policy: str = "float32"

    def value(self, name: str) -> object:
        """The argument of that name, as written or Keras's default; None where there is neither.

        Raises:
            UnknownShape: It is a tensor.
        """
        if name in self.tensors:
            raise UnknownShape
        if name in self.constants:
            return self.constants[name]
        argument = self.component.argument(name)
        if argument is not None:
            return argument.value
        entry = load_catalog().find(self.component.group, self.component.name)
        parameter = entry.parameter(name) if entry is not None else None
        return parameter.default if parameter is not None else None

    def whole(self, name: str) -> int:
        """A whole number.

        Raises:
            UnknownShape: It is none.
        """
        return whole(self.value(name))

    def size(self, name: str) -> int:
        """A whole number of at least 1.

        Raises:
            UnknownShape: It is none.
        """
        return self.sizes(name, 1)[0]

    def sizes(self, name: str, count: int) -> tuple[int, ...]:
        """As many whole numbers of at least 1; one stands for all.

        Raises:
            UnknownShape: It is neither.
        """
        found = wholes(self.value(name), count)
        if min(found) < 1:
            raise UnknownShape
        return found

    def flag(self, name: str) -> bool:
        """Whether an argument is true.

        Raises:
            UnknownShape: It is no truth value.
        """
        found = self.value(name)
        if not isinstance(found, bool | None):
            raise UnknownShape
        return found is True

    def all_tensors(self, name: str | None = None) -> tuple[TensorShape, ...]:
        """The tensors of an argument, by default of the first.

        Raises:
            UnknownShape: One of them is not known.
        """
        found = next(iter(self.tensors.values()), None) if name is None else self.tensors.get(name)
        several = found if isinstance(found, tuple) else (found,)
        known = tuple(tensor for tensor in several if tensor is not None)
        if not known or len(known) < len(several):
            raise UnknownShape
        return known

    def tensor(self, name: str | None = None) -> TensorShape:
        """The one tensor of an argument, by default of the first.

        Raises:
            UnknownShape: It is not known.
        """
        return self.all_tensors(name)[0]

    @property
    def shape(self) -> Shape:
        """The shape of the first tensor."""
        return self.tensor().shape

    @property
    def channels_first(self) -> bool:
        """Whether the channels stand right after the batch axis."""
        return self.value("data_format") == "channels_first"

    @property
    def dtype(self) -> str:
        """The dtype that the layer computes in.

        Raises:
            UnknownShape: It can't be told.
        """
        argument = self.component.argument("dtype")
        own = argument.value if argument is not None else None
        if isinstance(own, Component):
            own = policy_name(own)
        return compute_dtype(self.policy if own is None else own)

    def made(self, shape: Shape) -> tuple[TensorShape, ...]:
        """A tensor of the dtype that the layer computes in."""
        return (TensorShape(shape, self.dtype),)

    def kept(self, shape: Shape) -> tuple[TensorShape, ...]:
        """A tensor of the dtype that the layer reads, where it moves numbers alone; real ones are brought to the layer's."""
        read = self.tensor().dtype
        return (TensorShape(shape, self.dtype if read in FLOATS else read),)


def compute_dtype(policy: object) -> str:
    """The dtype that layers of a policy compute in.

    Raises:
        UnknownShape: The policy is none that has a name here.
    """
    name = str(policy).rpartition("_from_")[2].removeprefix("mixed_")
    if not isinstance(policy, str) or (name not in FLOATS and not name.startswith(("int", "uint"))):
        raise UnknownShape
    return name


def whole(value: object) -> int:
    """A whole number.

    Raises:
        UnknownShape: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnknownShape
    return value


def wholes(value: object, count: int) -> tuple[int, ...]:
    """As many whole numbers; one stands for all.

    Raises:
        UnknownShape: It is neither.
    """
    if isinstance(value, tuple | list):
        if len(value) == 1:
            value = [*value] * count
        if len(value) != count:
            raise UnknownShape
        return tuple(whole(item) for item in value)
    return (whole(value),) * count


def shown(shape: Shape) -> str:
    """The shape as it is read: `(?, 28, 28)`."""
    return str(TensorShape(shape, ""))


def product(sizes: Shape) -> int | None:
    """How many numbers; None where a size is free."""
    total = 1
    for size in sizes:
        if size is None:
            return None
        total *= size
    return total


def axis_of(axis: int, rank: int, argument: str, name: str) -> int:
    """The axis counted from the front.

    Raises:
        Misfit: There is none of that number.
    """
    if not -rank <= axis < rank:
        message = f"{name} has no axis {axis} to work on: what it reads has {rank} axes"
        hint = f"choose an axis from {-rank} to {rank - 1}, the batch axis is 0"
        raise Misfit("wrong-axis", message, hint, argument=argument)
    return axis % rank
