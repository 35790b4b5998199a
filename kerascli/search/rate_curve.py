"""The losses of a learning rate range test → the rate that they speak for, or why they speak for none."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# A step's loss is averaged over about this part of the test, so that the delay is the same part of a decade for any
# number of steps. A test of 1,000 steps weighs the past with 0.98, as fastai and Lightning do for every number.
_WINDOW = 1 / 20
# The test ends when the averaged loss is so many times the best.
DIVERGED = 4.0
# The fall must be so many deviations of what noise alone gives, and such a part of the loss.
_SURE, _LEAST_FALL = 3.5, 1e-4
# The descent begins where so much of the fall is over.
_BEGUN = 0.1


@dataclass(frozen=True)
class Suggestion:
    """Where to train.

    Attributes:
        rate: The rate at which the loss falls the most steeply.
        tenth: A tenth of the rate at which the loss is lowest.
        lowest: The rate at which the loss is lowest.
    """

    rate: float
    tenth: float
    lowest: float


@dataclass(frozen=True)
class RateCurve:
    """What the losses say.

    Attributes:
        smooth: The losses, averaged to both sides.
        suggestion: The rates to train with; None where the losses speak for none.
        reason: Why there is none.
    """

    smooth: tuple[float, ...]
    suggestion: Suggestion | None
    reason: str | None = None


class Divergence:
    """Watches the losses as they come, and knows when they have gone away."""

    def __init__(self, steps: int) -> None:
        """Takes the steps of the whole test."""
        self._window = window_of(steps)
        self._losses: list[float] = []
        self._mean = 0.0
        self._first = self._best = math.inf

    def at(self, loss: float) -> bool:
        """Whether the test ends at this loss."""
        if not math.isfinite(loss):
            return True
        self._losses.append(loss)
        count, weight = len(self._losses), 1 - 1 / self._window
        self._mean = weight * self._mean + (1 - weight) * loss
        mean = self._mean / (1 - weight**count)
        if count < self._window:
            # A few batches may differ by more than a factor.
            return False
        self._first = mean if count == self._window else self._first
        self._best = min(self._best, mean)
        return mean > self._limit()

    def _limit(self) -> float:
        if self._best > 0:
            return DIVERGED * self._best
        # A negative loss has no factor: it has to rise as far, and above where it began.
        return max(self._first, self._best + (DIVERGED - 1) * abs(self._best))


def window_of(steps: int) -> int:
    """The steps that a loss is averaged over."""
    return max(4, round(steps * _WINDOW))


def read_curve(rates: Sequence[float], losses: Sequence[float], steps: int) -> RateCurve:
    """What the losses of a test say.

    Args:
        rates: The learning rate of each step that was made, growing by a constant factor.
        losses: The loss of each step's batch, before the step.
        steps: The steps that the whole test has.
    """
    window = window_of(steps)
    finite = list(losses)
    while finite and not math.isfinite(finite[-1]):
        finite.pop()
    if len(finite) < 3 * window:
        return RateCurve(tuple(finite), None, _too_few(len(finite), len(losses), rates))
    smooth = _smooth(finite, window)
    # The first steps tell where the loss begins: their rates move nothing.
    begin = statistics.fmean(finite[: 2 * window])
    bottom = min(range(window, len(smooth)), key=smooth.__getitem__)
    fall = begin - smooth[bottom]
    if fall <= _LEAST_FALL * abs(begin):
        reason = f"the loss does not fall: it begins at {begin:.4g}, and is {smooth[bottom]:.4g} at its lowest"
        return RateCurve(tuple(smooth), None, reason)
    noise = _SURE * _deviation(finite, smooth, bottom, window)
    if fall <= noise:
        reason = (
            f"the loss falls by {fall:.3g} from {begin:.4g}, and the noise of the batches alone may give {noise:.3g}"
        )
        return RateCurve(tuple(smooth), None, reason)
    # Before the descent, the slope of a flat and noisy curve says nothing.
    starts = max(index for index in range(bottom + 1) if index == 0 or smooth[index] >= begin - _BEGUN * fall)
    reach = max(1, window // 2)
    points = range(max(starts, window), bottom + 1)
    steepest = min(points, key=lambda index: _slope(smooth, index, reach))
    return RateCurve(tuple(smooth), Suggestion(rates[steepest], rates[bottom] / 10, rates[bottom]))


def _too_few(finite: int, made: int, rates: Sequence[float]) -> str:
    if finite < made:
        return f"the loss is not finite at step {finite + 1}, with a learning rate of {rates[finite]:.1e}"
    return f"{finite} steps are too few to tell"


def _smooth(losses: Sequence[float], window: int) -> list[float]:
    """Exponential means to both sides, so that the curve is not shifted to higher rates."""
    # What explodes at the end would hide the descent before it.
    ceiling = max(losses[: 2 * window])
    clipped = [min(loss, ceiling) for loss in losses]
    left, right = _weighted(clipped, window), _weighted(reversed(clipped), window)[::-1]
    # At an end, one side has seen little and says little.
    return [(a + b) / (of_a + of_b) for (a, of_a), (b, of_b) in zip(left, right, strict=True)]


def _weighted(values: Iterable[float], window: int) -> list[tuple[float, float]]:
    """Exponentially weighted sums of the values so far, each with the sum of its weights."""
    keep, total, weights, found = 1 - 1 / window, 0.0, 0.0, []
    for value in values:
        total, weights = keep * total + (1 - keep) * value, keep * weights + (1 - keep)
        found.append((total, weights))
    return found


def _deviation(losses: Sequence[float], smooth: Sequence[float], bottom: int, window: int) -> float:
    """The deviation that a fall of the averaged loss has from the noise of the batches alone."""
    count = max(bottom, 2 * window)
    rest = [loss - mean for loss, mean in zip(losses[:count], smooth, strict=False)]
    # Of the difference between the beginning, a mean of two windows, and a point, which weighs about as many steps.
    return statistics.pstdev(rest) / math.sqrt(window)


def _slope(smooth: Sequence[float], index: int, reach: int) -> float:
    """The slope over the logarithm of the rate, but for a constant."""
    left, right = max(0, index - reach), min(len(smooth) - 1, index + reach)
    return (smooth[right] - smooth[left]) / (right - left)
