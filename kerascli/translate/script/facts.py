"""What a script needs to know of the data: the types of its columns and the classes that were found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DataFacts:
    """Facts of the data of a spec.

    Attributes:
        kinds: Field to what its values are: `int`, `float`, `text`, `bool`; `many-int` and so on for several a sample.
        classes: Target to its labels in the order of their indices, where labels are mapped.
        widened: The targets that are one number a sample where the output has a last axis of 1.
        learnt: Names of inputs and targets with the positions of the transforms that learn.
        validated: Whether there is a validation split.
        tested: Whether there is a test split.
        samples: Training samples.
        class_weight: Output to class index to weight.
        weighted: The outputs with weights from a field, in the order of the model.
        outputs: All outputs with a target, in the order of the model.
        one_hot: The outputs whose labels are vectors.
        monitor: The log that decides the best epoch, and `min` or `max`; None where the last weights stay.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    widened: tuple[str, ...] = ()
    learnt: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    validated: bool = False
    tested: bool = False
    samples: int = 0
    class_weight: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    weighted: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    one_hot: tuple[str, ...] = ()
    monitor: tuple[str, str] | None = None

    @property
    def train_weighted(self) -> bool:
        """Whether each training sample has a weight; those of the classes of an only head go to `model.fit` as such."""
        return bool(self.weighted) or (bool(self.class_weight) and len(self.outputs) > 1)
