"""Lints: one function each, from a `Spec` (and plain facts) to diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kerascli.check.class_balance import absent_class, dead_class, imbalance, one_class, unseen_class
from kerascli.check.data_facts import DataFacts
from kerascli.check.input_values import channels_first, constant_input, held_out_range, input_scale
from kerascli.check.preprocessing_layers import not_adaptable
from kerascli.check.sample_lints import equal_samples, large_batch, zero_weights
from kerascli.check.shapes import Shapes, infer_shapes
from kerascli.check.starting_weights import missing_weights
from kerascli.check.target_values import target_range, target_scale, text_labels
from kerascli.check.wiring import reads_head, unreachable_layers, unused_inputs
from kerascli.errors import Diagnostic, SpecError
from kerascli.spec.problems import in_order
from kerascli.spec.spec import Spec

# A new lint is a function in a file of this room and a name in one of these lists. These take the spec.
LINTS = (unused_inputs, unreachable_layers, reads_head, missing_weights, not_adaptable)
# These take the shapes of all tensors too: inferred from the spec, or those of the model once Keras has made it.
SHAPE_LINTS: tuple[Callable[[Spec, Shapes], Iterable[Diagnostic]], ...] = ()
# These take what one pass over the data told.
DATA_LINTS: tuple[Callable[[Spec, DataFacts], Iterable[Diagnostic]], ...] = (
    input_scale,
    constant_input,
    held_out_range,
    channels_first,
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


def check_spec(spec: Spec) -> tuple[Diagnostic, ...]:
    """All that is doubtful about a valid spec: the parser's warnings and every lint's, in the order of the file."""
    found = [diagnostic for lint in LINTS for diagnostic in lint(spec)]
    return in_order([*spec.warnings, *found, *check_shapes(spec, infer_shapes(spec.model))])


def check_shapes(spec: Spec, shapes: Shapes) -> list[Diagnostic]:
    """What the shapes of a model's tensors tell.

    Args:
        spec: The spec.
        shapes: Name of an input, or path of a layer, to the tensors that it makes; what is not known is left out.
    """
    return [diagnostic for lint in SHAPE_LINTS for diagnostic in lint(spec, shapes)]


def check_values(spec: Spec, facts: DataFacts) -> list[Diagnostic]:
    """What the values of the data tell, once they have been read."""
    return [diagnostic for lint in DATA_LINTS for diagnostic in lint(spec, facts)]


def require_sound(spec: Spec) -> tuple[Diagnostic, ...]:
    """What `check_spec` finds, where none of it is an error.

    Raises:
        SpecError: A lint found an error; with every diagnostic.
    """
    found = check_spec(spec)
    if any(diagnostic.severity == "error" for diagnostic in found):
        raise SpecError(found)
    return found
