"""How many samples a training has, where the spec alone tells: built-in and synthetic sources."""

from __future__ import annotations

import math

from kerascli.quick_dataclass import dataclass
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec, SplitSpec

# The training splits. Source: `keras.datasets`; `maxlen` of the texts leaves some out.
_TRAINING = {
    "mnist": 60_000,
    "fashion_mnist": 60_000,
    "cifar10": 50_000,
    "cifar100": 50_000,
    "imdb": 25_000,
    "reuters": 8_982,
}


@dataclass(frozen=True)
class SampleCounts:
    """The samples of a source and of its splits.

    Attributes:
        whole: Those of the source, without a test split of its own.
        train: Those that are left to train on; may be negative, where the splits ask for more than there is.
        validation: Those of the validation; None: there is none, or it has a source of its own whose count is not known.
    """

    whole: int
    train: int
    validation: int | None


def sample_counts(data: DataSpec) -> SampleCounts | None:
    """The counts; None where only the data knows them."""
    whole = _of_source(data.source)
    if whole is None or data.window is not None:
        return None
    test, validation = _of_split(data.test, whole), _of_split(data.validation, whole)
    if test is None or validation is None:
        return None
    drawn = data.validation is not None and data.validation.source is None
    return SampleCounts(whole, whole - test - validation, validation if drawn else None)


def _of_source(source: Component) -> int | None:
    samples = source.value("samples")
    if source.name == "synthetic":
        return samples if isinstance(samples, int) else None
    return None if source.value("maxlen") is not None else _TRAINING.get(source.name)


def _of_split(split: SplitSpec | None, whole: int) -> int | None:
    """How many samples of the source a split takes; of whole groups that is known only roughly, so not at all."""
    if split is None or split.source is not None:
        return 0
    if split.group is not None:
        return None
    return split.count if split.count is not None else math.floor((split.fraction or 0) * whole + 0.5)
