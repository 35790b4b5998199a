"""Rules of layers that multiply or look up: Dense, EinsumDense, Embedding, and kerascli's Parameter."""

from __future__ import annotations

from collections.abc import Mapping

from kerascli.check.shapes.call import Call, Misfit, UnknownShape, shown, whole
from kerascli.check.shapes.rule import Made, Rule


def dense(call: Call) -> Made:
    """The last axis gets a new length."""
    shape = call.shape
    if len(shape) < 2:
        message = f"Dense reads {shown(shape)}, but wants at least one axis beside that of the batch"
        raise Misfit("wrong-rank", message, "add 'Reshape: [1]' before it", read=0)
    if shape[-1] is None:
        message = f"Dense reads {shown(shape)}, whose last axis is free: its weights would have no size"
        raise Misfit("free-axis", message, "write the size of that axis in the input's shape", read=0)
    return call.made((*shape[:-1], call.size("units")))


def einsum_dense(call: Call) -> Made:
    """The batch and `output_shape`, one size for each letter after the arrow; Keras fills no free one in.

    Source: `keras.src.layers.core.einsum_dense._analyze_split_string`.
    """
    equation = call.value("equation")
    if not isinstance(equation, str) or equation.count("->") != 1 or equation.count(",") != 1:
        raise UnknownShape
    left, out = equation.replace(" ", "").split("->")
    reads = left.split(",")[0]
    written = call.value("output_shape")
    sizes = [
        size if size is None else whole(size) for size in (written if isinstance(written, tuple | list) else (written,))
    ]
    shape = call.shape
    if reads.startswith("...") and out.startswith("..."):
        reads, out = reads[3:], out[3:]
        front = shape[: len(shape) - len(reads)]
        # More of the axes that the dots stand for come out in another order than they went in.
        if len(front) > 2 or len(sizes) != len(out):
            raise UnknownShape
        return call.made((*front, *sizes))
    if "." in equation or len(sizes) + 1 != len(out):
        raise UnknownShape
    if len(shape) != len(reads):
        message = f"EinsumDense reads {shown(shape)}, but its equation takes '{reads}'"
        raise Misfit("wrong-rank", message, f"bring it to {len(reads)} axes, or write another equation", read=0)
    return call.made((shape[0], *sizes))


def embedding(call: Call) -> Made:
    """A vector for each number."""
    return call.made((*call.shape, call.size("output_dim")))


def parameter(call: Call) -> Made:
    """Its own shape, once a sample."""
    sizes = call.value("shape")
    if not isinstance(sizes, tuple | list):
        raise UnknownShape
    return call.made((call.shape[0], *(whole(size) for size in sizes)))


DENSE: Mapping[str, Rule] = {
    "Dense": dense,
    "EinsumDense": einsum_dense,
    "Embedding": embedding,
    "Parameter": parameter,
}
