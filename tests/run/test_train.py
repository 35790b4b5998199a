"""What a training leaves behind: all of it when it goes well, nothing when it is refused, the truth when it goes wrong."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.errors import EnvironmentProblem, KerascliError, TrainingError
from kerascli.record.checkpoints import list_checkpoints
from kerascli.record.history import read_history
from kerascli.record.run_folder import RunFolder
from kerascli.run.result import RunResult
from kerascli.run.snapshot import read_snapshot
from kerascli.run.train import train
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from small import SPEC, Told

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, Told, Path]:
    """One run that went well, what was told of it, and its runs folder."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "small.yaml").write_text(SPEC)
    told = Told()
    keras.utils.set_random_seed(77)
    spec = load_spec(folder / "small.yaml", ["fit.epochs=4"])
    return train(spec, folder / "runs", progress=told, command=["kerascli", "train"]), told, folder


def record_of(run: Path) -> dict[str, Any]:
    record = json.loads((run / "run.json").read_text())
    assert isinstance(record, dict)
    return record


def newest(runs: Path) -> Path:
    return (runs / "small" / "latest").resolve()


def test_the_folder_holds_what_was_trained(finished: tuple[RunResult, Told, Path]) -> None:
    result, _, folder = finished
    run = RunFolder(result.folder)
    assert (run.source / "small.yaml").read_text() == SPEC
    hashes = json.loads((run.source / "sha256.json").read_text())
    assert hashes == {"small.yaml": hashlib.sha256(SPEC.encode()).hexdigest()}
    resolved = load_spec(run.spec)
    assert resolved.fit.epochs == 4
    assert dump_spec(resolved) == run.spec.read_text()
    record = record_of(run.path)
    assert (record["status"], record["epochs"], record["steps"], record["seed"]) == ("done", 4, 12, 6)
    assert (record["command"], record["overrides"]) == (["kerascli", "train"], ["fit.epochs=4"])
    assert record["data"]["samples"] == {"train": 36, "validation": 12, "test": 12}
    assert record["model"]["parameters"] == 15
    assert record["machine"]["threads"].keys() == {"intra_op", "inter_op"}
    assert {path.name for path in run.plots.iterdir()} == {"curves.png", "model.png", "confusion.png"}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in run.plots.iterdir())
    assert not [path for path in run.path.rglob("*") if path.name.startswith(".")]
    assert (folder / "runs" / "small" / "latest").resolve() == run.path


def test_csv_record_and_result_agree(finished: tuple[RunResult, Told, Path]) -> None:
    result, _, _ = finished
    names = ["loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"]
    assert list(result.history) == names
    assert read_history(result.folder / "history.csv") == dict(result.history)
    record = record_of(result.folder)
    assert record["metrics"] == {name: values[-1] for name, values in result.history.items()}
    assert record["best"] == {"epoch": result.best_epoch, "value": result.best_value}
    assert result.best_value == min(result.history["val_loss"])
    assert json.loads((result.folder / "evaluation" / "test.json").read_text())["metrics"] == result.metrics


def test_the_model_has_the_best_weights_and_checkpoints_are_the_best_and_the_last(
    write_spec: Write, tmp_path: Path
) -> None:
    """With steps that are far too large, the best epoch of a loss that rises is the first."""
    overrides = ["fit.epochs=5", "checkpoints={best: loss}", "compile.optimizer={SGD: 30.0}"]
    spec = load_spec(write_spec(SPEC), overrides)
    result = train(spec, tmp_path / "runs")
    assert result.history["loss"][0] == min(result.history["loss"])
    assert (result.best_epoch, result.best_value) == (1, result.history["loss"][0])
    steps = [checkpoint.step for checkpoint in list_checkpoints(result.folder / "checkpoints")[0]]
    assert steps == [3, 12, 15]
    best = read_snapshot(result.folder / "checkpoints" / "3").arrays["model"]
    plain = keras.saving.load_model(result.folder / "model.keras")
    for saved, kept in zip(plain.get_weights(), best.values(), strict=True):
        np.testing.assert_array_equal(saved, kept)
    assert result.weights == "best"


def test_progress_is_told_in_order(finished: tuple[RunResult, Told, Path]) -> None:
    result, told, _ = finished
    names = [name for name, _, _ in told.calls]
    assert (names[0], names[-1]) == ("started", "ended")
    assert [name for name in names if name.startswith("epoch")] == ["epoch_started", "epoch_ended"] * 4
    best = [arguments[0] for name, arguments, keywords in told.calls if name == "epoch_ended" and keywords["best"]]
    assert best[-1] == result.best_epoch
    start = told.calls[0][1][0]
    assert (start.steps, start.epochs, start.parameters, start.resumed) == (3, 4, 15, None)
    trained = [arguments[0] for name, arguments, keywords in told.calls if name == "stepped" and not keywords]
    assert trained.count(3) == 4


def test_the_process_is_left_as_it_was(
    finished: tuple[RunResult, Told, Path], write_spec: Write, tmp_path: Path
) -> None:
    result, _, _ = finished
    assert keras.config.dtype_policy().name == "float32"
    np.random.seed(5)
    before = np.random.get_state()[1].copy()  # type: ignore[index]
    spec = load_spec(write_spec(SPEC, "small.yaml"), ["fit.epochs=1", "dtype=mixed_bfloat16"])
    again = train(spec, tmp_path / "runs")
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # type: ignore[index]
    assert keras.config.dtype_policy().name == "float32"
    assert again.model.layers[0].dtype_policy.name == "mixed_bfloat16"


@pytest.mark.parametrize(
    ("override", "status"),
    [
        ("model.layers.kind.units=2", 3),  # labels outside the classes
        ("data.inputs=nothing", 3),
        ("checkpoints.best=val_acc", 2),
        ("+callbacks='{EarlyStopping: {monitor: val_auc}}'", 2),
        ("model.inputs.x=[5]", 3),
        ("compile.loss=categorical_crossentropy", 2),
    ],
)
def test_nothing_is_left_of_a_refused_training(write_spec: Write, tmp_path: Path, override: str, status: int) -> None:
    path = write_spec(SPEC)
    with pytest.raises(KerascliError) as caught:
        train(load_spec(path, [override.replace("'", "")]), tmp_path / "runs")
    assert caught.value.exit_code == status, str(caught.value)
    assert not (tmp_path / "runs").exists()


def test_equal_samples_in_two_splits_are_told(write_spec: Write, tmp_path: Path) -> None:
    told, few = Told(), "data.source.synthetic.fields.x={shape: [4], choice: [0.5, 1.5]}"
    train(load_spec(write_spec(SPEC), [few, "fit.epochs=1"]), tmp_path / "runs", progress=told)
    assert [text.split(" ", 1)[1] for text in told.warnings] == [
        f"different samples of '{split}' stand in 'train' too, with equal inputs" for split in ("validation", "test")
    ]


def spoil(folder: Path, name: str) -> Callable[[Any], None]:
    """Puts a file where the run wants a folder, as soon as it has begun: a disk that refuses, also for root."""

    def act(*arguments: Any, **keywords: Any) -> None:
        place = newest(folder) / name
        if place.is_dir():
            for path in place.rglob("*"):
                path.unlink()
            place.rmdir()
        place.unlink(missing_ok=True)
        place.write_text("in the way")

    return act


def test_a_checkpoint_that_can_not_be_written_ends_the_run_loudly(write_spec: Write, tmp_path: Path) -> None:
    told = Told(started=spoil(tmp_path / "runs", "checkpoints"))
    with pytest.raises(EnvironmentProblem, match="can't write the checkpoint") as caught:
        train(load_spec(write_spec(SPEC)), tmp_path / "runs", progress=told)
    assert caught.value.exit_code == 5
    record = record_of(newest(tmp_path / "runs"))
    assert (record["status"], record["ended"] is not None) == ("failed", True)
    assert "checkpoint" in record["reason"]


@pytest.mark.parametrize("name", ["tensorboard", "history.csv", "plots"])
def test_a_log_that_can_not_be_written_warns_once(write_spec: Write, tmp_path: Path, name: str) -> None:
    def act(*arguments: Any, **keywords: Any) -> None:
        spoil(tmp_path / "runs", name)()
        if name == "history.csv":
            (newest(tmp_path / "runs") / name).unlink()
            (newest(tmp_path / "runs") / name).mkdir()

    told = Told(started=act)
    spec = load_spec(write_spec(SPEC), ["logs.tensorboard=true"])
    result = train(spec, tmp_path / "runs", progress=told)
    assert (result.epochs, record_of(result.folder)["status"]) == (3, "done")
    assert len(told.warnings) == 1, told.warnings
    assert f"can't write '{name}'" in told.warnings[0]
    assert "\n" not in told.warnings[0]


def test_training_that_goes_bad_is_failed_within_the_epoch(write_spec: Write, tmp_path: Path) -> None:
    overrides = ["compile.optimizer.learning_rate=1e38", "+callbacks={ModelCheckpoint: {filepath: kept.keras}}"]
    with pytest.raises(TrainingError) as caught:
        train(load_spec(write_spec(SPEC), overrides), tmp_path / "runs")
    assert caught.value.exit_code == 4
    run = newest(tmp_path / "runs")
    record = record_of(run)
    assert (record["status"], record["reason"]) == ("failed", caught.value.diagnostics[0].message)
    assert "in epoch 1, by step " in record["reason"]
    assert list((run / "checkpoints").iterdir()) == []
    assert not (run / "model.keras").exists()
    assert not (run / "kept.keras").exists()


def test_a_fixed_batch_size_leaves_out_the_remainder(write_spec: Write, tmp_path: Path) -> None:
    text = SPEC.replace("inputs: {x: [4]}", "inputs: {x: {shape: [4], batch_size: 7}}")
    result = train(load_spec(write_spec(text)), tmp_path / "runs")
    assert record_of(result.folder)["steps"] == 3 * (36 // 7)
    assert set(result.metrics) == {"loss", "accuracy"}
