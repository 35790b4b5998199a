"""A lint of `data.targets`: every head has something to be compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kerascli.check.written import value_span
from kerascli.errors import Diagnostic
from kerascli.spec.spec import Spec


def missing_targets(spec: Spec) -> Iterator[Diagnostic]:
    """A head with a loss that `data.targets` does not name."""
    yield from without_target(
        spec, [loss is not None for loss in spec.compile.losses] if spec.compile is not None else []
    )


def without_target(spec: Spec, wanted: Sequence[bool]) -> Iterator[Diagnostic]:
    """The heads that `data.targets` does not name.

    Args:
        spec: The spec.
        wanted: For each output, in order, whether it needs a target.
    """
    if spec.data is None or spec.data.targets is None:
        return
    named = {field.name for field in spec.data.targets}
    if named == {""}:
        # The only output's, by a short form.
        return
    span = value_span(spec, "data", "targets") or spec.data.span
    for output, needs in zip(spec.model.outputs, wanted, strict=False):
        if needs and output.name not in named:
            message = f"'data.targets' says nothing of the output '{output.name}'"
            yield Diagnostic("missing-field", message, span, f"add '{output.name}: FIELD'")
