"""`tune`: its trials are the runs that `train` gives, it goes on after any end, and what comes out of it can be trained."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
import pytest
from PIL import Image

from kerascli.errors import DataError, TrainingError
from kerascli.record.run_folder import RunFolder
from kerascli.record.run_list import RunRow
from kerascli.record.run_marks import read_marks
from kerascli.run.train import train
from kerascli.search.search_result import SearchResult
from kerascli.search.tune import tune, wanted_trials
from kerascli.spec.load import load_spec
from kerascli.spec.tune_spec import Method

sys.path.insert(0, str(Path(__file__).parent.parent / "run"))
sys.path.insert(0, str(Path(__file__).parent))
from kept import differing, everything
from searched import MODEL, SEARCH, records, run, start, wait_for
from small import Told

Write = Callable[..., Path]


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(optuna.logging.INFO)


def alone(row: Any, folder: Path, text: str = MODEL) -> dict[str, Any]:
    """What `train` gives with the values of a trial."""
    folder.mkdir()
    (folder / "small.yaml").write_text(text)
    overrides = [f"{path}={json.dumps(value)}" for path, value in row.values.items()]
    return everything(train(load_spec(folder / "small.yaml", overrides), folder / "runs").folder)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SearchResult, Told]:
    """A search whose first trial's process is killed in its second epoch."""
    folder, told = tmp_path_factory.mktemp("searched"), Told()
    (folder / "small.yaml").write_text(MODEL + SEARCH)
    killed: list[int] = []

    def changed(state: Any, row: Any, event: str) -> None:
        if event == "epoch" and row.epochs == 2 and not killed:
            (child,) = multiprocessing.active_children()
            assert child.pid is not None
            killed.append(child.pid)
            os.kill(child.pid, signal.SIGKILL)

    told.acts["changed"] = changed
    result = tune(load_spec(folder / "small.yaml"), folder / "runs", progress=told, command=["kerascli", "tune"])
    assert killed
    return folder, result, told


def test_each_trial_is_what_train_gives(searched: tuple[Path, SearchResult, Told], tmp_path: Path) -> None:
    folder, result, told = searched
    assert [row.state for row in result.state.rows] == ["done"] * 3
    # The one whose process was killed went on where it was saved; the last came after another in one process.
    assert told.warnings == ["trial 0: its process was ended by SIGKILL; it goes on where it was saved"]
    first, last = (result.state.rows[number] for number in (0, 2))
    for row in (first, last):
        assert row.run is not None
        assert differing(everything(Path(row.run)), alone(row, tmp_path / str(row.number))) == []
    assert len(records(folder / "runs")[str(first.run)]["resumed"]) == 1


def test_trials_are_runs_like_any_other(searched: tuple[Path, SearchResult, Told]) -> None:
    folder, result, _ = searched
    found = records(folder / "runs")
    assert list(found) == [row.run for row in result.state.rows]
    for number, (path, record) in enumerate(found.items()):
        row = RunRow(Path(path), record, read_marks(Path(path)))
        assert (row.value("search.trial"), row.value("search.study"), record["status"]) == (number, "small", "done")
        assert row.value("search.values") == result.state.rows[number].values
        assert record["overrides"] == [
            f"{name}={json.dumps(value)}" for name, value in record["search"]["values"].items()
        ]
    # A trial is judged by its best epoch.
    best = result.state.best
    assert best is not None
    assert best.value == min(record["best"]["value"] for record in found.values())


def test_what_comes_out(searched: tuple[Path, SearchResult, Told]) -> None:
    folder, result, told = searched
    best = result.state.best
    assert best is not None
    assert best.run is not None
    assert result.best_spec == folder / "runs" / "small-tune" / "best.yaml"
    # Training it is the best trial again.
    again = train(load_spec(result.best_spec), folder / "again")
    assert differing(everything(again.folder), everything(Path(best.run))) == []
    assert [path.name for path in result.pictures] == ["history.png", "importance.png", "parallel.png"]
    for path in result.pictures:
        with Image.open(path) as picture:
            assert picture.width > 400
    assert sum(result.importances.values()) == pytest.approx(1)
    assert told.calls[-1][0] == "ended"
    assert json.loads(json.dumps(result.to_json()))["best"]["number"] == best.number


def test_there_are_enough(searched: tuple[Path, SearchResult, Told]) -> None:
    folder, result, _ = searched
    told = Told()
    same = tune(load_spec(folder / "small.yaml"), folder / "runs", progress=told)
    assert same.state == result.state
    assert not [call for call in told.calls if call[0] == "changed"]


def test_how_many_there_are_to_be(write_spec: Write) -> None:
    section = load_spec(write_spec(MODEL + SEARCH)).tune
    assert section is not None
    assert wanted_trials(section, None, None, 7) == 3
    assert wanted_trials(section, 5, None, 7) == 5
    assert wanted_trials(section, None, 5, 7) == 12
    grid = replace(section, sampler=Method("grid"), space=section.space[1:2], trials=None)
    assert wanted_trials(grid, None, None, 0) == wanted_trials(grid, 9, None, 0) == wanted_trials(grid, None, 3, 2) == 2
    assert wanted_trials(grid, 1, None, 0) == 1


def test_hopeless_trials_are_pruned_and_failed_ones_do_not_end_it(write_spec: Write, tmp_path: Path) -> None:
    text = """\
tune:
  metric: val_loss
  sampler: grid
  pruner: {median: {n_startup_trials: 1}}
  space: {compile.optimizer.learning_rate: {choice: [0.5, 1e-9, 1e30]}}
"""
    result = tune(load_spec(write_spec(MODEL + text)), tmp_path / "runs")
    rows = {row.values["compile.optimizer.learning_rate"]: row for row in result.state.rows}
    failed, best = rows[1e30], result.state.best
    assert failed.state == "failed"
    assert failed.reason is not None
    assert "finite" in failed.reason
    assert best is not None
    states = {rate: row.state for rate, row in rows.items() if rate != 1e30}
    assert states in ({0.5: "done", 1e-9: "pruned"}, {0.5: "done", 1e-9: "done"}, {0.5: "pruned", 1e-9: "done"})
    for row in result.state.rows:
        record = json.loads(RunFolder(Path(str(row.run))).record.read_text())
        assert record["status"] == {"done": "done", "pruned": "stopped", "failed": "failed"}[row.state]
        if row.state == "pruned":
            assert record["reason"].startswith(f"pruned after epoch {row.epochs}: val_loss")
            # It is saved, and could go on.
            assert any(Path(str(row.run), "checkpoints").iterdir())


@pytest.mark.long
def test_all_trials_fail(write_spec: Write, tmp_path: Path) -> None:
    text = "tune: {trials: 9, space: {compile.optimizer.learning_rate: {uniform: [1e30, 2e30]}}, on_error: continue}\n"
    told = Told()
    with pytest.raises(TrainingError) as caught:
        tune(load_spec(write_spec(MODEL + text)), tmp_path / "runs", progress=told)
    assert caught.value.exit_code == 4
    # What three of three fail of, nine will.
    assert 3 <= len(records(tmp_path / "runs")) < 9
    wrong = MODEL.replace("synthetic:\n      samples: 60", "csv: nowhere.csv #").replace("      fields:", "#")
    with pytest.raises(DataError):
        tune(load_spec(write_spec(wrong + SEARCH)), tmp_path / "other")


def test_a_killed_search_goes_on(tmp_path: Path) -> None:
    """SIGKILL of the search in the middle of a trial; another one goes on, with a trial more, as if it had not been."""
    (tmp_path / "small.yaml").write_text(
        (MODEL + SEARCH).replace("trials: 3", "trials: 2").replace("epochs: 3", "epochs: 40")
    )
    runs = tmp_path / "runs"

    def is_at_it() -> bool:
        return any(record["epochs"] >= 2 for record in records(runs).values())

    with start(tmp_path, "tune", "small.yaml", "--trials", "1") as child:
        wait_for(is_at_it, child)
        child.kill()
    status, out, err = run(tmp_path, "tune", "small.yaml", "--json")
    assert (status, err) == (0, "")
    result = json.loads(out)
    assert [row["state"] for row in result["trials"]] == ["done", "done"]
    found = records(runs)
    assert list(found) == [str(tmp_path / row["run"]) for row in result["trials"]]
    first = next(iter(found.values()))
    assert len(first["resumed"]) == 1
    assert 0 < first["resumed"][0]["epoch"] < 40

    class Row:
        values = result["trials"][0]["values"]

    text = MODEL.replace("epochs: 3", "epochs: 40")
    assert differing(everything(Path(next(iter(found)))), alone(Row, tmp_path / "alone", text)) == []


@pytest.mark.long
def test_two_processes_share_a_study_and_an_interrupted_one_goes_on(tmp_path: Path) -> None:
    text = (
        (MODEL + SEARCH).replace("trials: 3", "trials: 6\n  storage: shared.journal").replace("epochs: 3", "epochs: 20")
    )
    (tmp_path / "small.yaml").write_text(text)
    runs = tmp_path / "runs"
    with start(tmp_path, "tune", "small.yaml") as one, start(tmp_path, "tune", "small.yaml") as other:
        wait_for(lambda: sum(record["epochs"] >= 1 for record in records(runs).values()) >= 2, other)
        # As a terminal does.
        os.killpg(one.pid, signal.SIGINT)
        _, err = one.communicate(timeout=240)
        assert one.returncode == 130
        assert "the same command goes on" in err
        _, err = other.communicate(timeout=240)
        assert (other.returncode, err) == (0, "")
    status, out, err = run(tmp_path, "tune", "small.yaml", "--json")
    assert (status, err) == (0, "")
    rows = json.loads(out)["trials"]
    assert [row["state"] for row in rows] == ["done"] * 6
    # No trial was run twice.
    found = records(runs)
    assert [record["search"]["trial"] for record in found.values()] == list(range(6))
    assert {record["status"] for record in found.values()} == {"done"}
