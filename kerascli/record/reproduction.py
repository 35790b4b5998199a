"""How like a run its repetition is: pairs of numbers, differences of weights, and the verdict on both."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from kerascli.quick_dataclass import dataclass

Verdict = Literal["exact", "close", "different"]
# A log may differ by this part of itself and still be called close.
TOLERANCE = 0.01


@dataclass(frozen=True)
class Reproduction:
    """What came out.

    Attributes:
        run: The run's folder.
        again: The folder of the new run.
        verdict: `exact`: each number and each variable is the same; `close`: the metrics are, within the tolerance.
        metrics: Log of the last epoch, or `test_` metric, to its value in both.
        history: Whether all epochs are the same; None where nothing was written down.
        weights: How the variables differ; None where the run left none of that step.
        tolerance: How much a metric may differ and still be close, as a part of itself.
        reasons: What may explain a difference.
    """

    run: Path
    again: Path
    verdict: Verdict
    metrics: Mapping[str, NumberPair]
    history: bool | None
    weights: WeightDifference | None
    tolerance: float
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {
            **asdict(self),
            "run": str(self.run),
            "again": str(self.again),
            "metrics": {name: {**asdict(pair), "same": pair.same} for name, pair in self.metrics.items()},
        }


@dataclass(frozen=True)
class NumberPair:
    """One number of both runs; None where a run has none."""

    before: float | None
    after: float | None

    @property
    def same(self) -> bool:
        """Whether both are the same number; NaN is the same as NaN."""
        if self.before is None or self.after is None:
            return self.before is self.after
        return self.before == self.after or (math.isnan(self.before) and math.isnan(self.after))

    @property
    def relative(self) -> float:
        """The difference as a part of the larger; infinite where only one of them is a number."""
        if self.same:
            return 0.0
        if self.before is None or self.after is None or not math.isfinite(self.before - self.after):
            return math.inf
        return abs(self.before - self.after) / max(abs(self.before), abs(self.after))


@dataclass(frozen=True)
class WeightDifference:
    """How the variables of two checkpoints differ.

    Attributes:
        variables: How many there are, of the model and its optimizer.
        differing: How many of them differ in any bit.
        largest: The largest difference of two values; infinite where shapes differ or one is not finite.
        where: The variable that has it; None where none differs.
    """

    variables: int
    differing: int
    largest: float
    where: str | None


def judge(
    metrics: Mapping[str, NumberPair], history: bool | None, weights: WeightDifference | None, tolerance: float
) -> Verdict:
    """The verdict on a comparison."""
    same = all(pair.same for pair in metrics.values())
    if same and history is not False and (weights is None or not weights.differing):
        return "exact"
    finite = weights is None or math.isfinite(weights.largest)
    return "close" if finite and all(pair.relative <= tolerance for pair in metrics.values()) else "different"
