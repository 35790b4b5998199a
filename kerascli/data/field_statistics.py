"""`FieldStatistics`: what the values of one array are like, added up block by block."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import numpy as np

from kerascli.data.table import Array, is_ragged, is_text

# More distinct values than these are not counted one by one.
MOST_VALUES = 10_000


def looks_like_image(array: Array) -> bool:
    """Whether samples are images: `(samples, height, width, channels)`, or `(samples, height, width)` of some size."""
    shape = array.shape[1:]
    if array.dtype.kind not in "biuf":
        return False
    return (len(shape) == 3 and shape[2] in (1, 3, 4)) or (len(shape) == 2 and min(shape) >= 8)


class FieldStatistics:
    """Counts, range and mean of an array `(samples, ...)`; missing values are NaN and empty texts.

    Attributes:
        samples: How many samples were added.
        missing: How many values were missing.
        counts: Value to how often it occurs, for texts and whole numbers of one value a sample; None where there are too
            many, or for other arrays.
    """

    def __init__(self) -> None:
        self.samples = self.missing = 0
        self.counts: Counter[Any] | None = Counter()
        self._values, self._mean, self._squares = 0, 0.0, 0.0
        self._smallest, self._largest = math.inf, -math.inf

    def add(self, array: Array) -> None:
        """Adds samples `(samples, ...)`."""
        self.samples += len(array)
        if is_ragged(array):
            array = np.concatenate(list(array))
        if is_text(array):
            self.missing += int((array == "").sum())
            self._count(array)
            return
        values = array.astype(np.float64).reshape(-1)
        known = values[np.isfinite(values)]
        self.missing += int(np.isnan(values).sum())
        if array.dtype.kind in "biu":
            self._count(array)
        else:
            self.counts = None
        if len(known):
            self._add_numbers(known)

    def _add_numbers(self, known: Array) -> None:
        """Joins mean and squared deviations of two parts, as Chan, Golub and LeVeque do."""
        count, mean = len(known), float(known.mean())
        squares = float(((known - mean) ** 2).sum())
        total = self._values + count
        gap = mean - self._mean
        self._squares += squares + gap**2 * self._values * count / total
        self._mean += gap * count / total
        self._values = total
        self._smallest = min(self._smallest, float(known.min()))
        self._largest = max(self._largest, float(known.max()))

    def _count(self, array: Array) -> None:
        if self.counts is None or array.size != len(array):
            self.counts = None
            return
        values, counts = np.unique(array.reshape(-1), return_counts=True)
        self.counts.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        if len(self.counts) > MOST_VALUES:
            self.counts = None

    def occurrences(self, value: Any) -> int:
        """How often a value occurs; 0 where values are not counted."""
        return int(self.counts[value]) if self.counts is not None and value in self.counts else 0

    @property
    def minimum(self) -> float | None:
        """The smallest number; None without any."""
        return self._smallest if self._values else None

    @property
    def maximum(self) -> float | None:
        """The largest number; None without any."""
        return self._largest if self._values else None

    @property
    def mean(self) -> float | None:
        """The mean of all numbers; None without any."""
        return self._mean if self._values else None

    @property
    def deviation(self) -> float | None:
        """The standard deviation of all numbers; None without any."""
        return math.sqrt(self._squares / self._values) if self._values else None
