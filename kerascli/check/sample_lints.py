"""Lints of the samples as a whole: those that stand in two splits, batches larger than all of them, weights of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.data_facts import DataFacts
from kerascli.errors import Diagnostic, ExitCode, Span
from kerascli.spec.nodes import Mapping
from kerascli.spec.spec import Spec


def equal_samples(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Samples of a held-out split that the training split has too."""
    for split, sentence in facts.equal.items():
        hint = "'kerascli data' shows the splits; 'group' keeps what belongs together in one"
        yield Diagnostic("equal-samples", sentence, split_span(spec, split), hint, severity="warning")


def split_span(spec: Spec, split: str) -> Span | None:
    """Where a held-out split is written; of one that comes with the source, where the source is."""
    if spec.data is None:
        return None
    written = {"validation": spec.data.validation, "test": spec.data.test}.get(split)
    return spec.data.source.span if written is None else written.span


def large_batch(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """A written batch size that is larger than the training split: every epoch is one step."""
    span, size, samples = _written_batch_size(spec), spec.fit.batch_size, facts.samples.get("train", 0)
    if span is not None and size > samples:
        message = (
            f"the batch size of {size:,} is larger than the training split of {samples:,}: every epoch is one step"
        )
        yield Diagnostic("large-batch", message, span, "write a smaller one", severity="warning")


def _written_batch_size(spec: Spec) -> Span | None:
    """Where the batch size stands; None where it is Keras's own."""
    fit = spec.tree.get("fit") if spec.tree is not None else None
    value = fit.get("batch_size") if isinstance(fit, Mapping) else None
    return None if value is None else value.span


def zero_weights(spec: Spec, facts: DataFacts) -> Iterator[Diagnostic]:
    """Sample weights that are all 0: the loss is 0, whatever the model says."""
    if spec.data is None:
        return
    for output, largest in facts.weights.items():
        if largest == 0:
            places = {name: span for name, _, span in spec.data.sample_weight}
            message = f"all sample weights of '{output}' are 0 in the training split, so that nothing is learnt"
            span = places.get(output, places.get(None))
            hint = "leave 'sample_weight' out, or name another field"
            yield Diagnostic("zero-weights", message, span, hint, status=ExitCode.DATA)
