"""Means and intervals over seeds, beside SciPy's and a textbook's numbers."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from kerascli.record.run_list import RunRow
from kerascli.record.run_marks import Marks
from kerascli.record.spread import seed_groups, spread_of


def row(number: int, seed: int, **metrics: float) -> RunRow:
    record = {"status": "done", "seed": seed, "metrics": metrics, "weights": "last"}
    return RunRow(Path(f"runs/mnist/2026-01-0{number}_00-00-00"), record, Marks())


def test_a_spread_is_that_of_the_textbook() -> None:
    found = spread_of([9.0, 10.0, 11.0, 10.5, 9.5])
    assert found is not None
    assert (found.count, found.mean) == (5, 10.0)
    assert found.deviation == pytest.approx(0.790569)
    # t(0.975, 4) = 2.776445; 2.776445 * 0.790569 / sqrt(5) = 0.981622
    assert found.interval == pytest.approx((9.018378, 10.981622), abs=2e-4)


def test_the_quantile_goes_on_behind_the_table() -> None:
    values = [float(number % 2) for number in range(62)]
    found = spread_of(values)
    assert found is not None
    # t(0.975, 61) = 1.999624
    assert found.interval[1] - found.mean == pytest.approx(1.999624 * found.deviation / math.sqrt(62), rel=1e-3)


def test_what_is_not_finite_does_not_count() -> None:
    assert spread_of([math.nan, math.inf]) is None
    one = spread_of([math.nan, 3.0])
    assert one is not None and (one.count, one.mean) == (1, 3.0) and math.isnan(one.deviation)


def test_groups_are_runs_that_differ_in_their_seed_alone() -> None:
    rows = [row(1, 0, loss=1.0), row(2, 1, loss=3.0), row(3, 0, loss=9.0), row(4, 1, loss=1.0), row(5, 7, loss=5.0)]
    specs = [{"seed": seed, "fit": {"epochs": epochs}} for seed, epochs in ((0, 1), (1, 1), (0, 2), (1, 1), (7, 1))]
    (group,) = seed_groups(rows, specs)
    assert group.seeds == (0, 1, 7), "the seed that comes twice counts once, the other spec not at all"
    assert group.metrics["loss"].mean == 3.0
    assert group.name == "mnist/2026-01-01_00-00-00 (seeds 0, 1, 7)"
    assert seed_groups(rows[:1], specs[:1]) == []
