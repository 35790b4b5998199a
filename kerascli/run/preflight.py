"""What `train` does before its first step, and `check --build` and `--data` do alone: model, data and a first batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from kerascli.check import check_shapes, known_shapes
from kerascli.check.epoch_logs import EpochLogs
from kerascli.check.missing_targets import without_target
from kerascli.check.monitors import without_log
from kerascli.check.values import check_heads
from kerascli.check.verdict import settle
from kerascli.components.downloads import no_downloads
from kerascli.components.faults import first_line
from kerascli.data.augment import Augmentation, make_augmentation
from kerascli.data.gather_facts import FactGatherer
from kerascli.data.prepare import PriorData, prepare_data
from kerascli.data.prepared_data import PreparedData
from kerascli.data.split import ArraySplit, Split
from kerascli.errors import DataError, Diagnostic, Note, SpecError
from kerascli.model.devices import has_card
from kerascli.model.fused_lstm import fuse_lstms
from kerascli.model.phases import Phases
from kerascli.run.adapt_model import adapt_model
from kerascli.run.build import (
    build_compiled,
    close_spec,
    compile_of,
    needs_data,
    output_shapes,
    start_model,
    with_facts,
)
from kerascli.run.distribution import ALONE, Distribution
from kerascli.run.doubts import find_doubts
from kerascli.run.even_parts import require_even_parts
from kerascli.run.monitor import choose_monitor
from kerascli.run.performance import Performance, choose_performance
from kerascli.run.plan import Plan
from kerascli.run.prior import Prior
from kerascli.run.ready import Ready
from kerascli.run.same_start import compare_data
from kerascli.run.session import keras_session
from kerascli.run.shape_checks import model_shapes, new_doubts
from kerascli.run.steps import as_numbers, build_state
from kerascli.run.timeline import part, timed
from kerascli.spec.plugins.own_line import own_line
from kerascli.spec.spec import Spec
from kerascli.spec.training_spec import CompileSpec, PhaseSpec

# So many training samples tell what kind of targets there are.
_SEVERAL = 1000


def check_build(spec: Spec) -> tuple[Diagnostic, ...]:
    """Makes the model where the spec gives the shapes; else a note says what is left to `--data`.

    Raises:
        SpecError: Keras refuses something.
    """
    if needs_data(spec):
        message = "the model takes shapes or learnt values from the data, which this check does not read"
        left = Diagnostic("left-to-data", message, spec.model.span, "say '--data'", severity="note")
        return settle([left], spec)
    with keras_session(spec), no_downloads():
        said = check_shapes(spec, known_shapes(spec))
        spec = close_spec(spec)
        doubts = new_doubts(spec, known_shapes(spec), said)
        model = build_compiled(spec)
        start_model(spec, model)
        return settle((*doubts, *new_doubts(spec, model_shapes(model, spec), (*said, *doubts), built=True)), spec)


def check_data(spec: Spec) -> tuple[Diagnostic, ...]:
    """Makes the model, reads the data, tries a first batch, and says what is doubtful about the data.

    Raises:
        SpecError: The spec is wrong.
        DataError: The data is wrong.
    """
    with keras_session(spec), no_downloads():
        return find_doubts(prepare_training(spec))


@timed("building")
def prepare_training(
    spec: Spec, prior: Prior | None = None, *, begins: bool = True, distribution: Distribution = ALONE
) -> Ready:
    """Everything before the first step; to be called inside `keras_session`.

    Args:
        spec: The spec.
        prior: What a run that goes on takes from its beginning.
        begins: Whether the model gets its starting weights; one that goes on has weights of its own.
        distribution: What it will be trained on.

    Raises:
        SpecError: The spec is wrong, at its place.
        DataError: The data is wrong.
    """
    _check_sections(spec)
    said = check_shapes(spec, known_shapes(spec))
    spec = close_spec(spec)
    with part("data"):
        data = prepare_data(spec, prior.data if prior is not None else None)
        spec = adapt_model(with_facts(spec, data), data)
    compare_data(data.fingerprint, distribution)
    doubts = new_doubts(spec, known_shapes(spec), said)
    with distribution.scope():
        model = build_compiled(spec)
        start = start_model(spec, model) if begins else ()
    doubts += new_doubts(spec, model_shapes(model, spec), (*said, *doubts), built=True)
    data = data.with_output_shapes(output_shapes(model)).with_model(spec.model)
    assert spec.compile is not None
    seen = FactGatherer(data.preprocessing)
    with part("data"):
        if set(data.storage.kept.values()) != {"memory"}:
            data.check_streamed(seen.add)
        if prior is not None:
            _check_same(data, prior.data)
        train, validation, test = data.train(), data.validation(), data.test()
    measured = validation or test
    recorded = prior.performance if prior is not None else None
    augment = make_augmentation(data.data)
    compiled = _compiled_as(recorded, compile_of(spec), model)
    performance = choose_performance(
        spec,
        model,
        measured.samples if measured is not None else 0,
        recorded,
        plain_memory=isinstance(train, ArraySplit) and not augment and distribution.strategy is None,
    )
    with distribution.scope():
        if performance.fused_lstm:
            performance = replace(performance, lstms=fuse_lstms(model, largest_batch(spec)))
        phases = Phases(model, compiled, spec.fit.all_phases, fused=performance.fused_updates)
        phases.enter(0)
        performance = performance.with_updates(phases.updates)
        _try_batch(spec, model, data, train, augment, distribution)
    known = EpochLogs(_log_names(model), validated=validation is not None, tested=test is not None)
    logs = tuple(known.shown())
    monitor, found = choose_monitor(spec, logs)
    found += without_log(spec, known)
    if found:
        raise SpecError(found)
    plan = replace(make_plan(spec, train, validation, performance), augment=augment, distribution=distribution)
    require_even_parts(model, spec, plan, test)
    return Ready(spec, model, data, plan, test, monitor, logs, seen, phases, performance, start, doubts)


def _compiled_as(recorded: Mapping[str, Any] | None, compiled: CompileSpec, model: Any) -> CompileSpec:
    """With XLA or without it as the run began, where nobody says so; a card that is gone has taken it along."""
    if not recorded or "jit_compile" not in recorded or compiled.jit_compile not in (None, "auto"):
        return compiled
    model.jit_compile = bool(recorded["jit_compile"]) and has_card()
    return replace(compiled, jit_compile=model.jit_compile)


def _check_same(data: PreparedData, prior: PriorData) -> None:
    """Refuses other data.

    Raises:
        DataError: It is not what the run was trained on.
    """
    if prior.fingerprint is not None and prior.fingerprint != data.fingerprint:
        message = "the data is not what the run was trained on"
        hint = "put the data back, or begin a new run with 'kerascli train SPEC --init-from RUN'"
        raise DataError(message, code="data-changed", span=data.data.span, hint=hint)


def _check_sections(spec: Spec) -> None:
    found = []
    for name, section in (("data", spec.data), ("compile", spec.compile)):
        if section is None:
            span = spec.model.span
            found.append(Diagnostic("missing-section", f"training needs the section '{name}'", span, f"add '{name}:'"))
    # One without a loss too: Keras goes by the order of the outputs, and would pass over metrics of those behind it.
    found += without_target(spec, [True] * len(spec.model.outputs))
    if found:
        raise SpecError(found)


def _try_batch(
    spec: Spec, model: Any, data: PreparedData, train: Split, augment: Augmentation, distribution: Distribution
) -> None:
    """Traces loss and metrics on the shapes of a batch; what Keras refuses is said at 'compile'."""
    drop = fixed_batch_size(spec) is not None
    batch_size = min(spec.fit.batch_size, train.samples)
    if isinstance(train, ArraySplit):
        train = train.part(slice(batch_size))
    dataset = train.dataset(batch_size, drop_remainder=drop)
    dataset = augment(dataset, spec.seed, 0)
    assert spec.compile is not None
    try:
        build_state(model, dataset, distribution)
    except Exception as error:  # Whatever Keras or TensorFlow raise on shapes that don't fit.
        found = _unfit_targets(spec, model, data, train)
        if found:
            raise SpecError(found) from error
        message = f"model, loss, metrics and data don't fit each other: {first_line(error)}"
        own = own_line(error)
        notes = (Note("raised here", own),) if own is not None else ()
        raise SpecError([Diagnostic("keras-error", message, spec.compile.span, notes=notes)]) from error


def _unfit_targets(spec: Spec, model: Any, data: PreparedData, train: Split) -> list[Diagnostic]:
    """Why the targets of some training samples can't be compared with the outputs."""
    seen = FactGatherer(data.preprocessing)
    batch = next(iter(train.dataset(min(_SEVERAL, train.samples))))
    y = keras.tree.flatten(keras.utils.unpack_x_y_sample_weight(batch)[1])
    seen.add("train", {}, {one.name: np.asarray(part) for one, part in zip(data.preprocessing.targets, y, strict=True)})
    found = check_heads(spec, model_shapes(model, spec), seen.facts({}, output_shapes(model)))
    return [one for one in found if one.severity == "error"]


def _log_names(model: Any) -> tuple[str, ...]:
    return tuple(as_numbers(model.get_metrics_result()))


def fixed_batch_size(spec: Spec) -> int | None:
    """The batch size that an input fixes, or None."""
    return next((item.batch_size for item in spec.model.inputs if item.batch_size is not None), None)


def largest_batch(spec: Spec) -> int:
    """The samples of a training step, in the phase where they are most."""
    fixed = fixed_batch_size(spec)
    return fixed or max(phase.batch_size or spec.fit.batch_size for phase in spec.fit.all_phases)


def make_plan(
    spec: Spec,
    train: Split,
    validation: Split | None,
    performance: Performance,
    phase: PhaseSpec | None = None,
) -> Plan:
    """How long to train, as `keras.Model.fit` reads the same words.

    Args:
        spec: The spec, with shapes.
        train: The training split.
        validation: The validation split, or None.
        performance: What was chosen for its speed.
        phase: The phase; left out: the first.

    Raises:
        SpecError: A fixed batch size is not the one that the spec trains with, or larger than the data.
    """
    fit = spec.fit
    fixed = fixed_batch_size(spec)
    phase = phase or fit.all_phases[0]
    batch_size = fixed or phase.batch_size or fit.batch_size
    validation_batch_size = performance.validation_batch_size
    if fixed is not None and train.samples < fixed:
        message = f"the fixed batch size of {fixed} is larger than the {train.samples} training samples"
        raise SpecError(message, code="batch-size", span=spec.model.inputs[0].span)
    drop = fixed is not None
    return Plan(
        train=train,
        validation=validation,
        epochs=fit.epochs,
        batch_size=batch_size,
        validation_batch_size=validation_batch_size,
        steps_per_epoch=fit.steps_per_epoch or train.steps(batch_size, drop_remainder=drop),
        validation_steps=_validation_steps(spec, validation, validation_batch_size, drop=drop),
        validation_freq=fit.validation_freq,
        seed=spec.seed,
        shuffle=fit.shuffle,
        drop_remainder=drop,
        steps_per_call=performance.steps_per_execution,
        looped=performance.looped,
        gathered=bool(performance.gathered),
        checkpoint_steps=int(spec.checkpoints.interval) if spec.checkpoints.every == "steps" else None,
        reset_states=fit.reset_states,
    )


def _validation_steps(spec: Spec, validation: Split | None, batch_size: int, *, drop: bool) -> int:
    if validation is None:
        return 0
    available = validation.steps(batch_size, drop_remainder=drop)
    return min(spec.fit.validation_steps or available, available)
