"""The lints of the data's values, which a static check never needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kerascli.check.class_balance import absent_class, dead_class, imbalance, one_class, unseen_class
from kerascli.check.data_facts import DataFacts
from kerascli.check.input_values import channels_first as channels_first_samples
from kerascli.check.input_values import constant_input, held_out_range, input_scale
from kerascli.check.sample_lints import equal_samples, large_batch, zero_weights
from kerascli.check.target_values import target_range, target_scale, text_labels
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
