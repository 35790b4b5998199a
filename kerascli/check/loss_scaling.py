"""The lint of loss scaling: gradients in float16 that nobody scales are 0 below 6e-8."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.half_precision import policy_of
from kerascli.errors import Diagnostic
from kerascli.spec.nodes import Mapping
from kerascli.spec.patterns import layer_paths
from kerascli.spec.spec import Spec

_SCALES = "LossScaleOptimizer"


def unscaled_gradients(spec: Spec) -> Iterator[Diagnostic]:
    """Keras scales the loss where the policy of the whole model is `mixed_float16`, and only if it may."""
    if spec.compile is None or spec.dtype == "float16":
        return
    optimizers = [spec.compile.optimizer, *(phase.optimizer for phase in spec.fit.phases or () if phase.optimizer)]
    if all(optimizer.name == _SCALES for optimizer in optimizers):
        return
    if spec.dtype == "mixed_float16":
        if not spec.compile.auto_scale_loss:
            section = spec.tree.get("compile") if spec.tree is not None else None
            node = section.get("auto_scale_loss") if isinstance(section, Mapping) else None
            span = node.span if node is not None else spec.compile.span
            message = "'auto_scale_loss: false' leaves small gradients to float16, in which they are 0"
            yield Diagnostic("no-loss-scaling", message, span, "leave it out", severity="warning")
        return
    for name, layer in layer_paths(spec.model):
        argument = layer.component.argument("dtype")
        policy = policy_of(layer, spec.dtype)
        if argument is not None and policy in ("float16", "mixed_float16"):
            message = f"'{name}' computes in float16, and nobody scales the loss: its small gradients are 0"
            hint = f"write 'dtype: mixed_float16' at the top of the spec, or the optimizer '{_SCALES}'"
            yield Diagnostic("no-loss-scaling", message, argument.span, hint, severity="warning")
            return
