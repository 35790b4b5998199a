"""Intervals as mathematics writes them, `[0, 1)`: what a number may be, and how a message says it."""

from __future__ import annotations

import re

from kerascli.quick_dataclass import dataclass

_FORM = re.compile(r"([\[(])(\S+), (\S+)([\])])")


@dataclass(frozen=True)
class Interval:
    """The numbers between two ends; an infinite end is never reached.

    Attributes:
        low: The lower end.
        high: The upper end.
        with_low: Whether the lower end belongs to it.
        with_high: Whether the upper end belongs to it.
    """

    low: float
    high: float
    with_low: bool
    with_high: bool

    def __contains__(self, value: float) -> bool:
        """Whether a number lies in it; NaN lies in none."""
        above = value >= self.low if self.with_low else value > self.low
        return above and (value <= self.high if self.with_high else value < self.high)

    def __str__(self) -> str:
        """`at least 1`, `above 0`, `at least 0 and below 1`."""
        if self.low == self.high:
            return f"{self.low:g}"
        low = f"{'at least' if self.with_low else 'above'} {self.low:g}"
        high = f"{'at most' if self.with_high else 'below'} {self.high:g}"
        if self.high == float("inf"):
            return low
        return high if self.low == float("-inf") else f"{low} and {high}"


@dataclass(frozen=True)
class Numbers:
    """The numbers of one interval or of several, `[-1, -1] or [1, inf)`."""

    intervals: tuple[Interval, ...]

    def __contains__(self, value: float) -> bool:
        """Whether a number lies in one of the intervals."""
        return any(value in interval for interval in self.intervals)

    def __str__(self) -> str:
        """The intervals in words."""
        return " or ".join(str(interval) for interval in self.intervals)


def numbers(text: str) -> Numbers:
    """The numbers that a text such as `[0, 1)` or `[-1, -1] or [1, inf)` means."""
    found = _FORM.findall(text)
    return Numbers(
        tuple(Interval(float(low), float(high), opens == "[", closes == "]") for opens, low, high, closes in found)
    )
