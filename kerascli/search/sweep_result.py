"""What comes out of a sweep: each setting's metrics over its seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kerascli.record.directions import is_smaller_better
from kerascli.record.run_list import RunRow
from kerascli.record.spread import Spread, spread_of


@dataclass(frozen=True)
class SweepSetting:
    """One setting, whatever the seed.

    Attributes:
        values: Path to its value.
        runs: Its runs that are done, as `name/id`.
        seeds: Their seeds.
        metrics: Metric to its spread over them.
        failed: Why others failed.
    """

    values: Mapping[str, Any]
    runs: tuple[str, ...]
    seeds: tuple[int, ...]
    metrics: Mapping[str, Spread]
    failed: tuple[str, ...] = ()


@dataclass(frozen=True)
class SweepResult:
    """What came out.

    Attributes:
        name: The name of the runs.
        folder: Where the sweep keeps this.
        monitor: The log that decides each run's best epoch.
        settings: The settings, in the order of the grid.
        best: Metric to the place of the setting whose mean is best; left out where all are alike.
    """

    name: str
    folder: Path
    monitor: str
    settings: tuple[SweepSetting, ...]
    best: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {**asdict(self), "folder": str(self.folder)}


def setting_of(values: Mapping[str, Any], rows: Sequence[RunRow], failed: Sequence[str]) -> SweepSetting:
    """A setting over its runs."""
    names = dict.fromkeys(name for row in rows for name in row.metrics)
    spreads = {name: spread_of([row.metrics[name] for row in rows if name in row.metrics]) for name in names}
    return SweepSetting(
        values,
        tuple(row.run for row in rows),
        tuple(int(row.record.get("seed") or 0) for row in rows),
        {name: spread for name, spread in spreads.items() if spread is not None},
        tuple(dict.fromkeys(failed)),
    )


def best_settings(settings: Sequence[SweepSetting], rows: Sequence[RunRow]) -> dict[str, int]:
    """For each metric the setting with the best mean."""
    found = {}
    for name in dict.fromkeys(name for one in settings for name in one.metrics):
        means = [(one.metrics[name].mean, place) for place, one in enumerate(settings) if name in one.metrics]
        if len({mean for mean, _ in means}) > 1:
            choose = min if is_smaller_better(name, rows) else max
            found[name] = choose(means, key=lambda mean: mean[0])[1]
    return found
