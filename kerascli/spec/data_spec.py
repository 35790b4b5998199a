"""`DataSpec`: where the samples come from, how they are split, and which fields the model reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from kerascli.errors import Span
from kerascli.spec.component import Component


@dataclass(frozen=True)
class SplitSpec:
    """Which samples are the validation (or the test) split: exactly one of the first three.

    Attributes:
        source: A source of its own.
        count: A number of samples.
        fraction: A part of the whole, in (0, 1).
        shuffle: Whether the samples are drawn after a shuffle with the seed; False takes the first ones.
        stratify: A field whose values each have their share of the split, or None.
        group: A field whose equal values stay in one split, or None.
        order: A field that orders the samples: the split takes those with the largest values, or None.
        span: Where it is written.
        field_span: Where that field is written.
    """

    source: Component | None = None
    count: int | None = None
    fraction: float | None = None
    shuffle: bool = True
    stratify: str | None = None
    group: str | None = None
    order: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)
    field_span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class FieldSpec:
    """What one input or output of the model reads.

    Attributes:
        name: The model's input or output.
        fields: The field, or the fields that are stacked on the last axis, in order.
        stacked: Whether `fields:` was written (a vector, even of one field).
        transforms: Keras layers that are applied to batches in the input pipeline, in order.
        classes: The class names of a classification target, in the order of their indices; None: not said.
        one_hot: Whether a classification target is one-hot encoded.
        span: Where the field's name (or the whole) is written.
    """

    name: str
    fields: tuple[str, ...]
    stacked: bool = False
    transforms: tuple[Component, ...] = ()
    classes: tuple[str | int | float | bool, ...] | None = None
    one_hot: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class DataSpec:
    """The data section.

    Attributes:
        source: The source, a component of the group `sources` (`mnist`, `npz`, `npy`, `csv`, `synthetic`).
        validation: The validation split, or None.
        test: The test split; None: the source's own, where it has one.
        inputs: What each model input reads; None: inferred from the names of the fields.
        targets: What each model output is compared with; None: inferred.
        sample_weight: Output name to field; the key None means all outputs. Empty: none.
        span: Where `data` stands.
    """

    source: Component
    validation: SplitSpec | None = None
    test: SplitSpec | None = None
    inputs: tuple[FieldSpec, ...] | None = None
    targets: tuple[FieldSpec, ...] | None = None
    sample_weight: tuple[tuple[str | None, str, Span | None], ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)
