"""The lints of the data's values, which a static check never needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kerascli.check.class_balance import absent_class, dead_class, imbalance, one_class, unseen_class
from kerascli.check.data_facts import DataFacts
from kerascli.check.input_values import channels_first as channels_first_samples
from kerascli.check.input_values import constant_input, held_out_range, input_scale
from kerascli.check.loss_activation import unfit_activation
from kerascli.check.loss_target import unfit_target
from kerascli.check.metrics import unfit_metrics
from kerascli.check.read_targets import target_of
from kerascli.check.sample_lints import equal_samples, large_batch, zero_weights
from kerascli.check.shapes import Shapes
from kerascli.check.target_values import (
    constant_target,
    several_labels,
    target_range,
    target_scale,
    text_labels,
    unseen_targets,
)
from kerascli.errors import Diagnostic
from kerascli.spec.spec import Spec

# These take the spec, and what one pass over the data told.
DATA_LINTS: tuple[Callable[[Spec, DataFacts], Iterable[Diagnostic]], ...] = (
    input_scale,
    constant_input,
    held_out_range,
    channels_first_samples,
    target_range,
    target_scale,
    text_labels,
    several_labels,
    constant_target,
    unseen_targets,
    dead_class,
    unseen_class,
    one_class,
    absent_class,
    imbalance,
    large_batch,
    zero_weights,
    equal_samples,
)


def check_values(spec: Spec, facts: DataFacts) -> list[Diagnostic]:
    """What the values of the data tell, once they have been read."""
    return [diagnostic for lint in DATA_LINTS for diagnostic in lint(spec, facts)]


def check_heads(spec: Spec, shapes: Shapes, facts: DataFacts) -> list[Diagnostic]:
    """What of loss, metrics and last activation does not fit the targets as the data has them.

    Args:
        spec: The spec.
        shapes: The tensors of the model.
        facts: What the data told.
    """
    targets = {column.name: target_of(column) for column in facts.targets}
    found = [one for lint in (unfit_activation, unfit_target, unfit_metrics) for one in lint(spec, shapes, targets)]
    # Which labels there are is told from their counts.
    return [one for one in found if one.code != "dead-class"]
