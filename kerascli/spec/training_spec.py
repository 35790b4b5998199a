"""The sections that say how a model learns: `CompileSpec`, `FitSpec`, `CheckpointSpec`, `LogSpec`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Component


@dataclass(frozen=True)
class CompileSpec:
    """What `keras.Model.compile` takes, with losses and metrics laid out by output.

    Attributes:
        optimizer: The optimizer.
        losses: One for each model output, in order; None: a head without a loss.
        loss_weights: One for each model output, in order, or None.
        metrics: For each model output, in order, its metrics.
        weighted_metrics: Likewise.
        jit_compile: As in Keras; None: not said.
        steps_per_execution: As in Keras; None: not said.
        run_eagerly: As in Keras.
        auto_scale_loss: As in Keras.
        span: Where `compile` stands.
        loss_span: Where what `loss` says stands.
    """

    optimizer: Component
    losses: tuple[Component | None, ...]
    loss_weights: tuple[float, ...] | None = None
    metrics: tuple[tuple[Component, ...], ...] = ()
    weighted_metrics: tuple[tuple[Component, ...], ...] = ()
    jit_compile: bool | Literal["auto"] | None = None
    steps_per_execution: int | Literal["auto"] | None = None
    run_eagerly: bool = False
    auto_scale_loss: bool = True
    span: Span | None = field(default=None, compare=False, repr=False)
    loss_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Pattern:
    """A shell pattern over the paths of layers, and where it stands."""

    text: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class PhaseSpec:
    """One phase of a training.

    Attributes:
        epochs: Its epochs, at most; a callback may end it before.
        freeze: The layers that learn no more, from this phase on.
        unfreeze: The layers that learn from this phase on; where both match, this one holds.
        optimizer: The optimizer from this phase on; None: the one before goes on with its state.
        batch_size: Samples a step; None: that of `fit`.
        callbacks: Callbacks of this phase alone, beside the general ones.
        span: Where the phase stands.
    """

    epochs: int
    freeze: tuple[Pattern, ...] = ()
    unfreeze: tuple[Pattern, ...] = ()
    optimizer: Component | None = None
    batch_size: int | None = None
    callbacks: tuple[Component, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)


# Class (its name or its index) to weight.
ClassWeights = Mapping[str | int, float] | Literal["balanced"]


@dataclass(frozen=True)
class FitSpec:
    """What `keras.Model.fit` takes.

    Attributes:
        epochs: The number of epochs, over all phases.
        batch_size: Samples a step.
        validation_batch_size: Samples a validation step; None: `batch_size`.
        shuffle: Whether each pass over the training data has an order of its own.
        class_weight: Output name to weights by class; the key None means the only output. Empty: none.
        steps_per_epoch: Steps an epoch; None: one pass.
        validation_steps: Steps a validation; None: one pass.
        validation_freq: Epochs from one validation to the next.
        deterministic: Whether TensorFlow's deterministic kernels are asked for.
        reset_states: Whether stateful layers start each epoch, and each validation, anew.
        phases: The phases as written; empty: one phase with nothing of its own.
        span: Where `fit` stands.
        class_weight_spans: Output, class and where the class is written; the class None means where all of them stand.
    """

    epochs: int = 1
    batch_size: int = 32
    validation_batch_size: int | None = None
    shuffle: bool = True
    class_weight: tuple[tuple[str | None, ClassWeights], ...] = ()
    steps_per_epoch: int | None = None
    validation_steps: int | None = None
    validation_freq: int = 1
    deterministic: bool = False
    reset_states: bool = False
    phases: tuple[PhaseSpec, ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)
    class_weight_spans: tuple[tuple[str | None, str | int | None, Span], ...] = field(
        default=(), compare=False, repr=False
    )

    def class_weight_place(self, output: str, key: str | int | None = None) -> Span | None:
        """Where the weight of a class of an output is written, or all of its weights; else where `fit` stands."""
        spans = {(name, one): span for name, one, span in self.class_weight_spans}
        places = ((output, key), (None, key), (output, None), (None, None))
        return next((spans[place] for place in places if place in spans), self.span)

    @property
    def all_phases(self) -> tuple[PhaseSpec, ...]:
        """The phases, of which there is always one."""
        return self.phases or (PhaseSpec(self.epochs, span=self.span),)


@dataclass(frozen=True)
class CheckpointSpec:
    """How often a checkpoint is written, and which are kept.

    Attributes:
        best: The log whose best value makes a checkpoint the best; None: `val_loss`, else `loss`.
        mode: `min` or `max`; None: known from the metric.
        keep: How many of the newest are kept, at least 2; the best is kept beside them.
        every: The unit; with it `interval`: every epoch, every n steps, every n minutes.
        interval: The number of units.
        span: Where `checkpoints` stands.
        best_span: Where the monitored name stands.
    """

    best: str | None = None
    mode: Literal["min", "max"] | None = None
    keep: int = 2
    every: Literal["epoch", "steps", "minutes"] = "epoch"
    interval: float = 1
    span: Span | None = field(default=None, compare=False, repr=False)
    best_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class LogSpec:
    """Which logs a run writes.

    Attributes:
        csv: Whether `history.csv` is written.
        tensorboard: The arguments of `keras.callbacks.TensorBoard`, or None for no event files.
        span: Where `logs` stands.
    """

    csv: bool = True
    tensorboard: Mapping[str, object] | None = field(default_factory=dict)
    span: Span | None = field(default=None, compare=False, repr=False)
