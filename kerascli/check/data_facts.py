"""`DataFacts`: what one pass over the data told, in plain numbers, for the lints that judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass

Bounds = tuple[float, float]


@dataclass(frozen=True)
class ColumnFacts:
    """One input or target as the model gets it.

    Attributes:
        name: The model's input or output.
        role: `input` or `target`.
        fields: The fields that it reads.
        shape: The shape of one sample.
        dtype: The dtype; `text` for texts.
        ranges: Split to the smallest and the largest number of all its samples.
        size: The mean size of the training split's numbers, signs left out; None without any.
        constant: Field to its value, where it is the same in all training samples.
        classes: Split to the samples of each class by its index; None: it is no column of one class a sample.
        names: The names of the classes, or None.
        span: Where the spec reads it.
        largest_sum: Of a target, the largest sum over its last axis in the training split; None: it has one entry, or numbers below 0.
        sampled: Whether only some of its samples were seen.
    """

    name: str
    role: Literal["input", "target"]
    fields: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: str
    ranges: Mapping[str, Bounds] = field(default_factory=dict)
    size: float | None = None
    constant: Mapping[str, float] = field(default_factory=dict)
    classes: Mapping[str, Mapping[int, int]] | None = None
    names: tuple[str, ...] | None = None
    span: Span | None = None
    largest_sum: float | None = None
    sampled: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is text."""
        return self.dtype == "text"


@dataclass(frozen=True)
class DataFacts:
    """All that lints know of the data.

    Attributes:
        samples: Split to its number of samples.
        columns: The inputs and targets.
        weights: Output to the largest sample weight of the training split; an output without weights is left out.
        equal: Held-out split to a sentence on its samples that stand in the training split too.
        shapes: Output to its shape, batch axis included; empty where there is no model.
    """

    samples: Mapping[str, int]
    columns: tuple[ColumnFacts, ...]
    weights: Mapping[str, float] = field(default_factory=dict)
    equal: Mapping[str, str] = field(default_factory=dict)
    shapes: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[ColumnFacts, ...]:
        """The inputs."""
        return tuple(column for column in self.columns if column.role == "input")

    @property
    def targets(self) -> tuple[ColumnFacts, ...]:
        """The targets."""
        return tuple(column for column in self.columns if column.role == "target")
