"""`outline`: what a training would do, found out without its first step and without writing anything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kerascli.check import require_sound
from kerascli.components.downloads import no_downloads
from kerascli.data.told import listening
from kerascli.model.summarise import summarise
from kerascli.record.model_summary import ModelSummary
from kerascli.run.disk_space import checkpoint_bytes, free_bytes, little_space, needed_bytes
from kerascli.run.distribution import Distribution
from kerascli.run.distribution_doubts import doubts_of
from kerascli.run.doubts import find_doubts
from kerascli.run.ignoring import ignoring
from kerascli.run.join import planned
from kerascli.run.memory_need import MemoryNeed, memory_need
from kerascli.run.preflight import make_plan, prepare_training
from kerascli.run.progress import Progress, Silence
from kerascli.run.ready import Ready
from kerascli.run.session import keras_session
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class PhaseOutline:
    """One phase.

    Attributes:
        epochs: Its epochs, at most.
        steps: Optimizer steps an epoch.
        batch_size: Samples a step.
        optimizer: The optimizer's class.
    """

    epochs: int
    steps: int
    batch_size: int
    optimizer: str


@dataclass(frozen=True)
class Outline:
    """What would run.

    Attributes:
        name: The run's name.
        seed: Its seed.
        model: Its layers and their shapes.
        samples: Split to its number of samples.
        inputs: Input to the shape and type of a batch.
        phases: The phases; one where the spec has none.
        validation_steps: Batches a validation; 0 without one.
        monitor: The log that decides the best epoch, and which way.
        logs: The logs of an epoch.
        callbacks: The callbacks.
        memory: What it takes of the memory.
        checkpoint_bytes: The size of one checkpoint.
        checkpoints: How many are kept at most: the last ones and the best.
        disk_bytes: What the run folder may take, event files aside.
        disk_free: What is free where it would lie; None where that can't be told.
        folder: Where it would lie.
        cache: Where the samples would be kept, in words.
        performance: What would be chosen for its speed, in words.
        distribution: The strategy, the devices and processes, and how a batch would be cut.
        devices: The same in words; empty for one device.
    """

    name: str
    seed: int
    model: ModelSummary
    samples: Mapping[str, int]
    inputs: Mapping[str, tuple[tuple[int | None, ...], str]]
    phases: tuple[PhaseOutline, ...]
    validation_steps: int
    monitor: tuple[str, str]
    logs: tuple[str, ...]
    callbacks: tuple[str, ...]
    memory: MemoryNeed
    checkpoint_bytes: int
    checkpoints: int
    disk_bytes: int
    disk_free: int | None
    folder: Path
    cache: str
    performance: str
    distribution: Mapping[str, Any]
    devices: str

    @property
    def steps(self) -> int:
        """Optimizer steps in all, at most."""
        return sum(phase.epochs * phase.steps for phase in self.phases)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {**asdict(self), "model": self.model.to_json(), "folder": str(self.folder), "steps": self.steps}


def outline(
    spec: Spec,
    runs: str | os.PathLike[str] = "runs",
    *,
    progress: Progress | None = None,
    strict: bool = False,
    worker: int | None = None,
) -> Outline:
    """What training a spec would do; the data is read and the model made, as before a first step.

    Args:
        spec: The spec.
        runs: The folder that would hold the run.
        progress: Who is told of doubts, and of how far the reading is.
        strict: Whether warnings are errors.
        worker: Which of the spec's workers this process is.

    Raises:
        SpecError: The spec is wrong.
        DataError: The data is wrong.
    """
    progress = ignoring(progress or Silence(), spec)
    for diagnostic in require_sound(spec, strict=strict):
        progress.warned(diagnostic)
    with keras_session(spec), no_downloads():
        with listening(progress.reading):
            ready = prepare_training(spec)
        distribution = planned(spec.distribute, worker)
        for diagnostic in doubts_of(spec, distribution):
            progress.warned(diagnostic)
        for diagnostic in (*find_doubts(ready, strict=strict), *little_space(ready.spec, ready.model, Path(runs))):
            progress.warned(diagnostic)
        return _outline(ready, Path(runs), distribution)


def _outline(ready: Ready, runs: Path, distribution: Distribution) -> Outline:
    spec, plan, model = ready.spec, ready.plan, ready.model
    summary = summarise(model, spec.model, spec.name)
    return Outline(
        name=spec.name,
        seed=spec.seed,
        model=summary,
        samples=dict(ready.data.facts()["samples"]),
        inputs={tensor.name: ((plan.batch_size, *tensor.shape[1:]), str(tensor.dtype)) for tensor in model.inputs},
        phases=_phases(ready),
        validation_steps=plan.validation_steps,
        monitor=(ready.monitor.name, ready.monitor.mode),
        logs=(*ready.logs, "learning_rate"),
        callbacks=tuple(callback.name for callback in spec.callbacks),
        memory=memory_need(ready, summary),
        checkpoint_bytes=checkpoint_bytes(model),
        checkpoints=spec.checkpoints.keep + 1,
        disk_bytes=needed_bytes(spec, model),
        disk_free=free_bytes(runs),
        folder=runs / spec.name,
        cache=ready.data.storage.words(),
        performance=ready.performance.words(),
        distribution=distribution.to_json(plan.batch_size),
        devices=distribution.words(plan.batch_size),
    )


def _phases(ready: Ready) -> tuple[PhaseOutline, ...]:
    plan, spec = ready.plan, ready.spec
    assert spec.compile is not None
    found, optimizer = [], spec.compile.optimizer.name
    for phase in spec.fit.all_phases:
        optimizer = phase.optimizer.name if phase.optimizer is not None else optimizer
        its = make_plan(spec, plan.train, plan.validation, ready.performance, phase)
        found.append(PhaseOutline(phase.epochs, its.steps_per_epoch, its.batch_size, optimizer))
    return tuple(found)
