"""The lint of metrics: each measures what its head gives and what that is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kerascli.check.heads import find_heads
from kerascli.check.metric_rules import RULES
from kerascli.check.shapes import Shapes
from kerascli.check.targets import Target
from kerascli.errors import Diagnostic, Note
from kerascli.spec.spec import Spec


def unfit_metrics(spec: Spec, shapes: Shapes, targets: Mapping[str, Target] | None = None) -> Iterator[Diagnostic]:
    """A metric of another kind than its head: its numbers have no sense, or it fails at the first batch."""
    for head in find_heads(spec, shapes, targets):
        for metric in head.metrics:
            rule = RULES.get(metric.name)
            found = rule(metric, head) if rule is not None else None
            if found is not None:
                notes = (Note(f"the loss of '{head.name}'", head.loss.span),) if head.loss is not None else ()
                yield Diagnostic("metric-kind", found.message, metric.span, found.hint, notes, found.severity)
