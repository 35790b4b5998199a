"""Lints of layers and losses that work along the batch: what they make of a sample depends on which others are beside it."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.written import all_components, layer_components
from kerascli.errors import Diagnostic
from kerascli.spec.component import Argument, Component
from kerascli.spec.spec import Spec

_SURE = ("BatchNormalization", "Concatenate", "Dot", "LayerNormalization", "Softmax", "UnitNormalization")
# As operations they may be meant: a loss between samples, computed inside the model.
_DOUBTFUL = (
    *("ops.argsort", "ops.concatenate", "ops.cumprod", "ops.cumsum", "ops.flip", "ops.log_softmax", "ops.normalize"),
    *("ops.repeat", "ops.roll", "ops.softmax", "ops.sort"),
)
# Without an axis these take all of them.
_OVER_ALL = ("ops.flip", "ops.roll")
_WHAT = "what becomes of a sample depends on the others"


def along_batch(spec: Spec) -> Iterator[Diagnostic]:
    """A softmax, a normalization or a concatenation along axis 0; Keras builds it and trains it without a word."""
    for component in layer_components(spec):
        sure = component.group == "layers" and component.name in _SURE
        if not (sure or component.name in _DOUBTFUL):
            continue
        argument = component.argument("axis") or component.argument("axes")
        if component.name in _OVER_ALL and (argument is None or argument.value is None):
            message = f"{component.name} works along all axes, the batch among them: {_WHAT}"
            span = argument.span if argument is not None else component.span
            yield Diagnostic("batch-axis", message, span, "add 'axis: -1'", severity="warning")
        elif argument is not None and _along_first(argument):
            yield _diagnostic(component, argument, sure=sure)


def losses_along_batch(spec: Spec) -> Iterator[Diagnostic]:
    """A loss or a metric that takes the samples of a batch for the classes."""
    for component in all_components(spec):
        argument = component.argument("axis") if component.group in ("losses", "metrics") else None
        if argument is not None and _along_first(argument):
            yield _diagnostic(component, argument, sure=True)


def _along_first(argument: Argument) -> bool:
    axes = argument.value if isinstance(argument.value, tuple | list) else (argument.value,)
    return any(axis == 0 and isinstance(axis, int) and not isinstance(axis, bool) for axis in axes)


def _diagnostic(component: Component, argument: Argument, *, sure: bool) -> Diagnostic:
    message = f"{component.name} works along axis 0, the batch: {_WHAT}"
    hint = f"write '{argument.name}: -1'"
    return Diagnostic("batch-axis", message, argument.span, hint, severity="error" if sure else "warning")
