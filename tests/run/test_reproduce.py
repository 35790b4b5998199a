"""`reproduce`: the same run again is the same bit for bit; another one is not called so."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.errors import DataError, EnvironmentProblem, UsageError
from kerascli.record.checkpoints import list_checkpoints
from kerascli.record.manifest import write_manifest
from kerascli.record.reproduction import NumberPair, WeightDifference, judge
from kerascli.run.reproduce import reproduce
from kerascli.run.train import train
from kerascli.spec.load import load_spec
from kerascli.view.reproduction import verdict_lines

sys.path.insert(0, str(Path(__file__).parent))
from kept import RUN, differing, everything
from small import SPEC, TABLE

Write = Callable[..., Path]


def record_of(run: Path) -> dict[str, Any]:
    return dict(json.loads((run / "run.json").read_text()))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("original")
    (folder / "run.yaml").write_text(RUN)
    return train(load_spec(folder / "run.yaml", ["fit.epochs=2"]), folder / "runs").folder


def test_a_run_comes_out_the_same(original: Path) -> None:
    before = record_of(original)
    found = reproduce(original, runs=original.parent.parent)
    assert found.verdict == "exact" and found.history is True
    assert found.weights is not None and found.weights.differing == 0 and found.weights.variables > 20
    assert differing(everything(found.again), everything(original)) == []
    assert record_of(found.again)["reproduces"] == f"run/{original.name}"
    assert record_of(original) == before, "the run itself is never written"
    assert next(iter(verdict_lines(found))) == "REPRODUCED bit for bit"
    json.dumps(found.to_json())


def test_what_is_another_run_is_not_called_the_same(original: Path, tmp_path: Path) -> None:
    """A seed that was written over in its spec, as a run that can't be repeated looks like."""
    text = (original / "spec.yaml").read_text()
    (original / "spec.yaml").write_text(text.replace("seed: 4", "seed: 5"))
    record = record_of(original)
    fingerprint = record["data"]["fingerprint"]
    record["data"]["fingerprint"] = None
    (original / "run.json").write_text(json.dumps(record))
    try:
        found = reproduce(original, runs=tmp_path)
    finally:
        (original / "spec.yaml").write_text(text)
        record["data"]["fingerprint"] = fingerprint
        (original / "run.json").write_text(json.dumps(record))
    assert found.verdict == "different" and found.history is False
    assert found.weights is not None and found.weights.differing > 10
    lines = list(verdict_lines(found))
    assert lines[0].startswith("NOT REPRODUCED") and "variables differ" in lines[2]


def test_other_data_is_refused(write_spec: Write, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,w,kind\n" + "".join(f"{n},w{n % 3},k{n % 3}\n" for n in range(30)))
    run = train(load_spec(write_spec(TABLE)), tmp_path / "runs").folder
    assert reproduce(run, runs=tmp_path / "runs").verdict == "exact", "what is learnt from the data is learnt again"
    (tmp_path / "d.csv").write_text("a,w,kind\n" + "".join(f"{n + 1},w{n % 3},k{n % 3}\n" for n in range(30)))
    with pytest.raises(DataError, match="not what the run was trained on"):
        reproduce(run, runs=tmp_path / "runs")


def test_of_a_run_that_did_not_end_the_complete_epochs_are_compared(write_spec: Write, tmp_path: Path) -> None:
    phases = "fit: {batch_size: 12, phases: [{epochs: 2}, {epochs: 2, optimizer: {SGD: 0.01}}]}"
    spec = load_spec(write_spec(SPEC.replace("fit: {epochs: 3, batch_size: 12}", phases)))
    run = train(spec, tmp_path / "runs").folder
    record = record_of(run)
    # As it is after a kill in the third epoch, the first of the second phase.
    record |= {"status": "running", "epochs": 3}
    (run / "run.json").write_text(json.dumps(record))
    history = (run / "history.csv").read_text().splitlines(keepends=True)
    (run / "history.csv").write_text("".join(history[:4]))
    found = reproduce(run, runs=tmp_path / "runs")
    assert found.verdict == "exact" and record_of(found.again)["epochs"] == 3
    assert found.weights is None, "its last checkpoint is that of the fourth epoch"
    assert not [name for name in found.metrics if name.startswith("test_")]
    record |= {"epochs": 0}
    (run / "run.json").write_text(json.dumps(record))
    with pytest.raises(UsageError, match="no complete epoch"):
        reproduce(run, runs=tmp_path / "runs")
    (run / "spec.yaml").unlink()
    record |= {"epochs": 1}
    (run / "run.json").write_text(json.dumps(record))
    with pytest.raises(EnvironmentProblem, match="before its folder was complete"):
        reproduce(run, runs=tmp_path / "runs")


def test_one_bit_in_one_variable_is_seen(original: Path, tmp_path: Path) -> None:
    from kerascli.run.compare_results import weight_difference

    checkpoint = list_checkpoints(original / "checkpoints")[0][-1]
    twin = tmp_path / "twin"
    twin.mkdir()
    for path in checkpoint.path.iterdir():
        (twin / path.name).write_bytes(path.read_bytes())
    with np.load(twin / "model.npz") as arrays:
        changed = {name: arrays[name] for name in arrays.files}
    name = next(name for name in changed if changed[name].dtype == np.float32)
    changed[name].reshape(-1).view(np.uint32)[0] ^= 1
    np.savez(twin / "model.npz", **changed)
    write_manifest(twin, checkpoint.facts)
    found = weight_difference(checkpoint.path, twin)
    assert found.differing == 1 and found.where is not None and found.where in name and 0 < found.largest < 1e-6


@pytest.mark.parametrize(
    ("pair", "weights", "verdict"),
    [
        ((1.0, 1.0), None, "exact"),
        ((float("nan"), float("nan")), None, "exact"),
        ((1.0, 1.0), WeightDifference(3, 1, 1e-7, "kernel"), "close"),
        ((1.0, 1.005), WeightDifference(3, 3, 0.1, "kernel"), "close"),
        ((1.0, 1.02), None, "different"),
        ((1.0, None), None, "different"),
        ((1.0, float("nan")), None, "different"),
        ((1.0, 1.0), WeightDifference(3, 1, float("inf"), "kernel"), "different"),
    ],
)
def test_verdicts(pair: tuple[float | None, float | None], weights: WeightDifference | None, verdict: str) -> None:
    history = None if weights is None else weights.differing == 0
    assert judge({"loss": NumberPair(*pair)}, history, weights, 0.01) == verdict
