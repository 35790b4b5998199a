"""Which way a logged value is better, as far as its name and the run's record tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kerascli.record.run_list import RunRow

_SMALLER = re.compile(r"(^|_)(loss|error|mae|mse|rmse|mape|msle|logcosh|divergence|crossentropy|poisson|seconds)(_|$)")


def is_smaller_better(name: str, rows: Sequence[RunRow]) -> bool:
    """Whether the smaller value of a log is the better one: as a run's monitor says, else by its name."""
    for row in rows:
        monitor = row.record.get("monitor") or {}
        if str(monitor.get("name", "")).removeprefix("val_") == name.removeprefix("test_").removeprefix("val_"):
            return bool(monitor.get("mode") == "min")
    return _SMALLER.search(name) is not None


def best_places(metrics: Mapping[str, Sequence[float | None]], rows: Sequence[RunRow]) -> dict[str, int | None]:
    """For each metric the place of the run that is best in it; None where fewer than two have it, or all are alike."""
    found: dict[str, int | None] = {}
    for name, values in metrics.items():
        known = [(value, place) for place, value in enumerate(values) if value is not None and value == value]
        if len({value for value, _ in known}) < 2:
            found[name] = None
            continue
        choose = min if is_smaller_better(name, rows) else max
        found[name] = choose(known)[1]
    return found
