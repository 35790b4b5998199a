"""Lints of what an Embedding looks up, and what is encoded: whole numbers, each below the layer's size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kerascli.check.known_data import input_field, known_field
from kerascli.check.shapes.infer import Shapes, calls_in
from kerascli.errors import Diagnostic, Note, Severity
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Argument, Component
from kerascli.spec.data_spec import FieldSpec
from kerascli.spec.index_layers import INDEX_SIZES
from kerascli.spec.model_spec import LayerSpec, ModelSpec
from kerascli.spec.spec import Spec

# They give the numbers that they read.
_MOVING = (
    "Masking",
    "Flatten",
    "Identity",
    "Permute",
    "Reshape",
    "ops.reshape",
    "ops.expand_dims",
    "ops.squeeze",
    "ops.get_item",
)
# What they make is hardly ever whole; other layers may have been told to make whole numbers.
_REAL = (
    "Attention",
    "AveragePooling1D",
    "BatchNormalization",
    "Bidirectional",
    "Conv1D",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GRU",
    "LayerNormalization",
    "LSTM",
    "MultiHeadAttention",
    "Normalization",
    "SimpleRNN",
    "Softmax",
)


@dataclass(frozen=True)
class _Values:
    """What is known of numbers: their bounds, and what says so."""

    low: int | None
    high: int | None
    words: str


def embedded_reals(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """An Embedding of real numbers: Keras cuts off what stands after the point, in silence."""
    for layer, model, _ in calls_in(spec.model, shapes):
        if layer.component.name != "Embedding":
            continue
        source = _source(layer, model)
        hint = "put the Embedding right after an input of whole numbers"
        if isinstance(source, LayerSpec):
            if source.component.name in _REAL and source.component.group == "layers":
                message = f"'{layer.name}' looks up whole numbers, and '{source.name}' makes real ones"
                notes = (Note(f"'{source.name}' stands here", source.span),)
                yield Diagnostic("embedded-reals", message, layer.span, hint, notes)
        elif model is spec.model and spec.data is not None:
            field = input_field(spec, source)
            facts = (
                known_field(spec.data.source, field.fields[0]) if field is not None and len(field.fields) == 1 else None
            )
            if facts is not None and field is not None and facts.kind == "real" and not field.transforms:
                message = f"'{layer.name}' looks up whole numbers, and the field '{field.fields[0]}' holds real ones"
                hint = "give real numbers to a Dense, or sort them into bins by a 'Discretization'"
                yield Diagnostic("embedded-reals", message, layer.span, hint, (Note("the field", field.span),))


def embedded_range(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """A number that is known to come up, and that the layer which takes it has no row for."""
    for layer, model, _ in calls_in(spec.model, shapes):
        found = _size(layer.component)
        values = _values(spec, layer, model) if found is not None else None
        if found is not None and values is not None:
            yield from _beyond(f"'{layer.name}'", layer.component, found, values)
    for field in spec.data.inputs or () if spec.data is not None else ():
        first = field.transforms[0] if field.transforms else None
        found = _size(first) if first is not None else None
        read = replace(field, transforms=())
        values = _field_values(spec, read) if found is not None else None
        if first is not None and found is not None and values is not None:
            yield from _beyond(f"the transform {first.name}", first, found, values)


def _size(component: Component) -> Argument | None:
    """The argument that says how many numbers a layer knows."""
    word = INDEX_SIZES.get(component.name) if component.group == "layers" else None
    word = "num_classes" if component.name == "ops.one_hot" else word
    found = component.argument(word) if word is not None else None
    return found if found is not None and isinstance(found.value, int) else None


def _beyond(what: str, component: Component, size: Argument, values: _Values) -> Iterator[Diagnostic]:
    assert isinstance(size.value, int)
    # As an operation it makes zeros of these, which may be meant.
    severity: Severity = "warning" if component.group == "ops" else "error"
    rows = f"{what} has rows for 0 to {size.value - 1}"
    if component.name != "Embedding":
        rows = f"{what} knows the numbers 0 to {size.value - 1}"
    if values.high is not None and values.high >= size.value:
        message = f"{rows}, and {values.words} reaches {values.high}"
        hint = f"write '{size.name}: {values.high + 1}'"
        yield Diagnostic("embedded-range", message, size.span, hint, severity=severity)
    elif values.low is not None and values.low < 0 and severity == "error":
        message = f"{rows}, and {values.words} goes down to {values.low}"
        yield Diagnostic("embedded-range", message, size.span, "let the numbers begin at 0")


def _source(layer: LayerSpec, model: ModelSpec) -> LayerSpec | str:
    """The layer whose numbers a layer reads, through those that move them alone; or the name of the input."""
    by_name = {one.name: one for one in model.layers}
    at = layer
    while True:
        name = at.wiring.references[0].name
        if name not in by_name:
            return name
        at = by_name[name]
        if at.component.name not in _MOVING:
            return at


def _values(spec: Spec, layer: LayerSpec, model: ModelSpec) -> _Values | None:
    source = _source(layer, model)
    if isinstance(source, LayerSpec):
        return _encoded(source.component, f"'{source.name}'")
    field = input_field(spec, source) if model is spec.model else None
    return _field_values(spec, field) if field is not None else None


def _field_values(spec: Spec, field: FieldSpec) -> _Values | None:
    """What is known of what an input reads, once it is transformed."""
    if spec.data is None or len(field.fields) != 1 or field.read is not None:
        return None
    if field.transforms:
        last = field.transforms[-1]
        return _padded(_encoded(last, f"its transform {last.name}"), field)
    facts = known_field(spec.data.source, field.fields[0])
    if facts is None or facts.kind != "integer":
        return None
    return _padded(_Values(facts.low, facts.high, f"the field '{field.fields[0]}'"), field)


def _padded(values: _Values | None, field: FieldSpec) -> _Values | None:
    """With the numbers that fill the ends of sequences."""
    if values is None or field.pad is None or not isinstance(field.pad.value, int):
        return values
    high = None if values.high is None else max(values.high, field.pad.value)
    return _Values(None if values.low is None else min(values.low, field.pad.value), high, values.words)


def _encoded(component: Component, words: str) -> _Values | None:
    """What a layer that numbers words or bins gives."""
    if component.value("output_mode", "int") != "int":
        return None
    sizes = {
        "Hashing": "num_bins",
        "HashedCrossing": "num_bins",
        "Discretization": "num_bins",
        "TextVectorization": "max_tokens",
        "StringLookup": "max_tokens",
        "IntegerLookup": "max_tokens",
    }
    size = component.value(sizes.get(component.name, ""))
    return _Values(None, size - 1, words) if isinstance(size, int) else None
