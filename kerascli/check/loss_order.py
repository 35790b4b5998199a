"""Lints of what goes by the order of the outputs, where the outputs have names."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.errors import Diagnostic
from kerascli.spec.nodes import Mapping, Sequence
from kerascli.spec.spec import Spec

_BY_OUTPUT = ("loss", "loss_weights")


def unnamed_losses(spec: Spec) -> Iterator[Diagnostic]:
    """A list beside outputs that the spec names in a mapping: in another order each head would learn the other's aim."""
    model, compiled = (spec.tree.get(word) if spec.tree is not None else None for word in ("model", "compile"))
    if not isinstance(model, Mapping) or not isinstance(compiled, Mapping):
        return
    heads = [output.name for output in spec.model.outputs]
    if len(heads) < 2 or not isinstance(model.get("outputs"), Mapping):
        return
    for word in _BY_OUTPUT:
        node = compiled.get(word)
        if isinstance(node, Sequence) and len(set(node.items)) > 1:
            message = f"'{word}' is a list, which goes by the order of 'outputs', and these have names"
            hint = f"write '{word}: {{{heads[0]}: …, {heads[1]}: …}}'"
            yield Diagnostic("loss-order", message, node.span, hint, severity="warning")
