"""A lint of `data.targets`: every head has something to be compared with."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.written import value_span
from kerascli.errors import Diagnostic
from kerascli.spec.spec import Spec


def missing_targets(spec: Spec) -> Iterator[Diagnostic]:
    """A head that `data.targets` does not name; one without a loss too, since Keras goes by the order of the outputs."""
    if spec.data is None or spec.data.targets is None:
        return
    named = {field.name for field in spec.data.targets}
    if named == {""}:
        # The only output's, by a short form.
        return
    span = value_span(spec, "data", "targets") or spec.data.span
    for output in spec.model.outputs:
        if output.name not in named:
            message = f"'data.targets' says nothing of the output '{output.name}'"
            yield Diagnostic("missing-field", message, span, f"add '{output.name}: FIELD'")
