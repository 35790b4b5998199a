"""What takes the place of missing values: a written value, or the mean or median of the training split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kerascli.data.table import Array, Table, is_text
from kerascli.errors import DataError, Span
from kerascli.spec.data_spec import Missing

# Up to so many values the median is exact; of more, it is that of a sample of as many, drawn from the seed.
MEDIAN_VALUES = 1_000_000
_MEDIAN_STREAM = 0x3ED1


@dataclass(frozen=True)
class Fill:
    """The values that are put in.

    Attributes:
        values: One value a field, in the order in which the fields are stacked.
    """

    values: tuple[float | str, ...]

    def __call__(self, array: Array, *, stacked: bool) -> Array:
        """A copy of `(samples, ...)`, its missing values filled; infinite numbers stay."""
        if is_text(array):
            return np.where(array == "", str(self.values[0]), array).astype(object)
        if array.dtype.kind != "f":
            return array
        values: Any = np.asarray(self.values) if stacked else self.values[0]
        filled: Array = np.where(np.isnan(array), values, array).astype(array.dtype)
        return filled


class FillFinder:
    """Finds the values of one input, block by block.

    Args:
        missing: What the spec says.
        fields: The fields.
        seed: Decides the sample of which the median is taken.
        span: Where the input's field is written.
    """

    def __init__(self, missing: Missing, fields: tuple[str, ...], seed: int, span: Span | None) -> None:
        self._missing, self._fields, self._span = missing, fields, span
        self._sums = np.zeros(len(fields))
        self._counts = np.zeros(len(fields), np.int64)
        self._kept: list[Array] = [np.empty(0) for _ in fields]
        self._generator = np.random.Generator(np.random.PCG64([seed, _MEDIAN_STREAM]))

    def check(self, head: Table) -> None:
        """Compares a written value with what the fields hold.

        Args:
            head: A first row.

        Raises:
            DataError: It is a text, and a field holds numbers.
        """
        for name in self._fields:
            array = head.fields.get(name)
            if isinstance(self._missing.value, str) and array is not None and not is_text(array):
                message = f"'{name}' holds numbers, and '{self._missing.value}' is none"
                raise DataError(message, span=self._missing.span, hint="write '{value: 0}', 'mean' or 'median'")

    @property
    def reads_data(self) -> bool:
        """Whether the values come from the data."""
        return self._missing.rule != "value"

    def add(self, table: Table) -> None:
        """Reads a block of the training split.

        Raises:
            DataError: A field is text.
        """
        for index, name in enumerate(self._fields):
            array = table.fields[name]
            if is_text(array):
                message = f"'{name}' is text, which has no {self._missing.rule}"
                hint = f"write '{{value: …}}', with a text; for dates add 'columns: {{{name}: date}}' to the source"
                raise DataError(message, span=self._missing.span or self._span, hint=hint)
            values = array.astype(np.float64).reshape(-1)
            values = values[np.isfinite(values)]
            if self._missing.rule == "median":
                self._keep(index, values)
            self._sums[index] += values.sum()
            self._counts[index] += len(values)

    def _keep(self, index: int, values: Array) -> None:
        """Reservoir sampling in blocks: each value has the same chance to be among those kept."""
        kept = self._kept[index]
        room = max(0, MEDIAN_VALUES - len(kept))
        kept = self._kept[index] = np.concatenate([kept, values[:room]])
        rest = values[room:]
        if not len(rest):
            return
        seen = self._counts[index] + min(room, len(values)) + np.arange(1, len(rest) + 1)
        places = self._generator.integers(0, seen)
        taken = places < MEDIAN_VALUES
        kept[places[taken]] = rest[taken]

    def found(self) -> Fill:
        """The values.

        Raises:
            DataError: A field has none.
        """
        if self._missing.rule == "value":
            value = self._missing.value
            assert value is not None
            return Fill((value,) * len(self._fields))
        for name, count in zip(self._fields, self._counts, strict=True):
            if not count:
                message = f"the training split has no value in '{name}', so that it has no {self._missing.rule}"
                raise DataError(message, span=self._missing.span, hint="write '{value: 0}'")
        if self._missing.rule == "mean":
            return Fill(tuple(float(value) for value in self._sums / self._counts))
        return Fill(tuple(float(np.median(kept)) for kept in self._kept))
