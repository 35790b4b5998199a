"""The lint of mixed precision: probabilities are made in float32."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.heads import find_heads
from kerascli.check.loss_facts import PROBABILITIES
from kerascli.check.shapes import Shapes
from kerascli.errors import Diagnostic, Note
from kerascli.spec.component import Component
from kerascli.spec.model_spec import LayerSpec
from kerascli.spec.nodes import Scalar
from kerascli.spec.spec import Spec

_HALF = ("bfloat16", "float16", "mixed_bfloat16", "mixed_float16")


def half_precision_heads(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """Probabilities in 16 bits: small ones are 0, and those near 1 are 1."""
    for head in find_heads(spec, shapes):
        if head.activation is None or head.activation.name not in PROBABILITIES:
            continue
        # From the activation on, what computes in 16 bits first.
        behind = head.layers[: head.layers.index(head.activation.layer) + 1]
        for layer in reversed(behind):
            policy = policy_of(layer, spec.dtype)
            if policy in _HALF:
                yield _half(head.name, layer, policy, spec)
                break


def policy_of(layer: LayerSpec, general: str) -> str:
    """The dtype policy of a layer: its own, or that of the spec."""
    argument = layer.component.argument("dtype")
    if argument is None or argument.value is None:
        return general
    value = argument.value
    return str(value.value("name") or value.name) if isinstance(value, Component) else str(value)


def _half(head: str, layer: LayerSpec, policy: str, spec: Spec) -> Diagnostic:
    argument = layer.component.argument("dtype")
    place = argument.span if argument is not None else layer.component.span
    message = f"'{head}' makes its probabilities in 16 bits, under the policy '{policy}'"
    hint = f"add 'dtype: float32' to {layer.component.name}" if argument is None else "write 'float32'"
    node = spec.tree.get("dtype") if spec.tree is not None else None
    notes = (Note("the policy of all layers", node.span),) if isinstance(node, Scalar) and argument is None else ()
    return Diagnostic("half-precision-head", message, place, hint, notes, severity="warning")
