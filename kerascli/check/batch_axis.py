"""A lint of layers that work along the batch: what they make of a sample depends on which others are beside it."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.written import layer_components
from kerascli.errors import Diagnostic
from kerascli.spec.spec import Spec

_SURE = ("BatchNormalization", "Concatenate", "LayerNormalization", "Softmax", "UnitNormalization")
# As operations they may be meant: a loss between samples, computed inside the model.
_DOUBTFUL = ("ops.concatenate", "ops.log_softmax", "ops.normalize", "ops.softmax")


def along_batch(spec: Spec) -> Iterator[Diagnostic]:
    """A softmax, a normalization or a concatenation along axis 0; Keras builds it and trains it without a word."""
    for component in layer_components(spec):
        argument = component.argument("axis")
        sure = component.group == "layers" and component.name in _SURE
        if argument is None or not (sure or component.name in _DOUBTFUL):
            continue
        axes = argument.value if isinstance(argument.value, tuple | list) else (argument.value,)
        if any(axis == 0 and isinstance(axis, int) and not isinstance(axis, bool) for axis in axes):
            message = f"{component.name} works along axis 0, the batch: what becomes of a sample depends on the others"
            hint = "write 'axis: -1'"
            yield Diagnostic("batch-axis", message, argument.span, hint, severity="error" if sure else "warning")
