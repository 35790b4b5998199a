"""What `train` does before its first step, and `check --build` and `--data` do alone: model, data and a first batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from kerascli.components.downloads import no_downloads
from kerascli.components.faults import first_line
from kerascli.data.augment import Augmentation, make_augmentation
from kerascli.data.prepare import PriorData, prepare_data
from kerascli.data.prepared_data import PreparedData
from kerascli.data.split import Split
from kerascli.errors import DataError, Diagnostic, Note, SpecError
from kerascli.model.phases import Phases
from kerascli.run.adapt_model import adapt_model
from kerascli.run.build import (
    build_compiled,
    build_model,
    close_spec,
    needs_data,
    output_shapes,
    start_model,
    with_facts,
)
from kerascli.run.engine import Plan
from kerascli.run.expectations import unknown_logs
from kerascli.run.monitor import Monitor, choose_monitor
from kerascli.run.session import keras_session
from kerascli.run.start_weights import StartReport
from kerascli.run.steps import as_numbers, build_state
from kerascli.run.timeline import part, timed
from kerascli.spec.plugins import own_line
from kerascli.spec.spec import Spec
from kerascli.spec.training_spec import PhaseSpec


@dataclass(frozen=True)
class Ready:
    """All that a training needs, found sound.

    Attributes:
        spec: The spec with all that was inferred written out.
        model: The compiled model, its state built.
        data: The data.
        plan: What the loop will do.
        test: The test split, or None.
        monitor: What decides the best epoch.
        logs: The names of the logs of an epoch.
        phases: Brings the model from phase to phase; it is in the first.
        start: What each source of starting weights gave.
    """

    spec: Spec
    model: Any
    data: PreparedData
    plan: Plan
    test: Split | None
    monitor: Monitor
    logs: tuple[str, ...]
    phases: Phases
    start: tuple[StartReport, ...] = ()


def check_build(spec: Spec) -> tuple[Diagnostic, ...]:
    """Makes the model where the spec gives the shapes; else a note says what is left to `--data`.

    Raises:
        SpecError: Keras refuses something.
    """
    if spec.data is not None and needs_data(spec):
        message = "the model takes shapes or learnt values from the data, which this check does not read"
        return (Diagnostic("left-to-data", message, spec.model.span, "say '--data'", severity="note"),)
    with no_downloads():
        build_model(spec)
    return ()


def check_data(spec: Spec) -> tuple[Diagnostic, ...]:
    """Makes the model, reads the data and tries a first batch.

    Raises:
        SpecError: The spec is wrong.
        DataError: The data is wrong.
    """
    with keras_session(spec), no_downloads():
        prepare_training(spec)
    return ()


@timed("building")
def prepare_training(spec: Spec, prior: PriorData | None = None, *, begins: bool = True) -> Ready:
    """Everything before the first step; to be called inside `keras_session`.

    Args:
        spec: The spec.
        prior: What a run that goes on takes from its beginning.
        begins: Whether the model gets its starting weights; one that goes on has weights of its own.

    Raises:
        SpecError: The spec is wrong, at its place.
        DataError: The data is wrong.
    """
    _check_sections(spec)
    spec = close_spec(spec)
    with part("data"):
        data = prepare_data(spec, prior)
        spec = adapt_model(with_facts(spec, data), data)
    model = build_compiled(spec)
    start = start_model(spec, model) if begins else ()
    data = data.with_output_shapes(output_shapes(model))
    assert spec.compile is not None
    phases = Phases(model, spec.compile, spec.fit.all_phases)
    phases.enter(0)
    with part("data"):
        if set(data.storage.kept.values()) != {"memory"}:
            data.check_streamed()
        if prior is not None:
            _check_same(data, prior)
        train, validation, test = data.train(), data.validation(), data.test()
    augment = make_augmentation(data.data)
    _try_batch(spec, model, train, augment)
    logs = _log_names(model, validated=validation is not None)
    monitor, found = choose_monitor(spec, logs)
    found += unknown_logs(spec.expect, logs, tested=test is not None)
    if found:
        raise SpecError(found)
    plan = replace(make_plan(spec, train, validation), augment=augment)
    return Ready(spec, model, data, plan, test, monitor, logs, phases, start)


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
    if found:
        raise SpecError(found)
    _check_targets(spec)


def _check_targets(spec: Spec) -> None:
    """A head with a loss needs a target; one without has none to compare with."""
    assert spec.compile is not None and spec.data is not None
    if spec.data.targets is None:
        return
    named = {field.name for field in spec.data.targets}
    heads = [output.name for output in spec.model.outputs]
    missing = [name for name in heads if name not in named and named != {""}]
    if missing:
        message = f"'data.targets' says nothing of the output '{missing[0]}'"
        hint = f"add '{missing[0]}: FIELD'"
        raise SpecError(message, code="missing-field", span=spec.data.span, hint=hint)


def _try_batch(spec: Spec, model: Any, train: Split, augment: Augmentation) -> None:
    """Traces loss and metrics on the shapes of a batch; what Keras refuses is said at 'compile'."""
    drop = fixed_batch_size(spec) is not None
    dataset = train.dataset(min(spec.fit.batch_size, train.samples), drop_remainder=drop)
    dataset = augment(dataset, spec.seed, 0)
    assert spec.compile is not None
    try:
        build_state(model, dataset.element_spec)
    except Exception as error:  # Whatever Keras or TensorFlow raise on shapes that don't fit.
        message = f"model, loss, metrics and data don't fit each other: {first_line(error)}"
        own = own_line(error)
        notes = (Note("raised here", own),) if own is not None else ()
        raise SpecError([Diagnostic("keras-error", message, spec.compile.span, notes=notes)]) from error


def _log_names(model: Any, *, validated: bool) -> tuple[str, ...]:
    names = list(as_numbers(model.get_metrics_result()))
    return (*names, *(f"val_{name}" for name in names)) if validated else tuple(names)


def fixed_batch_size(spec: Spec) -> int | None:
    """The batch size that an input fixes, or None."""
    return next((item.batch_size for item in spec.model.inputs if item.batch_size is not None), None)


def make_plan(spec: Spec, train: Split, validation: Split | None, phase: PhaseSpec | None = None) -> Plan:
    """How long to train, as `keras.Model.fit` reads the same words.

    Args:
        spec: The spec, with shapes.
        train: The training split.
        validation: The validation split, or None.
        phase: The phase; left out: the first.

    Raises:
        SpecError: A fixed batch size is not the one that the spec trains with, or larger than the data.
    """
    fit = spec.fit
    fixed = fixed_batch_size(spec)
    phase = phase or fit.all_phases[0]
    batch_size = fixed or phase.batch_size or fit.batch_size
    validation_batch_size = fixed or fit.validation_batch_size or batch_size
    if fixed is not None and train.samples < fixed:
        message = f"the fixed batch size of {fixed} is larger than the {train.samples} training samples"
        raise SpecError(message, code="batch-size", span=spec.model.inputs[0].span)
    drop = fixed is not None
    written = spec.compile.steps_per_execution if spec.compile is not None else None
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
        steps_per_call=written if isinstance(written, int) else None,
        checkpoint_steps=int(spec.checkpoints.interval) if spec.checkpoints.every == "steps" else None,
        reset_states=fit.reset_states,
    )


def _validation_steps(spec: Spec, validation: Split | None, batch_size: int, *, drop: bool) -> int:
    if validation is None:
        return 0
    available = validation.steps(batch_size, drop_remainder=drop)
    return min(spec.fit.validation_steps or available, available)
