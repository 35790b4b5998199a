"""Refuses batches that can't be cut evenly where a model's own steps would count uneven parts alike."""

from __future__ import annotations

from typing import Any

from kerascli.data.split import Split
from kerascli.errors import SpecError
from kerascli.run.distribution import Distribution
from kerascli.run.plan import Plan
from kerascli.run.replica_steps import has_own_step
from kerascli.spec.spec import Spec


def require_even_parts(model: Any, spec: Spec, plan: Plan, test: Split | None) -> None:
    """Looks at every batch size of a training whose model has steps of its own.

    Raises:
        SpecError: One of them, or what is left for a last batch, can't be divided by the replicas.
    """
    if plan.distribution.strategy is None or not has_own_step(model):
        return
    sizes = {plan.batch_size, *(phase.batch_size or spec.fit.batch_size for phase in spec.fit.all_phases)}
    for size in sizes:
        require_even(plan.distribution, plan.train, size, "training", spec)
    for name, split in (("validation", plan.validation), ("test", test)):
        if split is not None:
            require_even(plan.distribution, split, plan.validation_batch_size, name, spec)


def require_even(distribution: Distribution, split: Split, batch_size: int, name: str, spec: Spec) -> None:
    """The same for one split.

    Raises:
        SpecError: It has a batch that can't be divided.
    """
    replicas, last = distribution.replicas, split.samples % batch_size
    for size, what in ((batch_size, "a batch"), (last, "the last batch")):
        if size % replicas and not (size == batch_size and split.samples < batch_size):
            message = f"{what} of the {name} has {size} samples, which {replicas} replicas can't share evenly"
            own = spec.model.own_class
            raise SpecError(
                f"{message}, as the model's own steps need it",
                code="uneven-parts",
                span=own.span if own is not None else spec.model.span,
                hint=f"choose a batch size and a number of samples that {replicas} divides",
            )
