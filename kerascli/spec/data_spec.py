"""`DataSpec`: where the samples come from, how they are split, and which fields the model reads."""

from __future__ import annotations

from dataclasses import field

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass
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
class Missing:
    """What takes the place of missing values.

    Attributes:
        rule: `mean` or `median` of the training split, or `value`.
        value: The value, a number or a text, for the rule `value`.
        span: Where it is written.
    """

    rule: str
    value: int | float | str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Pad:
    """How sequences of different lengths are brought to one.

    Attributes:
        length: The length; None: that of the longest of the batch.
        side: Where padding is added and what is too long is cut: `pre` or `post`.
        value: The padding.
        span: Where it is written.
    """

    length: int | None = None
    side: str = "post"
    value: int | float = 0
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Read:
    """How a column of paths becomes arrays.

    Attributes:
        kind: `image`, `audio`, `text` or `npy`.
        arguments: Argument to value, such as `size`, `channels`; see `kerascli.spec.reads`.
        span: Where it is written.
    """

    kind: str
    arguments: tuple[tuple[str, object], ...] = ()
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class WindowSpec:
    """How sequences are cut out of ordered rows, as `keras.utils.timeseries_dataset_from_array` does.

    Attributes:
        sequence_length: Rows of a sequence.
        sequence_stride: Rows from the start of one sequence to the next.
        sampling_rate: Rows from one time step of a sequence to the next.
        horizon: Rows from the last time step of a sequence to its target.
        group: A field whose change ends a sequence: no window crosses a group. None: there is one.
        span: Where it is written.
        group_span: Where the group is written.
    """

    sequence_length: int
    sequence_stride: int = 1
    sampling_rate: int = 1
    horizon: int = 1
    group: str | None = None
    span: Span | None = field(default=None, compare=False, repr=False)
    group_span: Span | None = field(default=None, compare=False, repr=False)


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
        augment: Keras layers that are applied to training batches alone, after the transforms.
        missing: What takes the place of missing values; None: they are an error.
        pad: How sequences of different lengths are padded; None: zeros at the end, to the longest of the batch.
        read: How a column of paths becomes arrays; None: the field is what it is.
        span: Where the field's name (or the whole) is written.
    """

    name: str
    fields: tuple[str, ...]
    stacked: bool = False
    transforms: tuple[Component, ...] = ()
    classes: tuple[str | int | float | bool, ...] | None = None
    one_hot: bool = False
    augment: tuple[Component, ...] = ()
    missing: Missing | None = None
    pad: Pad | None = None
    read: Read | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class DataSpec:
    """The data section.

    Attributes:
        source: The source, a component of the group `sources` (`mnist`, `csv`, `images`, …).
        validation: The validation split, or None.
        test: The test split; None: the source's own, where it has one.
        inputs: What each model input reads; None: inferred from the names of the fields.
        targets: What each model output is compared with; None: inferred.
        sample_weight: Output name to field; the key None means all outputs. Empty: none.
        augment: Keras layers that are applied to training batches of inputs and targets together (`MixUp`, `CutMix`).
        window: How sequences are cut out of ordered rows; None: a row is a sample.
        cache: `auto`, `memory`, `disk` or `none`: where the transformed samples are kept.
        on_error: `stop` or `skip`: what happens to samples that can't be read.
        span: Where `data` stands.
    """

    source: Component
    validation: SplitSpec | None = None
    test: SplitSpec | None = None
    inputs: tuple[FieldSpec, ...] | None = None
    targets: tuple[FieldSpec, ...] | None = None
    sample_weight: tuple[tuple[str | None, str, Span | None], ...] = ()
    augment: tuple[Component, ...] = ()
    window: WindowSpec | None = None
    cache: str = "auto"
    on_error: str = "stop"
    span: Span | None = field(default=None, compare=False, repr=False)
