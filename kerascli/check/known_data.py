"""What the spec alone tells of its data: the shapes, dtypes and bounds of fields that a source always gives, or is told to draw."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import Call, Misfit, UnknownShape
from kerascli.check.shapes.rules import apply
from kerascli.quick_dataclass import dataclass
from kerascli.record.model_summary import TensorShape
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec, FieldSpec
from kerascli.spec.model_parser import INFERRED_INPUT
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class KnownField:
    """A field of a source.

    Attributes:
        shape: The shape of one sample; None entries vary.
        kind: `integer`, `real` or `text`.
        low: The least value of integers, or None.
        high: The largest, or None.
    """

    shape: tuple[int | None, ...]
    kind: str
    low: int | None = None
    high: int | None = None


_PICTURES = {"mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3), "cifar100": (32, 32, 3)}
_CLASSES = {"mnist": 10, "fashion_mnist": 10, "cifar10": 10, "imdb": 2, "reuters": 46}


def known_field(source: Component, name: str) -> KnownField | None:
    """What is known of a field, or None."""
    kind = source.name
    if kind == "synthetic":
        fields = source.value("fields")
        facts = fields.get(name) if isinstance(fields, Mapping) else None
        return _synthetic(facts) if isinstance(facts, Mapping) else None
    if name == "label" and (kind in _CLASSES or kind == "cifar100"):
        coarse = source.value("label_mode") == "coarse"
        return KnownField((), "integer", 0, _CLASSES.get(kind, 20 if coarse else 100) - 1)
    if name == "image" and kind in _PICTURES:
        return KnownField(_PICTURES[kind], "integer", 0, 255)
    if name == "sequence" and kind in ("imdb", "reuters"):
        words = source.value("num_words")
        return KnownField((None,), "integer", 0, words - 1 if isinstance(words, int) else None)
    if kind == "california_housing":
        return KnownField((8,) if name == "features" else (), "real")
    if kind == "images" and name == "image":
        return _image(source)
    if kind in ("images", "text") and name == "label":
        return KnownField((), "text")
    return None


def _image(source: Component) -> KnownField | None:
    size, channels = source.value("size"), source.value("channels", 3)
    if not isinstance(size, tuple | list) or len(size) != 2 or not all(isinstance(side, int) for side in size):
        return None
    # Resized pixels are real numbers from 0 to 255.
    return KnownField((size[0], size[1], channels), "real") if isinstance(channels, int) else None


def _synthetic(facts: Mapping[str, object]) -> KnownField | None:
    written = facts.get("shape", ())
    if not isinstance(written, tuple | list) or not all(isinstance(size, int) for size in written):
        return None
    shape = tuple(written)
    bounds = facts.get("integers")
    if isinstance(bounds, tuple | list) and len(bounds) == 2:
        low, high = bounds
        return KnownField(shape, "integer", low, high - 1) if _is_whole(low) and _is_whole(high) else None
    choices = facts.get("choice")
    if isinstance(choices, tuple | list):
        if all(isinstance(one, str) for one in choices):
            return KnownField(shape, "text")
        return KnownField(shape, "integer") if all(_is_whole(one) for one in choices) else None
    classes = facts.get("one_hot")
    if classes is not None:
        return KnownField((*shape, classes), "real") if _is_whole(classes) and isinstance(classes, int) else None
    return KnownField(shape, "real")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def input_field(spec: Spec, name: str) -> FieldSpec | None:
    """What the data says of an input of the model."""
    inputs = spec.data.inputs if spec.data is not None else None
    if inputs is None:
        return None
    if name == INFERRED_INPUT and len(inputs) == 1:
        return inputs[0]
    return next((field for field in inputs if field.name == name), None)


class UnfitTransform(Exception):
    """A transform that can't take what it reads.

    Attributes:
        component: The transform.
        fault: What is wrong.
    """

    def __init__(self, component: Component, fault: Misfit) -> None:
        """Takes both."""
        super().__init__(fault.message)
        self.component, self.fault = component, fault


def input_tensors(spec: Spec) -> Mapping[str, TensorShape]:
    """The tensors of those inputs whose shape is left to the data, where the data is known."""
    written = {item.name: item for item in spec.model.inputs}
    names = [name for name, item in written.items() if item.shape is None] or ([] if written else [INFERRED_INPUT])
    found: dict[str, TensorShape] = {}
    for name in names:
        field = input_field(spec, name)
        if field is None or spec.data is None:
            continue
        try:
            tensor = prepared_tensor(spec.data, field)
        except (UnknownShape, UnfitTransform):
            continue
        item = written.get(name)
        batch, dtype = (item.batch_size, item.dtype) if item is not None else (None, None)
        found[name] = TensorShape((batch, *tensor.shape[1:]), dtype or tensor.dtype)
    return found


def prepared_tensor(data: DataSpec, field: FieldSpec, *, widened: bool = True) -> TensorShape:
    """What the model reads: the field after its transforms, integers as int32.

    Args:
        data: The data section.
        field: What an input reads.
        widened: Whether a column of numbers becomes a vector of one.

    Raises:
        UnknownShape: It is not known.
        UnfitTransform: A transform can't take what it reads.
    """
    known = known_field(data.source, field.fields[0]) if len(field.fields) == 1 else None
    if known is None or field.read is not None or field.stacked or field.pad is not None or data.window is not None:
        raise UnknownShape
    if None in known.shape:
        raise UnknownShape
    shape = (1,) if widened and not known.shape and known.kind != "text" else known.shape
    kinds = {"integer": "int32", "real": "float32", "text": "string"}
    tensor = TensorShape((None, *shape), kinds[known.kind])
    for component in field.transforms:
        try:
            made = apply(Call(component, {"inputs": tensor}, {}))[0]
        except Misfit as fault:
            raise UnfitTransform(component, fault) from fault
        # A transform computes in float32, whatever the model does; whole numbers come to the model as int32.
        tensor = TensorShape(made.shape, "int32" if "int" in made.dtype else "float32")
    return tensor


def target_field(spec: Spec, output: str) -> KnownField | None:
    """What is known of the field that an output is compared with; None too where it is more than one field."""
    data = spec.data
    targets = data.targets if data is not None else None
    if data is None or targets is None:
        return None
    found = next((field for field in targets if field.name == output), None)
    if found is None and len(targets) == len(spec.model.outputs) == 1 and targets[0].name == "":
        found = targets[0]
    return known_field(data.source, found.fields[0]) if found is not None and len(found.fields) == 1 else None
