"""The lint of weights in 16 bits: what a step changes of them is lost in rounding."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.catalog import load_catalog
from kerascli.errors import Diagnostic, Note
from kerascli.spec.component import Component
from kerascli.spec.nodes import Scalar
from kerascli.spec.spec import Spec

_DIGITS = {"float16": "three", "bfloat16": "two"}
# Half of the smallest number that float16 has: what is not above it rounds to 0.
_NOTHING = 2.0**-25


def half_precision_weights(spec: Spec) -> Iterator[Diagnostic]:
    """`dtype: float16` keeps the weights themselves in 16 bits, where `mixed_float16` only computes in them."""
    if spec.dtype not in _DIGITS or spec.compile is None:
        return
    node = spec.tree.get("dtype") if spec.tree is not None else None
    span = node.span if isinstance(node, Scalar) else spec.compile.span
    message = f"'{spec.dtype}' keeps the weights in 16 bits, {_DIGITS[spec.dtype]} digits: most of a step's changes round to nothing"
    hint = f"write 'mixed_{spec.dtype}', which keeps them in 32 bits"
    notes = tuple(_lost_epsilon(spec.compile.optimizer)) if spec.dtype == "float16" else ()
    yield Diagnostic("half-precision-weights", message, span, hint, notes, severity="warning")


def _lost_epsilon(optimizer: Component) -> Iterator[Note]:
    """What keeps an optimizer from dividing by 0, where it is 0 itself in float16."""
    argument = optimizer.argument("epsilon")
    value = optimizer.value("epsilon")
    if argument is None:
        entry = load_catalog().find(optimizer.group, optimizer.name)
        known = None if entry is None else entry.parameter("epsilon")
        value = None if known is None else known.default
    if isinstance(value, (int, float)) and 0 < value <= _NOTHING:
        span = argument.span if argument is not None else optimizer.span
        yield Note(f"its epsilon of {value:g} is 0 in float16, and it then divides by 0", span)
