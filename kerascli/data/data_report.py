"""`DataReport`: what a model will get of its data, for people and programs to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from kerascli.data.table import Array


@dataclass(frozen=True)
class ColumnReport:
    """One input or target as the model gets it, of the training split.

    Attributes:
        name: The input or output.
        role: `input` or `target`.
        fields: The fields that it reads.
        shape: The shape of one sample.
        dtype: The dtype.
        minimum: The smallest number; None for text.
        maximum: The largest number.
        mean: The mean.
        deviation: The standard deviation.
        missing: The missing values of the raw fields.
        through: The transforms that it goes through.
        classes: Class to its count in each split; None: no classification.
    """

    name: str
    role: str
    fields: tuple[str, ...]
    shape: tuple[int | None, ...]
    dtype: str
    minimum: float | None
    maximum: float | None
    mean: float | None
    deviation: float | None
    missing: int
    through: tuple[str, ...] = ()
    classes: dict[str, dict[str, int]] | None = None


@dataclass(frozen=True)
class PassReport:
    """How quickly the training batches come.

    Attributes:
        batch_size: Samples a batch.
        samples: How many were read.
        seconds: How long it took.
        whole: Whether it was a whole pass.
    """

    batch_size: int
    samples: int
    seconds: float
    whole: bool


@dataclass(frozen=True)
class DataReport:
    """What `inspect_data` finds.

    Attributes:
        name: The spec's name.
        source: The source.
        splits: Split to its size and how it was drawn.
        cache: Where the samples are kept, in words.
        bytes: The bytes of the transformed samples.
        columns: Inputs and targets.
        samples: The first training samples, name to what it shows.
        warnings: What may be wrong.
        timing: How quickly the training batches come.
        counted: Of how many training samples the statistics are.
        pictures: The first inputs and their labels as the model gets them; not part of the JSON.
        augmented: The same, changed by `augment`.
    """

    name: str
    source: str
    splits: dict[str, dict[str, Any]]
    cache: str
    bytes: int
    columns: tuple[ColumnReport, ...]
    samples: tuple[dict[str, str], ...]
    warnings: tuple[str, ...]
    timing: PassReport
    counted: int
    pictures: tuple[Mapping[str, Array], tuple[str, ...]]
    augmented: Mapping[str, Array] | None = None

    def to_json(self) -> dict[str, Any]:
        """Everything but the pictures."""
        plain = asdict(replace(self, pictures=({}, ()), augmented=None))
        del plain["pictures"], plain["augmented"]
        return plain
