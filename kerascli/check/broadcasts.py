"""Lints of shapes that broadcast: Keras repeats the smaller tensor in silence, where another shape was hardly meant."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.shapes.by_number import BINARY, ELEMENTWISE
from kerascli.check.shapes.call import Shape, shown
from kerascli.check.shapes.infer import Shapes, calls_in, tensor_of
from kerascli.errors import Diagnostic, Note
from kerascli.spec.model_spec import LayerSpec
from kerascli.spec.spec import Spec


def broadcasts(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """Tensors of unequal shapes that are joined number by number.

    The layers are documented for tensors of one shape; an operation of `keras.ops` says that repeating is meant, unless
    it puts the batch beside another axis. Weights of places (`(?, 1, 1, 8)` or `(?, 10, 1)` in a Multiply) are meant.
    """
    for layer, _, known in calls_in(spec.model, shapes):
        name = layer.component.name
        if layer.from_base:
            continue
        if name in ELEMENTWISE:
            yield from _layer(layer, known)
        elif name.removeprefix("ops.") in (*BINARY, "divide", "true_divide") and name.startswith("ops."):
            yield from _operation(layer, known)


def _read(layer: LayerSpec, known: Shapes) -> list[Shape] | None:
    tensors = [tensor_of(known, reference) for reference in layer.wiring.references]
    found = [tensor.shape for tensor in tensors if tensor is not None]
    return found if len(found) == len(tensors) > 1 else None


def _layer(layer: LayerSpec, known: Shapes) -> Iterator[Diagnostic]:
    read = _read(layer, known) or []
    for number, shape in enumerate(read[1:], 1):
        if _doubtful(read[0][1:], shape[1:], layer.component.name):
            message = f"{layer.component.name} joins {shown(read[0])} and {shown(shape)}: the smaller one is repeated"
            word = {"Average": "mean"}.get(layer.component.name, layer.component.name.lower())
            hint = "bring both to one shape" + (
                f"; if it is meant, write 'ops.{word}'"
                if word in BINARY
                else "; if it is meant, repeat it by 'ops.tile'"
            )
            yield _warning(layer, number, message, hint)
            return


def _doubtful(one: Shape, other: Shape, name: str) -> bool:
    """Whether two samples are joined that hardly belong together."""
    if len(one) != len(other):
        return True
    repeated = [
        place
        for place, (size, with_) in enumerate(zip(one, other, strict=True))
        if size != with_ and 1 in (size, with_)
    ]
    # One number for each channel, the same at all places, or for each place, the same for all channels.
    channels = len(one) > 1 and repeated == list(range(len(one) - 1))
    places = len(one) > 1 and repeated == [len(one) - 1] and name == "Multiply"
    return bool(repeated) and not channels and not places


def _operation(layer: LayerSpec, known: Shapes) -> Iterator[Diagnostic]:
    read = _read(layer, known)
    if read is None or len(read) != 2 or min(map(len, read)) < 2:
        return
    small, large = sorted(read, key=len)
    # Only what depends on the samples begins with their axis.
    if len(small) < len(large) and small[0] == large[0] and small[0] != 1:
        message = f"{layer.component.name} joins {shown(read[0])} and {shown(read[1])}: the batch of one meets axis {len(large) - len(small)} of the other"
        hint = "add 'ops.expand_dims: {axis: 1}' to the smaller one"
        yield _warning(layer, read.index(small), message, hint)


def _warning(layer: LayerSpec, number: int, message: str, hint: str) -> Diagnostic:
    notes = tuple(Note("the block is used here", used) for used in layer.used)
    return Diagnostic("broadcast", message, layer.wiring.references[number].span or layer.span, hint, notes, "warning")
