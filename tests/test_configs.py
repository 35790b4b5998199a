"""The ready specs: each is sound, each resolved spec repeats it, each trains (shortened here, whole by `make test-all`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kerascli.check import check_spec
from kerascli.errors import SpecError
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec

FOLDER = Path(__file__).parent.parent / "configs"
CONFIGS = sorted(FOLDER.glob("*.yaml"))
CUSTOM = sorted((FOLDER / "custom").glob("*.yaml"))
IDS = [path.stem for path in CONFIGS]


def test_all_are_there() -> None:
    assert {"mnist", "mnist_cnn", "mnist_lstm", "news", "two_branch", "residual", "regression"} <= set(IDS)


@pytest.mark.parametrize("path", CONFIGS, ids=IDS)
def test_sound_and_resolvable(path: Path, tmp_path: Path) -> None:
    spec = load_spec(path)
    assert check_spec(spec) == ()
    (tmp_path / "resolved.yaml").write_text(dump_spec(spec))
    resolved = load_spec(tmp_path / "resolved.yaml")
    assert check_spec(resolved) == ()
    assert dump_spec(resolved) == dump_spec(spec)
    assert resolved.model.topology == spec.model.topology


def run(path: Path, folder: Path, *overrides: str) -> dict:
    command = [sys.executable, "-m", "kerascli", "train", str(path), "--runs", str(folder), *overrides]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads((folder / path.stem / "latest" / "run.json").read_text())


SHORT = [path for path in CONFIGS if path.stem in ("news", "regression", "two_branch")]


@pytest.mark.parametrize("path", SHORT, ids=[path.stem for path in SHORT])
def test_trains(path: Path, tmp_path: Path) -> None:
    record = run(path, tmp_path, "fit.epochs=1", "fit.steps_per_epoch=4", "fit.validation_steps=2")
    assert (record["status"], record["steps"]) == ("done", 4)


@pytest.mark.parametrize("path", CUSTOM, ids=[path.stem for path in CUSTOM])
def test_custom_ones_are_sound_with_trust_alone(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load_spec(path)
    assert [one.code for one in caught.value.diagnostics] == ["needs-trust"]
    spec = load_spec(path, trust=True)
    assert check_spec(spec) == ()
    (tmp_path / "resolved.yaml").write_text(dump_spec(spec))
    assert dump_spec(load_spec(tmp_path / "resolved.yaml", trust=True)) == dump_spec(spec)


def test_custom_ones_train(tmp_path: Path) -> None:
    """In this process: all of them with two short epochs, and what their parts leave behind."""
    from kerascli.run.train import train

    short = ["fit.epochs=2", "fit.steps_per_epoch=6", "fit.validation_steps=2"]
    results = {path.stem: train(load_spec(path, short, trust=True), tmp_path) for path in CUSTOM}
    assert (results["digits"].folder / "plots" / "batch_loss.png").stat().st_size > 5000
    assert {"sparse_rmse", "brier", "val_sparse_rmse"} <= set(results["digits"].history)
    assert results["digits"].history["learning_rate"] == pytest.approx([0.0005, 0.001])
    assert type(results["own_model"].model).__name__ == "Classifier"
    assert set(results["spirals"].metrics) == {"loss", "accuracy"}


LEAST = {
    "mnist": 0.97,
    "mnist_cnn": 0.97,
    "mnist_lstm": 0.94,
    "two_branch": 0.92,
    "residual": 0.93,
    "vision_transformer": 0.92,
}


@pytest.mark.long
@pytest.mark.parametrize("path", CONFIGS, ids=IDS)
def test_learns(path: Path, tmp_path: Path) -> None:
    record = run(path, tmp_path)
    assert record["status"] == "done"
    if path.stem in LEAST:
        assert record["test"]["accuracy"] >= LEAST[path.stem]
