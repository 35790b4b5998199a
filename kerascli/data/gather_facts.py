"""`FactGatherer`: what the lints of the data's values take, added up from blocks or from whole splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from kerascli.check.data_facts import Bounds, ColumnFacts, DataFacts
from kerascli.data.equal_samples import equal_samples, sample_hashes
from kerascli.data.input_column import InputColumn
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.table import Array, is_text
from kerascli.data.target_column import TargetColumn

# Numbers of one block whose mean size is taken; more are thinned out evenly.
_MOST_NUMBERS = 1_000_000
# More distinct labels are no classes.
_MOST_CLASSES = 10_000


class FactGatherer:
    """Looks at arrays as the model gets them; each is read once for its range.

    Args:
        preprocessing: Names the inputs and targets.
    """

    def __init__(self, preprocessing: Preprocessing) -> None:
        self._columns = [_Column(one, "input") for one in preprocessing.inputs]
        self._columns += [_Column(one, "target") for one in preprocessing.targets]
        self._hashes: dict[str, list[Array]] = {}
        self._weights: dict[str, float] = {}

    def add(
        self, split: str, x: Mapping[str, Array], y: Mapping[str, Array], weights: Mapping[str, Array] | None = None
    ) -> None:
        """Adds samples of a split.

        Args:
            split: The split.
            x: Input name to array `(samples, ...)`; inputs that are left out are not judged.
            y: Output name to array, likewise.
            weights: Output name to sample weights `(samples,)`.
        """
        for column in self._columns:
            arrays = x if column.role == "input" else y
            if column.source.name in arrays:
                column.add(split, arrays[column.source.name])
        if split == "train":
            for name, one in (weights or {}).items():
                self._weights[name] = max(self._weights.get(name, 0.0), float(one.max(initial=0.0)))

    def add_sampled(self, x: Mapping[str, Array]) -> None:
        """Adds some training samples of inputs of which nothing is known yet; only their scale will be judged.

        Args:
            x: Input name to array `(samples, ...)`.
        """
        for column in self._columns:
            if column.role == "input" and column.source.name in x and (column.sampled or not column.known):
                column.sampled = True
                column.add("train", x[column.source.name])

    def add_hashes(self, split: str, x: Mapping[str, Array]) -> None:
        """Remembers which samples a split has: all its inputs, to find those that two splits share."""
        self._hashes.setdefault(split, []).append(sample_hashes(x))

    def facts(self, samples: Mapping[str, int], shapes: Mapping[str, tuple[int | None, ...]]) -> DataFacts:
        """All that was found.

        Args:
            samples: Split to its number of samples.
            shapes: Output to its shape, batch axis included.
        """
        hashes = {split: np.concatenate(parts) for split, parts in self._hashes.items()}
        train = hashes.pop("train", np.array([], np.uint64))
        equal = {split: text for split, one in hashes.items() for text in equal_samples({"train": train, split: one})}
        columns = tuple(column.facts() for column in self._columns)
        return DataFacts(dict(samples), columns, dict(self._weights), equal, dict(shapes))


class _Column:
    """What is known of one input or target so far."""

    def __init__(self, source: InputColumn | TargetColumn, role: Literal["input", "target"]) -> None:
        self.source, self.role = source, role
        # Whether only some samples were shown.
        self.sampled = False
        self._shape: tuple[int, ...] = ()
        self._dtype = ""
        # Split to the bounds of each entry of a vector `(entries,)`, or of all numbers `()`.
        self._low: dict[str, Array] = {}
        self._high: dict[str, Array] = {}
        self._size, self._numbers = 0.0, 0
        self._largest_sum: float | None = None
        self._classes: dict[str, Counter[int]] | None = {} if role == "target" else None

    @property
    def known(self) -> bool:
        """Whether anything was shown."""
        return bool(self._dtype)

    def add(self, split: str, array: Array) -> None:
        if not self._dtype:
            self._shape, self._dtype = tuple(array.shape[1:]), "text" if is_text(array) else array.dtype.name
        if is_text(array) or array.dtype.kind == "O" or not array.size:
            self._classes = None
            return
        if array.dtype.name == "bfloat16":
            array = array.astype(np.float32)
        axis = 0 if array.ndim == 2 else None
        low, high = array.min(axis=axis), array.max(axis=axis)
        if split in self._low and self._low[split].shape != low.shape:
            # Sequences of blocks that are not equally long have no entries in common.
            low, high = low.min(), high.max()
            self._low[split], self._high[split] = self._low[split].min(), self._high[split].max()
        self._low[split] = np.minimum(self._low.get(split, low), low)
        self._high[split] = np.maximum(self._high.get(split, high), high)
        if split == "train":
            numbers = array.reshape(-1)
            numbers = np.abs(numbers[:: max(1, len(numbers) // _MOST_NUMBERS)].astype(np.float64))
            self._size += float(numbers.sum())
            self._numbers += len(numbers)
        if self.role == "target":
            if split == "train" and array.ndim > 1 and array.shape[-1] > 1 and low.min() >= 0:
                self._largest_sum = max(self._largest_sum or 0.0, float(array.sum(axis=-1, dtype=np.float64).max()))
            self._add_classes(split, array, float(low.min()), float(high.max()))

    def _add_classes(self, split: str, array: Array, low: float, high: float) -> None:
        counts = class_counts(array, low, high) if self._classes is not None else None
        if counts is None:
            self._classes = None
        else:
            assert self._classes is not None
            self._classes.setdefault(split, Counter()).update(counts)

    def facts(self) -> ColumnFacts:
        ranges: dict[str, Bounds] = {
            split: (float(low.min()), float(self._high[split].max())) for split, low in self._low.items()
        }
        return ColumnFacts(
            self.source.name,
            self.role,
            self.source.fields,
            self._shape,
            self._dtype,
            ranges,
            self._size / self._numbers if self._numbers else None,
            self._constant(),
            self._classes,
            self.source.class_names if isinstance(self.source, TargetColumn) else None,
            self.source.span,
            self._largest_sum,
            self.sampled,
        )

    def _constant(self) -> dict[str, float]:
        """The fields that never change; of a vector that is one field, each entry is no field of its own."""
        low, high = self._low.get("train"), self._high.get("train")
        if self.sampled or low is None or high is None or low.shape != (len(self.source.fields),):
            return {}
        return {
            field: float(one) for field, one, other in zip(self.source.fields, low, high, strict=True) if one == other
        }


def class_counts(array: Array, low: float, high: float) -> dict[int, int] | None:
    """The samples of each class: whole numbers from 0 on, one a sample, or one-hot vectors; None: it is something else.

    Args:
        array: Targets `(samples, ...)`.
        low: Their smallest number.
        high: Their largest number.
    """
    if low < 0 or high >= _MOST_CLASSES:
        return None
    if array.ndim == 2 and array.shape[1] > 1:
        if high > 1 or array.shape[1] > _MOST_CLASSES or not _one_hot(array):
            return None
        labels: Any = array.argmax(axis=1)
    elif array.size == len(array):
        labels = array.reshape(len(array))
        if array.dtype.kind == "f" and not np.array_equal(labels, np.rint(labels)):
            return None
    else:
        return None
    counts = np.bincount(labels.astype(np.int64))
    return {int(index): int(counts[index]) for index in np.flatnonzero(counts)}


def _one_hot(array: Array) -> bool:
    ones = (array == 1).sum(axis=1)
    return bool((ones == 1).all() and np.count_nonzero(array) == len(array))
