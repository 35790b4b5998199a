"""What the losses of a learning rate range test say, without any training."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

import pytest

from kerascli.search.rate_curve import Divergence, read_curve

STEPS = 200
RATES = [1e-7 * 1e8 ** (step / (STEPS - 1)) for step in range(STEPS)]


def made(loss: Callable[[float], float], noise: float = 0.0) -> list[float]:
    """The losses of all rates, by their logarithm."""
    draw = random.Random(3)
    return [loss(math.log10(rate)) + draw.gauss(0, noise) for rate in RATES]


def descent(exponent: float) -> float:
    """From 2.3 to 0.3, the steepest at 1e-3; an explosion from 1e-1 on."""
    return 0.3 + 2 / (1 + math.exp(4 * (exponent + 3))) + (10 ** (3 * (exponent + 1)) if exponent > -1 else 0)


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.2])
def test_the_steepest_point_and_the_lowest_are_found(noise: float) -> None:
    curve = read_curve(RATES, made(descent, noise), STEPS)
    assert curve.reason is None and curve.suggestion is not None
    assert 3e-4 < curve.suggestion.rate < 3e-3
    assert 5e-3 < curve.suggestion.lowest < 0.3
    assert curve.suggestion.tenth == pytest.approx(curve.suggestion.lowest / 10)
    assert len(curve.smooth) == STEPS


def test_a_negative_loss_is_as_good() -> None:
    curve = read_curve(RATES, made(lambda exponent: descent(exponent) - 5), STEPS)
    assert curve.suggestion is not None and 3e-4 < curve.suggestion.rate < 3e-3


@pytest.mark.parametrize(
    ("losses", "reason"),
    [
        (made(lambda exponent: 1.0), "the loss does not fall: it begins at 1, and is 1 at its lowest"),
        (made(lambda exponent: 1.0, 0.3), "the noise of the batches alone may give"),
        (made(lambda exponent: 1.0 + 10**exponent, 0.1), "the noise of the batches alone may give"),
        ([math.nan], "not finite at step 1, with a learning rate of 1.0e-07"),
        ([1.0, 0.9, math.inf], "not finite at step 3"),
        ([1.0, 0.9], "2 steps are too few"),
        ([], "0 steps are too few"),
    ],
)
def test_where_the_loss_does_not_fall_nothing_is_suggested(losses: list[float], reason: str) -> None:
    curve = read_curve(RATES[: len(losses)], losses, STEPS)
    assert curve.suggestion is None
    assert curve.reason is not None and reason in curve.reason


def ends(losses: list[float]) -> int | None:
    divergence = Divergence(STEPS)
    return next((step for step, loss in enumerate(losses) if divergence.at(loss)), None)


def test_the_test_ends_at_four_times_the_best() -> None:
    assert ends([1.0] * 50) is None
    assert ends([1.0] * 20 + [3.9] * 200) is None
    assert 20 < (ends([1.0] * 20 + [4.5] * 200) or 0) < 60
    assert ends([1.0] * 20 + [math.nan]) == 20
    assert ends([math.inf]) == 0
    # A first batch that is easier than the next ones ends nothing.
    assert ends([0.01, 5.0, 1.0, 1.0, 1.0] + [1.0] * 30) is None


def test_a_negative_loss_ends_where_it_rises_above_its_beginning() -> None:
    falling = [-float(step) for step in range(30)]
    assert ends(falling) is None
    assert ends([*falling, *[-20.0] * 100]) is None, "four times -29 would be far below"
    assert ends([*falling, *[200.0] * 30]) is not None
