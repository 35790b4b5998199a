"""A run that was stopped goes on bit for bit; what can't go on exactly is refused or told; each first line says which."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.errors import DataError, EnvironmentProblem, Interrupted, UsageError
from kerascli.record.lock import lock_folder
from kerascli.run.resume import resume
from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from kept import RUN, differing, everything
from small import Told

Stop = Callable[[Path, int, int], Path]


class At:
    """A signal to this process after one step of an epoch."""

    def __init__(self, epoch: int, step: int, *, validating: bool = False) -> None:
        self.at, self.now = (epoch, step, validating), 0

    def told(self) -> Told:
        return Told(epoch_started=self.started, stepped=self.stepped)

    def started(self, epoch: int) -> None:
        self.now = epoch

    def stepped(self, step: int, logs: Any, *, validating: bool = False) -> None:
        if (self.now, step, validating) == self.at:
            os.kill(os.getpid(), signal.SIGTERM)


def stopped(spec: Path, runs: Path, epoch: int, step: int, *overrides: str, **more: bool) -> Path:
    """A run that SIGTERM stopped there."""
    with pytest.raises(Interrupted) as caught:
        train(load_spec(spec, list(overrides)), runs, progress=At(epoch, step, **more).told())
    assert caught.value.exit_code == 143 and "kerascli resume" in (caught.value.diagnostics[0].hint or "")
    return (runs / load_spec(spec).name / "latest").resolve()


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("spec") / "run.yaml"
    path.write_text(RUN)
    return path


@pytest.fixture(scope="module")
def whole(spec: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The uninterrupted run."""
    return everything(train(load_spec(spec), tmp_path_factory.mktemp("whole")).folder)


@pytest.mark.parametrize(
    ("epoch", "step", "validating"),
    [
        pytest.param(1, 1, False, id="first step", marks=pytest.mark.long),
        pytest.param(2, 12, False, id="last step"),
        pytest.param(3, 2, True, id="validation"),
        pytest.param(5, 4, False, id="last epoch", marks=pytest.mark.long),
    ],
)
def test_it_ends_as_the_uninterrupted_run(
    spec: Path, whole: dict[str, Any], tmp_path: Path, epoch: int, step: int, validating: bool
) -> None:
    run = stopped(spec, tmp_path, epoch, step, validating=validating)
    told = Told()
    result = resume(run, progress=told)
    start = next(arguments[0] for name, arguments, _ in told.calls if name == "started")
    saved = step if not validating else 12
    assert start.resumed == f"at epoch {epoch}, step {saved}"
    again = everything(result.folder)
    assert differing(again, whole) in ([], ["checkpoints"])
    record = json.loads((run / "run.json").read_text())
    assert [(one["epoch"], one["step"], one["was"]) for one in record["resumed"]] == [(epoch - 1, saved, "stopped")]
    assert not list(run.rglob(".tmp-*")) and not (run / ".lock").exists()


def test_more_epochs_for_a_finished_run(spec: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    run = train(load_spec(spec, ["fit.epochs=2"]), tmp_path).folder
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    result = resume(run)
    assert result.model is None and result.epochs == 2 and len(result.history["loss"]) == 2
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*") if path.name != ".lock"} == before
    again = everything(resume(run, until_epoch=5).folder)
    assert differing(again, whole) == []


def test_what_changes_the_weights_is_refused(spec: Path, tmp_path: Path) -> None:
    run = stopped(spec, tmp_path, 1, 3)
    before = (run / "spec.yaml").read_text(), (run / "run.json").read_text()
    for change in ("fit.batch_size=3", "seed=9", "compile.optimizer.Adam.learning_rate=0.5", "data.validation=0.1",
                   "model.layers.dropped.Dropout.rate=0.1", "checkpoints.best=loss"):  # fmt: skip
        with pytest.raises(UsageError, match="a run that goes on can't change") as caught:
            resume(run, [change])
        assert "--init-from" in (caught.value.diagnostics[0].hint or "")
    assert ((run / "spec.yaml").read_text(), (run / "run.json").read_text()) == before
    told = Told()
    changes = ["checkpoints.keep=4", "callbacks.1.EarlyStopping.patience=0", "logs.tensorboard=false"]
    resume(run, changes, progress=told)
    record = json.loads((run / "run.json").read_text())
    assert {change["path"] for change in record["resumed"][0]["changes"]} >= {
        "checkpoints.keep",
        "callbacks.1.EarlyStopping.patience",
    }
    assert any("EarlyStopping.patience' is 0 now, it was 9" in text for text in told.warnings), told.warnings
    assert record["epochs"] < 5, "the new patience holds"
    assert load_spec(run / "spec.yaml").checkpoints.keep == 4


def test_a_callback_that_ended_a_run_must_change_for_it_to_go_on(spec: Path, tmp_path: Path) -> None:
    run = train(load_spec(spec, ["callbacks.1.EarlyStopping.patience=0", "callbacks.1.EarlyStopping.min_delta=50"]),
                tmp_path).folder  # fmt: skip
    done = json.loads((run / "run.json").read_text())["epochs"]
    assert done < 5
    assert resume(run, until_epoch=9).model is None
    assert resume(run, ["callbacks.1.EarlyStopping.patience=9"], until_epoch=done + 2).epochs == done + 2


def test_damage_is_passed_over_and_none_left_is_an_error(spec: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    run = stopped(spec, tmp_path, 3, 6)
    newest = sorted((run / "checkpoints").iterdir(), key=lambda path: int(path.name))
    (newest[-1] / "optimizer.npz").write_bytes(b"damage")
    told = Told()
    again = everything(resume(run, progress=told).folder)
    assert any("is damaged and passed over: 'optimizer.npz'" in text for text in told.warnings)
    assert differing(again, whole) in ([], ["checkpoints"])
    assert (run / "checkpoints" / f"{newest[-1].name}.damaged" / "optimizer.npz").read_bytes() == b"damage"
    for path in (run / "checkpoints").glob("*[0-9]"):
        (path / "model.npz").write_bytes(b"")
    with pytest.raises(EnvironmentProblem, match="no sound checkpoint") as caught:
        resume(run, until_epoch=9)
    assert caught.value.exit_code == 5
    shutil.rmtree(run / "checkpoints")
    with pytest.raises(EnvironmentProblem, match="no sound checkpoint"):
        resume(run, until_epoch=9)


def test_one_folder_one_writer(spec: Path, tmp_path: Path) -> None:
    run = stopped(spec, tmp_path, 1, 2)
    with lock_folder(run), pytest.raises(EnvironmentProblem, match="another process") as caught:
        resume(run)
    assert caught.value.exit_code == 5


def test_logs_that_were_cut_are_mended(spec: Path, whole: dict[str, Any], tmp_path: Path) -> None:
    run = stopped(spec, tmp_path, 4, 2)
    random = np.random.default_rng(7)
    for number in range(6):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(run, copy)
        cut = [copy / "own.csv", copy / "history.csv", *copy.rglob("events.out.tfevents.*")]
        for path in cut:
            os.truncate(path, int(random.integers(1, path.stat().st_size)))
        if number:
            continue
        told = Told()
        resume(copy, progress=told)
        assert any("'own.csv' is shorter" in text for text in told.warnings), told.warnings
        after = everything(copy)
        assert after["history"] == whole["history"]
        # Of those that were not lost, each line and each event is one of the uninterrupted run.
        assert set(after["own"].splitlines()) <= set(whole["own"].splitlines())
        assert {str(one) for one in after["events"]} <= {str(one) for one in whole["events"]}
        assert after["own"].splitlines()[-2:] == whole["own"].splitlines()[-2:]


def test_other_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n" + "".join(f"{row},{row * 2}\n" for row in range(60)))
    text = (
        "name: table\ndata:\n  source: {csv: d.csv}\n  validation: 0.2\n  inputs: {x: {field: a, transform: [Normalization]}}\n"
        "  targets: y\n  cache: CACHE\nmodel:\n  layers: [{Dense: 4}, {Dropout: 0.5}, {Dense: {units: 1}, name: y}]\n"
        "compile: {loss: mse, optimizer: adam, steps_per_execution: 1}\nfit: {epochs: 3, batch_size: 7}\nlogs: {tensorboard: false}\n"
    )
    for cache in ("auto", "none"):
        path = tmp_path / f"{cache}.yaml"
        path.write_text(text.replace("CACHE", cache).replace("name: table", f"name: {cache}"))
        cwd = Path.cwd()
        os.chdir(tmp_path)
        try:
            whole = everything(train(load_spec(path), tmp_path / "whole").folder)
            run = stopped(path, tmp_path / "runs", 2, 3)
            again = everything(resume(run).folder)
        finally:
            os.chdir(cwd)
        assert differing(again, whole) in ([], ["checkpoints"])
    run = stopped(path, tmp_path / "runs", 2, 3)
    with (tmp_path / "d.csv").open("a") as file:
        file.write("1,2\n")
    with pytest.raises(DataError, match="the data is not what the run was trained on"):
        resume(run)
