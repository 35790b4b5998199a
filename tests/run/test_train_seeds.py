"""`train --seeds`: each run is the one that its seed alone would give, and `runs compare` tells what they have in common."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kerascli.cli.runs.compare import _several
from kerascli.cli.runs.find import spec_values
from kerascli.errors import TrainingError
from kerascli.record.spread import seed_groups
from kerascli.run.train import train
from kerascli.run.train_seeds import train_seeds
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from kept import differing, everything
from small import SPEC, Told

Write = Callable[..., Path]


def test_each_run_is_that_of_its_seed(write_spec: Write, tmp_path: Path) -> None:
    spec, told, runs = load_spec(write_spec(SPEC)), Told(), tmp_path / "runs"
    result = train_seeds(spec, 3, runs, progress=told)
    assert result.group.seeds == (6, 7, 8)
    alone = train(replace(spec, seed=8), tmp_path / "alone")
    assert differing(everything(result.runs[2].folder), everything(alone.folder)) == []
    assert [one[1][0].seeds for one in told.calls if one[0] == "started"] == [
        "seed 6, 1 of 3",
        "seed 7, 2 of 3",
        "seed 8, 3 of 3",
    ]
    losses = [run.metrics["loss"] for run in result.runs]
    assert result.group.metrics["test_loss"].mean == pytest.approx(statistics.fmean(losses))
    assert len(set(losses)) == 3
    records = [json.loads((run.folder / "run.json").read_text()) for run in result.runs]
    first = result.runs[0].folder.name
    assert [record["seeds"]["first"] for record in records] == [None, first, first]
    # One of them stands for all.
    rows = _several([str(result.runs[1].folder)], runs, seeds=True)
    assert [row.path for row in rows] == [run.folder for run in result.runs]
    (group,) = seed_groups(rows, [spec_values(row) for row in rows])
    assert group == result.group
    json.dumps(result.to_json())


def test_one_that_falls_short_does_not_keep_the_others_from_it(write_spec: Write, tmp_path: Path) -> None:
    spec = load_spec(write_spec(SPEC + "expect: {loss: '< 0.001'}\n"))
    with pytest.raises(TrainingError) as caught:
        train_seeds(spec, 2, tmp_path / "runs")
    assert [one.message.split(",")[0] for one in caught.value.diagnostics] == ["with seed 6", "with seed 7"]
    done = [json.loads(path.read_text())["status"] for path in (tmp_path / "runs" / "small").glob("2*/run.json")]
    assert done == ["done", "done"]
