"""Training from files in parts and from the disk: the same weights as from memory, faults found before the first step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.errors import DataError
from kerascli.record.run_record import read_record
from kerascli.run.evaluate import evaluate
from kerascli.run.train import train
from kerascli.spec.load import load_spec

_SPEC = """
seed: 5
data:
  source: {csv: d.csv}
  validation: 0.25
  inputs:
    num: {fields: [a, b], missing: mean, transform: [Normalization]}
    word: {field: c, transform: [{StringLookup: {output_mode: one_hot}}]}
  targets: y
  sample_weight: w
  cache: CACHE
model:
  inputs: {num: [2], word: [4]}
  layers:
    - Concatenate:
      inputs: [num, word]
    - Dense: 4
    - Dense: {units: 2, activation: softmax}
      name: y
compile: {optimizer: adam, loss: sparse_categorical_crossentropy, weighted_metrics: [accuracy]}
fit: {epochs: 2, batch_size: 16, shuffle: SHUFFLE, class_weight: balanced}
logs: {tensorboard: false}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    random = np.random.default_rng(0)
    rows = [
        f"{'' if i % 9 == 0 else random.normal():.3},{i % 7},{'xyz'[i % 3]},{('no', 'yes')[i % 4 > 2]},{1 + i % 2}"
        if i % 9
        else f",{i % 7},{'xyz'[i % 3]},{('no', 'yes')[i % 4 > 2]},{1 + i % 2}"
        for i in range(400)
    ]
    (tmp_path / "d.csv").write_text("a,b,c,y,w\n" + "\n".join(rows) + "\n")

    def make(cache: str, shuffle: bool = False) -> Any:
        path = tmp_path / f"{cache}.yaml"
        path.write_text(_SPEC.replace("CACHE", cache).replace("SHUFFLE", str(shuffle).lower()))
        return train(load_spec(path), tmp_path / "runs")

    return make


def test_every_cache_gives_the_same_weights(run: Callable[..., Any]) -> None:
    expected = [np.asarray(one) for one in run("memory").model.weights]
    for cache in ("auto", "none", "disk"):
        result = run(cache)
        for one, other in zip(result.model.weights, expected, strict=True):
            np.testing.assert_array_equal(np.asarray(one), other, err_msg=cache)
        kept = read_record(result.folder / "run.json")["data"]["cache"]["kept"]
        assert set(kept.values()) == {{"auto": "memory", "none": "stream", "disk": "disk"}[cache]}


def test_the_disk_is_written_once(run: Callable[..., Any], tmp_path: Path) -> None:
    run("disk")
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").rglob("*.npy")}
    assert len(files) == 8
    run("disk", shuffle=True)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").rglob("*.npy")} == files


def test_a_streamed_run_can_be_repeated_and_evaluated(run: Callable[..., Any], tmp_path: Path) -> None:
    first, second = run("none", shuffle=True), run("none", shuffle=True)
    for one, other in zip(first.model.weights, second.model.weights, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    found = evaluate(str(first.folder), str(tmp_path / "d.csv"))
    assert found.samples == 400


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("0.1,2,x,,1", "1 row has no label in 'y', the first is row 401"),
        ("0.1,inf,x,yes,1", "a missing or infinite value in 'a and b', the first is row 401"),
        ("0.1,2,,yes,1", "1 row has no text in 'c', the first is row 401"),
        ("0.1,2,x,yes,-1", "the weight in 'w' is negative or missing at row 401"),
        ("0.1,2,x,yes", "has 4 cells in line 402, but 5 columns"),
    ],
)
def test_what_is_wrong_in_the_last_row_is_found_before_the_first_step(
    row: str, said: str, run: Callable[..., Any], tmp_path: Path
) -> None:
    with (tmp_path / "d.csv").open("a") as file:
        file.write(row + "\n")
    with pytest.raises(DataError, match=said):
        run("none")
    assert not list((tmp_path / "runs").glob("*/*"))
