"""What a spec's training would do for its speed, as far as that is known before its data is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kerascli.check.sample_counts import sample_counts
from kerascli.components import build_component
from kerascli.data.augment import make_augmentation
from kerascli.model.fused import fuse_updates
from kerascli.model.fused_lstm import fuse_lstms
from kerascli.run.performance import Performance, choose_performance
from kerascli.run.preflight import largest_batch
from kerascli.spec.spec import Spec

# More than any validation has.
_MANY = 1 << 40


def foresee_performance(spec: Spec, model: Any) -> Performance | None:
    """What would be chosen; None where the spec lacks what a training needs.

    Args:
        spec: The spec.
        model: Its compiled model, which is good for nothing else afterwards: it is fused without being trained.
    """
    if spec.compile is None or spec.data is None:
        return None
    counts = sample_counts(spec.data)
    known = None if counts is None else counts.validation
    found = choose_performance(spec, model, known or _MANY, plain_memory=not make_augmentation(spec.data))
    if not known and found.validation_batch_size != spec.fit.batch_size:
        found = replace(found, validation_reason=f"{found.validation_reason}; no more than there are samples")
    if found.gathered:
        found = replace(found, gathered=None)
    if found.fused_lstm:
        found = replace(found, lstms=fuse_lstms(model, largest_batch(spec)))
    if not found.fused_updates:
        return found
    own = spec.fit.all_phases[0].optimizer
    return found.with_updates(fuse_updates(model.optimizer if own is None else build_component(own)))
