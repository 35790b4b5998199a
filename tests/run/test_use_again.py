"""A run is used again: evaluate and predict agree with Keras, and what does not fit is said."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import kerascli
from kerascli.errors import DataError, EnvironmentProblem, UsageError
from kerascli.run.evaluate import evaluate
from kerascli.run.predict import predict
from kerascli.run.result import RunResult
from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from small import SPEC

NAMES = ("cat", "dog", "eel")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("run")
    generator = np.random.default_rng(3)
    x = generator.normal(size=(60, 4)).astype(np.float32)
    np.savez(folder / "data.npz", x=x, kind=np.array(NAMES)[generator.integers(0, 3, 60)])
    text = SPEC[: SPEC.index("  source:")] + "  source: {npz: data.npz}\n" + SPEC[SPEC.index("  validation:") :]
    (folder / "small.yaml").write_text(text)
    return train(load_spec(folder / "small.yaml"), folder / "runs")


@pytest.fixture
def new(tmp_path: Path) -> tuple[Path, np.ndarray, np.ndarray]:
    """A file of new samples, its inputs and its classes."""
    generator = np.random.default_rng(8)
    x, kind = generator.normal(size=(11, 4)).astype(np.float32), generator.integers(0, 3, 11)
    np.savez(tmp_path / "new.npz", x=x, kind=np.array(NAMES)[kind])
    return tmp_path / "new.npz", x, kind


def test_the_test_split_gives_what_training_said(run: RunResult) -> None:
    result = evaluate("small", runs=run.folder.parents[1])
    assert result.metrics == run.metrics
    assert result.samples == 12
    assert json.loads((run.folder / "evaluation" / "test.json").read_text())["metrics"] == run.metrics


def test_other_data_gives_what_keras_says(run: RunResult, new: tuple[Path, np.ndarray, np.ndarray]) -> None:
    file, x, kind = new
    model = keras.saving.load_model(run.folder / "model.keras")
    wanted = model.evaluate(x, kind, batch_size=4, verbose=0, return_dict=True)
    found = evaluate(run.folder, file, batch_size=4)
    assert found.metrics == pytest.approx(wanted, rel=1e-6)
    plain = evaluate(run.folder / "model.keras", file, batch_size=4)
    assert plain.metrics == pytest.approx(wanted, rel=1e-6)
    assert plain.path is None


def test_best_and_last_are_those_of_the_checkpoints(run: RunResult) -> None:
    runs = run.folder.parents[1]
    best, last = (evaluate("small", runs=runs, weights=weights).metrics for weights in ("best", "last"))
    assert best == run.metrics
    assert run.best_epoch == 3
    assert last == best


def test_predictions_are_names_and_probabilities(run: RunResult, new: tuple[Path, np.ndarray, np.ndarray]) -> None:
    file, x, _ = new
    told: list[tuple[int, int]] = []
    result = predict(run.folder, file, batch_size=4, stepped=lambda done, total: told.append((done, total)))
    wanted = keras.saving.load_model(run.folder / "model.keras").predict(x, batch_size=4, verbose=0)
    np.testing.assert_array_equal(result.outputs["kind"], wanted)
    assert list(result.columns["kind"]) == [NAMES[index] for index in wanted.argmax(axis=1)]
    np.testing.assert_array_equal(result.columns["kind_probability"], wanted.max(axis=1))
    assert told == [(4, 11), (8, 11), (11, 11)]


def test_data_that_has_changed_is_refused(run: RunResult, tmp_path: Path) -> None:
    """Drawn from other rows, the test split would hold samples that the model was trained on."""
    folder = run.folder.parents[2]
    kept = (folder / "data.npz").read_bytes()
    try:
        generator = np.random.default_rng(4)
        x = generator.normal(size=(60, 4)).astype(np.float32)
        np.savez(folder / "data.npz", x=x, kind=np.array(NAMES)[generator.integers(0, 3, 60)])
        with pytest.raises(DataError, match="is not what it was trained on") as caught:
            evaluate(run.folder)
        assert caught.value.exit_code == 3
    finally:
        (folder / "data.npz").write_bytes(kept)


def test_what_can_not_be_used_is_said(run: RunResult, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run"):
        evaluate("nothing", runs=run.folder.parents[1])
    with pytest.raises(UsageError, match="nothing to evaluate"):
        evaluate(run.folder / "model.keras")
    copy = tmp_path / "runs" / "small" / run.folder.name
    shutil.copytree(run.folder, copy)
    content = bytearray((copy / "model.keras").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "model.keras").write_bytes(content)
    with pytest.raises(EnvironmentProblem, match="can't load") as caught:
        evaluate(copy)
    assert caught.value.exit_code == 5
    (copy / "model.keras").unlink()
    with pytest.raises(EnvironmentProblem, match="has no model yet"):
        evaluate(copy)


def test_public_names_are_those_functions() -> None:
    assert (kerascli.train, kerascli.evaluate, kerascli.predict) == (train, evaluate, predict)
    assert all(getattr(kerascli, name) is not None for name in kerascli.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = kerascli.nothing
