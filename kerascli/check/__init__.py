"""Lints: one function each, from a `Spec` (and plain facts) to diagnostics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from kerascli.check.argument_pairs import disagreeing_arguments
from kerascli.check.batch_axis import along_batch, losses_along_batch
from kerascli.check.broadcasts import broadcasts
from kerascli.check.callback_pairs import averages_missing, callback_files, fighting_callbacks
from kerascli.check.callback_values import callback_values
from kerascli.check.channel_order import channels_first
from kerascli.check.consequences import without_consequences
from kerascli.check.embedded_values import embedded_range, embedded_reals
from kerascli.check.flat_heads import unflattened_heads
from kerascli.check.half_precision import half_precision_heads
from kerascli.check.half_weights import half_precision_weights
from kerascli.check.idle_callbacks import idle_callbacks
from kerascli.check.known_data import input_tensors
from kerascli.check.learning import idle_heads, no_loss, nothing_learns
from kerascli.check.loss_activation import unfit_activation
from kerascli.check.loss_order import unnamed_losses
from kerascli.check.loss_reduction import loss_reduction
from kerascli.check.loss_scaling import unscaled_gradients
from kerascli.check.loss_target import unfit_target
from kerascli.check.memory_limits import too_large
from kerascli.check.metrics import unfit_metrics
from kerascli.check.missing_targets import missing_targets
from kerascli.check.monitors import rare_validation, unknown_monitors, wrong_modes
from kerascli.check.preprocessing_layers import not_adaptable
from kerascli.check.ranges import out_of_range
from kerascli.check.sample_shapes import unfit_samples
from kerascli.check.scaled_twice import scaled_twice
from kerascli.check.schedule_lengths import schedule_lengths
from kerascli.check.shape_faults import refused_calls
from kerascli.check.shapes import Shapes, infer_shapes
from kerascli.check.split_sizes import batch_sizes, split_sizes
from kerascli.check.starting_weights import missing_weights
from kerascli.check.twice_activated import twice_activated
from kerascli.check.verdict import settle
from kerascli.check.weights_of_loss import negative_weights, unfit_class_weights
from kerascli.check.wiring import reads_head, unreachable_layers, unused_inputs
from kerascli.errors import Diagnostic, Span
from kerascli.spec.ignored import without_ignored
from kerascli.spec.partly_wrong import PartlyWrong
from kerascli.spec.problems import in_order
from kerascli.spec.spec import Spec


def _distribution(spec: Spec) -> Iterable[Diagnostic]:
    """The lints of several devices, which few specs have."""
    if spec.distribute.kind == "none":
        return ()
    from kerascli.check.distribution import distribution

    return distribution(spec)


def _search(spec: Spec) -> Iterable[Diagnostic]:
    """The lints of a search, which few specs have."""
    if spec.tune is None:
        return ()
    from kerascli.check.search_space import unfit_search

    return unfit_search(spec)


# A new lint is a function in a file of this room and a name in one of these lists, or in that of `values`. These take the spec.
LINTS = (
    unused_inputs,
    unreachable_layers,
    reads_head,
    missing_weights,
    not_adaptable,
    out_of_range,
    disagreeing_arguments,
    along_batch,
    losses_along_batch,
    unknown_monitors,
    wrong_modes,
    rare_validation,
    idle_callbacks,
    callback_values,
    fighting_callbacks,
    averages_missing,
    callback_files,
    split_sizes,
    batch_sizes,
    schedule_lengths,
    missing_targets,
    scaled_twice,
    unnamed_losses,
    loss_reduction,
    no_loss,
    nothing_learns,
    negative_weights,
    _search,
    half_precision_weights,
    unscaled_gradients,
    _distribution,
)
# Of these, those that judge each component by itself.
COMPONENT_LINTS = (out_of_range, disagreeing_arguments, along_batch, losses_along_batch, loss_reduction)
# What is said of a spec without data, which one whose data has a fault only seems to be.
_WITHOUT_DATA = ("not-adapted",)
# These take the shapes of all tensors too: inferred from the spec, or those of the model once Keras has made it.
SHAPE_LINTS: tuple[Callable[[Spec, Shapes], Iterable[Diagnostic]], ...] = (
    unfit_activation,
    twice_activated,
    unfit_target,
    unfit_metrics,
    half_precision_heads,
    idle_heads,
    unfit_class_weights,
    refused_calls,
    unfit_samples,
    broadcasts,
    channels_first,
    embedded_reals,
    embedded_range,
    unflattened_heads,
    too_large,
)


def check_spec(spec: Spec) -> tuple[Diagnostic, ...]:
    """All that is doubtful about a valid spec: the parser's warnings and every lint's, in the order of the file; nothing that it ignores."""
    found = [diagnostic for lint in LINTS for diagnostic in lint(spec)]
    found += [*spec.warnings, *check_shapes(spec, known_shapes(spec))]
    return without_ignored(in_order(without_consequences(found)), spec.ignored)


def check_partly(error: PartlyWrong) -> tuple[Diagnostic, ...]:
    """All that is wrong with a spec: its faults, and what lints find in those of its sections that have none."""
    spec = error.sound
    if error.whole_model:
        found = check_spec(spec)
    else:
        # What layers read and what heads give can't be told.
        found = tuple(diagnostic for lint in COMPONENT_LINTS for diagnostic in lint(spec))
    known = {(one.code, one.span) for one in error.diagnostics}
    more = [one for one in found if (one.code, one.span) not in known and one.code not in _WITHOUT_DATA]
    return without_ignored(in_order([*error.diagnostics, *more]), spec.ignored)


def check_search(spec: Spec, runs: Path = Path("runs")) -> tuple[Diagnostic, ...]:
    """What the values that a search would try make wrong, each put into the spec alone; nothing that the spec ignores.

    Args:
        spec: The spec.
        runs: The folder that holds all runs.
    """
    if spec.tune is None:
        return ()
    from kerascli.check.search_space import unfit_values

    return without_ignored(in_order(unfit_values(spec, check_spec, runs)), spec.ignored)


def known_shapes(spec: Spec) -> Shapes:
    """The shapes that follow from the spec alone, inputs included whose shape its data tells."""
    return infer_shapes(spec.model, spec.dtype, input_tensors(spec))


def check_shapes(spec: Spec, shapes: Shapes) -> list[Diagnostic]:
    """What the shapes of a model's tensors tell.

    Args:
        spec: The spec.
        shapes: Name of an input, or path of a layer, to the tensors that it makes; what is not known is left out.
    """
    if spec.model.own_class is not None:
        return []
    found: dict[tuple[str, str, Span | None], Diagnostic] = {}
    for lint in SHAPE_LINTS:
        for one in lint(spec, shapes):
            # A fault inside a block is one, however often the block is used.
            found.setdefault((one.code, one.message, one.span), one)
    return list(found.values())


def require_sound(spec: Spec, *, strict: bool = False) -> tuple[Diagnostic, ...]:
    """What `check_spec` finds, where none of it is an error.

    Args:
        spec: The spec.
        strict: Whether warnings are errors.

    Raises:
        SpecError: A lint found an error, or there is a warning and `strict`; with every diagnostic.
    """
    return settle(check_spec(spec), spec, strict=strict)
