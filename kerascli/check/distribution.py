"""What goes otherwise when each of several devices computes a part of every batch."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.written import value_span
from kerascli.errors import Diagnostic, Span
from kerascli.spec.component import Component
from kerascli.spec.patterns import layer_paths
from kerascli.spec.spec import Spec


def distribution(spec: Spec) -> Iterator[Diagnostic]:
    """What the spec alone tells; how many devices there are, it need not say."""
    wanted = spec.distribute
    if wanted.kind == "none":
        return
    known = len(wanted.devices) if wanted.kind == "mirrored" else len(wanted.workers)
    if known == 1:
        return
    yield from distributed(spec, max(known, 2), sure=known > 1)


def distributed(spec: Spec, replicas: int, *, sure: bool = True) -> Iterator[Diagnostic]:
    """What goes otherwise on so many devices; without `sure`, there may be only one, and nothing is wrong yet."""
    if sure:
        yield from _sizes(spec, replicas)
    for path, layer in layer_paths(spec.model):
        if any(_is_unsynchronized(one) for one in _components(layer.component)):
            message = f"'{path}' normalizes by the statistics of a part of the batch, and keeps those of one replica"
            hint = (
                "write 'synchronized: true' for it (on GPUs), use LayerNormalization or GroupNormalization instead, "
                "or give each replica a larger part of a larger 'batch_size'"
            )
            yield Diagnostic("batch-statistics", message, layer.span, hint, severity="warning")
    yield from _reductions(spec)
    yield from _accumulating(spec)


def _sizes(spec: Spec, replicas: int) -> Iterator[Diagnostic]:
    for size, place in _batch_sizes(spec):
        if size < replicas:
            message = f"a batch of {size} has no sample for each of {replicas} replicas"
            yield Diagnostic("replica-batch", message, place, f"write 'batch_size: {replicas}' or more")
    for item in spec.model.inputs:
        if item.batch_size is not None:
            message = f"the input '{item.name}' fixes the batch size, and a replica gets a part of a batch"
            hint = "remove its 'batch_size', or train on one device"
            yield Diagnostic("replica-batch", message, item.span, hint)


def _batch_sizes(spec: Spec) -> Iterator[tuple[int, Span | None]]:
    yield spec.fit.batch_size, value_span(spec, "fit", "batch_size") or spec.fit.span or spec.distribute.span
    for phase in spec.fit.phases:
        if phase.batch_size is not None:
            yield phase.batch_size, phase.span


def _components(component: Component) -> Iterator[Component]:
    """A component and those that it wraps."""
    yield component
    for value in component.keywords.values():
        if isinstance(value, Component):
            yield from _components(value)


def _is_unsynchronized(component: Component) -> bool:
    return component.name == "BatchNormalization" and component.value("synchronized") is not True


def _reductions(spec: Spec) -> Iterator[Diagnostic]:
    """Losses that divide by the weights of their own part of a batch."""
    for loss in spec.compile.losses if spec.compile is not None else ():
        if loss is not None and loss.value("reduction") == "mean_with_sample_weight":
            message = f"each replica divides its part of {loss.name} by its own weights, so that the parts count alike"
            hint = "write 'reduction: sum_over_batch_size'"
            yield Diagnostic("replica-loss", message, loss.span, hint, severity="warning")


def _accumulating(spec: Spec) -> Iterator[Diagnostic]:
    """Optimizers that sum up gradients over steps, which TensorFlow can't do on several replicas."""
    given = [spec.compile.optimizer] if spec.compile is not None else []
    for optimizer in (*given, *(phase.optimizer for phase in spec.fit.phases if phase.optimizer is not None)):
        if any(one.value("gradient_accumulation_steps") is not None for one in _components(optimizer)):
            message = f"'gradient_accumulation_steps' of {optimizer.name} can't be used on several replicas"
            hint = "remove it: more replicas take a larger 'batch_size'"
            yield Diagnostic("replica-optimizer", message, optimizer.span, hint)
