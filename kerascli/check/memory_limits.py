"""A lint of models that this machine can't hold, before anything of them is made."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.machine_memory import available_memory
from kerascli.check.memory_estimate import LargestLayer, MemoryEstimate, estimate_memory
from kerascli.check.shapes.infer import Shapes
from kerascli.errors import Diagnostic, ExitCode, Span
from kerascli.spec.spec import Spec

# No machine has so much: who asks for it has mistyped a number, and the spec is wrong.
_NO_MACHINE = 64 * 2**40
# What names a layer's size, in the order in which it counts.
_SIZES = ("units", "input_dim", "filters", "num_heads", "shape", "target_shape", "n", "size", "output_size")


def too_large(spec: Spec, shapes: Shapes) -> Iterator[Diagnostic]:
    """Weights, gradients and the optimizer's numbers must fit at once, and so must the largest tensor of a step."""
    free = available_memory()
    estimate = estimate_memory(spec, shapes)
    needed = estimate.state_bytes + (estimate.widest.bytes if estimate.widest and spec.compile is not None else 0)
    limit = _NO_MACHINE if free is None else free
    if needed > limit:
        yield _error(spec, estimate, free, wide=estimate.state_bytes <= limit)
    elif estimate.total > limit:
        message = (
            f"a training step keeps about {gigabytes(estimate.activations_bytes)} of what {spec.fit.batch_size} samples make in all "
            f"layers, beside {gigabytes(estimate.state_bytes)} of weights and their like; {_free(free)}"
        )
        hint = "write a smaller 'batch_size' in 'fit'"
        yield Diagnostic("memory", message, _place(estimate.widest) or spec.model.span, hint, severity="warning")


def _error(spec: Spec, estimate: MemoryEstimate, free: int | None, *, wide: bool) -> Diagnostic:
    largest = estimate.widest if wide else estimate.heaviest
    if wide and largest is not None:
        message = (
            f"'{largest.layer.name}' makes a tensor of {gigabytes(largest.bytes)} out of {spec.fit.batch_size} samples, "
            f"beside {gigabytes(estimate.state_bytes)} of weights and their like; {_free(free)}"
        )
        hint = "make the layer smaller, or 'batch_size' in 'fit'"
    else:
        parts = [f"weights {gigabytes(estimate.weights_bytes)}"]
        if spec.compile is not None:
            parts.append(f"gradients {gigabytes(estimate.gradients_bytes)}")
            parts.append(f"{spec.compile.optimizer.name} {gigabytes(estimate.optimizer_bytes)}")
        most = f"; most of it is '{largest.layer.name}'" if largest is not None else ""
        message = (
            f"the model takes at least {gigabytes(estimate.state_bytes)} ({', '.join(parts)}), and {_free(free)}{most}"
        )
        hint = "make the layer smaller, or train on a machine with more memory"
    impossible = estimate.state_bytes > _NO_MACHINE or (largest is not None and largest.bytes > _NO_MACHINE)
    # A plausible model is no fault of its spec: another machine may hold it.
    status = ExitCode.SPEC if impossible else ExitCode.ENVIRONMENT
    if impossible:
        hint = "write a smaller number: no machine has so much"
    return Diagnostic("memory", message, _place(largest) or spec.model.span, hint, status=status)


def _place(largest: LargestLayer | None) -> Span | None:
    """The argument that makes a layer large, or the layer."""
    if largest is None:
        return None
    component = largest.layer.component
    found = next((argument for name in _SIZES if (argument := component.argument(name)) is not None), None)
    return largest.layer.span if found is None else found.span


def _free(free: int | None) -> str:
    return "no machine has so much" if free is None else f"this machine has {gigabytes(free)} free"


def gigabytes(size: int) -> str:
    """Bytes as people read them, in GB (10⁹ bytes)."""
    number = size / 1e9
    return f"{number:,.0f} GB" if number >= 100 else f"{number:.1f} GB" if number >= 0.1 else "less than 0.1 GB"
