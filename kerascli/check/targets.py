"""What the data section alone tells of a head's target: labels of classes, one-hot vectors, real numbers, and their range."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec, FieldSpec
from kerascli.spec.spec import Spec

# The labels of Keras's datasets: how many classes they have.
_CLASSES = {"mnist": 10, "fashion_mnist": 10, "cifar10": 10, "imdb": 2, "reuters": 46}
_PICTURES = {"mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3), "cifar100": (32, 32, 3)}

# Numbers beyond these are hostile, or no targets of anything.
_LARGE = 1e15


@dataclass(frozen=True)
class Target:
    """What a head is compared with, as far as it is known.

    Attributes:
        kind: `integers` (labels of classes, or whole numbers), `one_hot` vectors, `numbers` with fractions; None: not known.
        lowest: A number that is surely about as low as the lowest; None: not known.
        highest: Likewise.
        shape: The shape of one sample; None: not known.
        classes: How many classes its labels or vectors stand for, where they are surely classes; None: not known.
        names: The names of its classes, empty where it has none; None: not known.
        normalized: Whether it is brought to a mean of 0 and a deviation of 1.
        span: Where the data section says so.
    """

    kind: Literal["integers", "one_hot", "numbers"] | None = None
    lowest: float | None = None
    highest: float | None = None
    shape: tuple[int, ...] | None = None
    classes: int | None = None
    names: tuple[str, ...] | None = None
    normalized: bool = False
    span: Span | None = None

    @property
    def label(self) -> bool:
        """Whether it is one whole number a sample."""
        return self.kind == "integers" and self.shape in ((), (1,))

    @property
    def range(self) -> str:
        """The range in words; empty where it is not known."""
        if self.normalized:
            return "numbers around 0"
        if self.lowest is None or self.highest is None:
            return ""
        return f"{self.lowest:g} to {self.highest:g}"


def find_targets(spec: Spec) -> Callable[[str], Target]:
    """What tells, for a head, what is known of its target."""
    data = spec.data
    # One that has no name is the only output's. Of two with one name the first counts.
    fields = {} if data is None else {field.name: field for field in reversed(data.targets or ())}

    def find(head: str) -> Target:
        field = fields.get(head) or fields.get("")
        return Target() if data is None or field is None else _of_field(data, field)

    return find


def _of_field(data: DataSpec, field: FieldSpec) -> Target:
    """The target that a field gives."""
    if field.classes is not None:
        names = tuple(str(value) for value in field.classes)
        return replace(_classes(len(names), field.one_hot), names=names, span=field.span)
    found = find_field(data.source, field.fields[0]) if not field.stacked else Target()
    if field.one_hot:
        found = _classes(found.classes or _count(found), one_hot=True)
    for transform in field.transforms:
        found = _transformed(found, transform)
    if data.window is not None:
        found = replace(found, shape=None)
    return replace(found, span=field.span)


def _classes(count: int | None, one_hot: bool) -> Target:
    """Labels 0 to `count - 1`, or vectors of them."""
    if one_hot:
        return Target("one_hot", 0, 1, None if count is None else (count,), count)
    return Target("integers", 0, None if count is None else count - 1, (), count)


def _count(target: Target) -> int | None:
    """How many whole numbers lie in a target's range."""
    if target.kind != "integers" or target.lowest is None or target.highest is None:
        return None
    return int(target.highest - target.lowest) + 1


def find_field(source: Component, name: str) -> Target:
    """A field of a source as it stands in the data."""
    if name == "label" and source.name in ("cifar100", *_CLASSES):
        count = _CLASSES.get(source.name) or (20 if source.value("label_mode") == "coarse" else 100)
        return replace(_classes(count, one_hot=False), names=() if source.name in ("mnist", "imdb") else None)
    if name == "image" and source.name in _PICTURES:
        return Target("integers", 0, 255, _PICTURES[source.name])
    if (source.name, name) == ("california_housing", "price"):
        # Source: keras.datasets.california_housing: "between 15000 and 500000" dollars.
        return Target("numbers", 15_000, 500_000, ())
    if name == "label" and source.name in ("images", "text"):
        return _classes(None, one_hot=False)
    if source.name == "csv":
        columns = source.value("columns")
        written = columns.get(name) if isinstance(columns, Mapping) else None
        return _classes(None, one_hot=False) if written == "text" else Target()
    fields = source.value("fields")
    if source.name == "synthetic" and isinstance(fields, Mapping) and isinstance(fields.get(name), Mapping):
        return _drawn(fields[name])
    return Target()


def _drawn(facts: Mapping[str, object]) -> Target:
    """A synthetic field."""
    shape = _whole_numbers(facts.get("shape", ()))
    one_hot, choice = facts.get("one_hot"), facts.get("choice")
    if isinstance(one_hot, int):
        return Target("one_hot", 0, 1, (*shape, one_hot), one_hot)
    if isinstance(choice, tuple | list):
        return _chosen(tuple(choice), shape)
    for word in ("integers", "normal", "uniform"):
        pair = facts.get(word)
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            continue
        low, high = (_finite(end) for end in pair)
        if low is None or high is None:
            return Target()
        if word == "integers":
            return Target("integers", low, high - 1, shape, names=())
        # Two deviations: nearly all draws of more than a few samples reach them.
        ends = (low - 2 * high, low + 2 * high) if word == "normal" else (low, high)
        return Target("numbers", *ends, shape)
    return Target() if set(facts) - {"shape"} else Target("numbers", 0, 1, shape)


def _chosen(values: tuple[object, ...], shape: tuple[int, ...]) -> Target:
    words = {value for value in values if isinstance(value, str)}
    if all(isinstance(value, str) for value in values):
        return replace(_classes(len(words), one_hot=False), names=tuple(sorted(words)))
    numbers = [number for number in map(_finite, values) if number is not None]
    if len(numbers) != len(values):
        return Target()
    whole = all(number.is_integer() for number in numbers)
    return Target("integers" if whole else "numbers", min(numbers), max(numbers), shape, names=())


def _finite(value: object) -> float | None:
    """A number that one can reckon with, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -_LARGE < value < _LARGE:
        return None
    return float(value)


def _transformed(target: Target, transform: Component) -> Target:
    """A target behind `Normalization` or `Rescaling`."""
    shape = target.shape
    if transform.name == "Rescaling":
        scale, offset = _finite(transform.value("scale")), _finite(transform.value("offset", 0))
        if scale is None or offset is None:
            return Target(shape=shape)
        ends = [None if end is None else _finite(end * scale + offset) for end in (target.lowest, target.highest)]
        low, high = ends if scale > 0 else reversed(ends)
        whole = target.kind == "integers" and scale.is_integer() and offset.is_integer()
        return Target("integers" if whole else target.kind and "numbers", low, high, shape)
    if all(transform.value(word) in (None, False) for word in ("mean", "variance", "invert")):
        # The mean is 0 and the deviation 1, so that there are numbers below 0.
        return Target("numbers", -1, 1, shape, normalized=True)
    return Target(shape=shape)


def _whole_numbers(value: object) -> tuple[int, ...]:
    return tuple(one for one in value if isinstance(one, int)) if isinstance(value, tuple | list) else ()
