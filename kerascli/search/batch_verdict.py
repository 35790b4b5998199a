"""The trials of several batch sizes → the fastest, a sensible one, and the largest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kerascli.search.batch_trial import Trial

# A batch that is not a power of two times this is not tried, but for the spec's own and the most.
SMALLEST = 8
# What is lost at most by the sensible size.
ENOUGH = 0.95


@dataclass(frozen=True)
class Verdict:
    """Which sizes to take, all of them tried.

    Attributes:
        fastest: The one with the most samples a second.
        sensible: The smallest with at least 95 % of these.
        largest: The largest that was trained with.
    """

    fastest: int
    sensible: int
    largest: int


def sizes_to_try(samples: int, most: int | None, own: int) -> list[int]:
    """The batch sizes, smallest first.

    Args:
        samples: The training samples; no batch is larger.
        most: The largest size that is wished, or None.
        own: The spec's own, which is tried too.
    """
    limit = samples if most is None else min(samples, most)
    sizes, size = {own} if own <= limit else set(), SMALLEST
    while size <= limit:
        sizes.add(size)
        size *= 2
    if most is not None or not sizes:
        sizes.add(limit)
    return sorted(sizes)


def judge(trials: Sequence[Trial]) -> Verdict | None:
    """The verdict; None without a trial."""
    if not trials:
        return None
    fastest = max(trials, key=lambda trial: trial.samples_per_second)
    enough = ENOUGH * fastest.samples_per_second
    sensible = min(trial.batch_size for trial in trials if trial.samples_per_second >= enough)
    return Verdict(fastest.batch_size, sensible, max(trial.batch_size for trial in trials))
