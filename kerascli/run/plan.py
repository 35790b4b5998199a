"""`Plan`: how long a training goes on, on what, and where its batches come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kerascli.data.augment import Augmentation
from kerascli.data.passes import Passes
from kerascli.data.split import ArraySplit, Split
from kerascli.run.distribution import ALONE, Distribution


@dataclass(frozen=True)
class Plan:
    """How long to train, on what.

    Attributes:
        train: The training split.
        validation: The validation split, or None.
        epochs: The number of complete epochs at which training ends.
        batch_size: Samples a step.
        validation_batch_size: Samples a validation step.
        steps_per_epoch: Steps an epoch; the passes over the data go on across epochs where this is not one pass.
        validation_steps: Batches a validation.
        validation_freq: Epochs from one validation to the next.
        seed: Decides the order of each pass.
        shuffle: Whether each pass has an order of its own.
        drop_remainder: Whether a last partial batch is left out (models with a fixed batch size).
        steps_per_call: Steps in one graph call; None: as many as callbacks and the clock allow.
        looped: Whether steps run in a loop inside the graph call.
        gathered: Whether the loop gathers its batches itself, from samples in memory.
        checkpoint_steps: A graph call ends at each multiple of this many steps; None: nowhere in particular.
        reset_states: Whether stateful layers start each epoch, and each validation, anew.
        augment: What changes the training batches at random; None: nothing.
        distribution: What computes a step.
    """

    train: Split
    validation: Split | None
    epochs: int
    batch_size: int
    validation_batch_size: int
    steps_per_epoch: int
    validation_steps: int
    validation_freq: int = 1
    seed: int = 0
    shuffle: bool = True
    drop_remainder: bool = False
    steps_per_call: int | None = None
    looped: bool = False
    gathered: bool = False
    checkpoint_steps: int | None = None
    reset_states: bool = False
    augment: Augmentation | None = None
    distribution: Distribution = ALONE

    @property
    def pass_steps(self) -> int:
        """Batches in one pass."""
        return self.train.steps(self.batch_size, drop_remainder=self.drop_remainder)

    def batches(self, number: int, skipped: int = 0) -> Any:
        """The training batches of one pass, in its order, augmented: a dataset of the parts that are computed here.

        Args:
            number: The number of the pass, over the whole training.
            skipped: How many batches to leave out at the start.
        """
        order = self.train.order(self.seed, number) if self.shuffle else None
        shares = self.distribution.shares
        changed = self.augment if self.augment else None
        dataset = self.train.dataset(
            self.batch_size,
            order=order,
            skip_batches=skipped,
            drop_remainder=self.drop_remainder,
            shares=None if changed else shares,
        )
        if changed is None:
            return dataset
        # What is drawn for a sample does not depend on the replicas.
        dataset = changed(dataset, self.seed, number, skipped)
        return dataset if shares is None else shares.of(dataset)

    def source(self, number: int, skipped: int = 0) -> Any:
        """What the steps take the batches of one pass from; see `batches`. What it gave before must be gone."""
        if self.distribution.shares is not None:
            return iter(self.batches(number, skipped))
        order = self.train.order(self.seed, number) if self.shuffle else None
        if self.gathered and isinstance(self.train, ArraySplit):
            return self.train.indexed(
                self.batch_size, order=order, skip_batches=skipped, drop_remainder=self.drop_remainder
            )
        return self._passes.begin(order, seed=self.seed, number=number, skipped=skipped)

    def validation_source(self) -> Any:
        """What a validation takes its batches from; what it gave before must be gone."""
        assert self.validation is not None
        size, drop_remainder, shares = self.validation_batch_size, self.drop_remainder, self.distribution.shares
        if shares is not None:
            return iter(self.validation.dataset(size, drop_remainder=drop_remainder, shares=shares))
        if self.gathered and isinstance(self.validation, ArraySplit):
            return self.validation.indexed(size, drop_remainder=drop_remainder)
        return self._validations.begin()

    @cached_property
    def _passes(self) -> Passes:
        return Passes(self.train, self.batch_size, drop_remainder=self.drop_remainder, augment=self.augment)

    @cached_property
    def _validations(self) -> Passes:
        assert self.validation is not None
        return Passes(self.validation, self.validation_batch_size, drop_remainder=self.drop_remainder)
