"""Mean, deviation and confidence interval of a metric over runs that differ in their seed alone."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kerascli.quick_dataclass import dataclass
from kerascli.record.run_list import RunRow

# Student's t, two-sided 95 %, by degrees of freedom from 1 (NIST/SEMATECH e-Handbook, 1.3.6.7.2); beyond, it is close to
# the normal distribution's 1.96 with this correction.
_T95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True)
class Spread:
    """A metric over several runs.

    Attributes:
        count: How many of them have it as a finite number.
        mean: Their mean.
        deviation: The sample's standard deviation; NaN for one value.
        interval: The bounds of the 95 % confidence interval of the mean (Student's t); NaN for one value.
    """

    count: int
    mean: float
    deviation: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class SeedGroup:
    """Runs whose specs are the same but for the seed.

    Attributes:
        name: What the group is called.
        runs: The runs, as `name/id`.
        seeds: Their seeds.
        metrics: Metric to its spread.
    """

    name: str
    runs: tuple[str, ...]
    seeds: tuple[int, ...]
    metrics: Mapping[str, Spread]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def spread_of(values: Sequence[float]) -> Spread | None:
    """The spread of those values that are finite; None where none is."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    mean = statistics.fmean(finite)
    if len(finite) == 1:
        return Spread(1, mean, math.nan, (math.nan, math.nan))
    deviation = statistics.stdev(finite)
    half = _student(len(finite) - 1) * deviation / math.sqrt(len(finite))
    return Spread(len(finite), mean, deviation, (mean - half, mean + half))


def seed_groups(rows: Sequence[RunRow], specs: Sequence[Mapping[str, Any]]) -> list[SeedGroup]:
    """The groups of two runs and more whose resolved specs differ in their seed alone.

    Args:
        rows: The runs.
        specs: Their resolved specs as plain values.
    """
    groups: dict[str, list[RunRow]] = {}
    for row, spec in zip(rows, specs, strict=True):
        if not spec:
            continue
        alike = json.dumps({name: value for name, value in spec.items() if name != "seed"}, sort_keys=True, default=str)
        members = groups.setdefault(alike, [])
        # The same run twice, or its reproduction, adds no seed.
        if row.record.get("seed") not in [one.record.get("seed") for one in members]:
            members.append(row)
    return [seed_group(members) for members in groups.values() if len(members) > 1]


def seed_group(rows: Sequence[RunRow]) -> SeedGroup:
    """The spreads over some runs, named after the first of them."""
    names = list(dict.fromkeys(name for row in rows for name in row.metrics))
    found = {name: spread_of([row.metrics[name] for row in rows if name in row.metrics]) for name in names}
    seeds = tuple(int(row.record.get("seed") or 0) for row in rows)
    metrics = {name: spread for name, spread in found.items() if spread is not None}
    return SeedGroup(f"{rows[0].run} (seeds {_short(seeds)})", tuple(row.run for row in rows), seeds, metrics)


def _short(seeds: Sequence[int]) -> str:
    """`0–4` for neighbours, else `3, 7, 12`."""
    ordered = sorted(seeds)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{ordered[0]}–{ordered[-1]}"
    return ", ".join(str(seed) for seed in ordered)


def _student(freedom: int) -> float:
    return _T95[freedom - 1] if freedom <= len(_T95) else 1.96 + 2.4 / freedom
