"""A lint of losses that leave a number for each sample: a training needs one for the batch."""

from __future__ import annotations

from collections.abc import Iterator

from kerascli.check.written import all_components
from kerascli.errors import Diagnostic
from kerascli.spec.spec import Spec


def loss_reduction(spec: Spec) -> Iterator[Diagnostic]:
    """`reduction: none`: Keras adds the numbers up, so that each step is as many times too long as the batch has samples."""
    for component in all_components(spec):
        argument = component.argument("reduction")
        if component.group == "losses" and argument is not None and argument.value in (None, "none"):
            message = f"{component.name} gives a number for each sample, and a training needs one for the batch"
            yield Diagnostic("loss-reduction", message, argument.span, "write 'sum_over_batch_size'")
