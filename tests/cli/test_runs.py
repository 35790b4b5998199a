"""`kerascli runs` on folders of plain files: found, filtered, compared, marked and removed, without TensorFlow."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from kerascli.errors import EnvironmentProblem, UsageError
from kerascli.record.best_runs import best_runs
from kerascli.record.remove_runs import remove_run
from kerascli.record.run_filter import filter_runs, sort_runs
from kerascli.record.run_list import RunRow, list_runs
from kerascli.record.run_marks import read_marks, tag_run


def make(runs: Path, name: str, number: int, accuracy: float, **more: Any) -> Path:
    """A run as `train` leaves it, as far as these commands read it."""
    path = runs / name / f"2026-11-{number:02d}_10-00-00"
    path.mkdir(parents=True)
    metrics = {"loss": 1 - accuracy, "val_accuracy": accuracy}
    record = {
        "name": name, "status": "done", "started": f"2026-11-{number:02d}T10:00:00", "seconds": 60.0 * number, "epochs": 2,
        "steps": 20, "best": {"epoch": 2, "value": accuracy}, "monitor": {"name": "val_accuracy", "mode": "max"},
        "metrics": metrics, "best_metrics": metrics, "weights": "best", "test": {"accuracy": accuracy - 0.01},
        "versions": {"keras": "3.15.1" if number % 2 else "3.15.0"}, "tags": ["spec"], **more,
    }  # fmt: skip
    (path / "run.json").write_text(json.dumps(record))
    (path / "spec.yaml").write_text(
        f"name: {name}\nfit: {{epochs: {number}}}\ncompile: {{optimizer: {{Adam: {{learning_rate: 0.{number}}}}}}}\n"
    )
    (path / "history.csv").write_text(f"epoch,loss,val_accuracy\n1,0.9,0.1\n2,{1 - accuracy},{accuracy}\n")
    (runs / name / "latest").unlink(missing_ok=True)
    (runs / name / "latest").symlink_to(path.name)
    return path


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    for number, accuracy in ((1, 0.91), (2, 0.97), (3, 0.95)):
        make(folder, "mnist", number, accuracy)
    make(folder, "news", 4, 0.5, status="running", tags=[])
    make(folder, "news", 5, 0.6, status="failed", best=None, best_metrics=None, metrics={}, test=None)
    (folder / "mnist" / "broken").mkdir()
    (folder / "mnist" / "broken" / "run.json").write_text("{")
    (folder / "mnist" / "2026-11-09_10-00-00").mkdir()
    return folder


def kerascli(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, and what it imported, on its last line of standard error."""
    code = (
        "import atexit, sys; atexit.register(lambda: print([name for name in ('tensorflow', 'keras', 'numpy') if name in "
        "sys.modules], file=sys.stderr)); from kerascli.cli.main import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", code, "runs", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def names(rows: list[RunRow]) -> list[str]:
    return [row.path.name[8:10] for row in rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("val_accuracy > 0.94", ["02", "03"]),
        ("val_accuracy >= 0.95 and not epochs < 2", ["02", "03"]),
        ("status == done and seconds < 100 or name == news", ["01", "04", "05"]),
        ("status == died", ["04"]),
        ("'spec' in tags", ["01", "02", "03", "05"]),
        ("spec not in tags", ["04"]),
        ("versions.keras == '3.15.0'", ["02", "04"]),
        ("test_accuracy < 0.93 and best.value < 0.6", ["04"]),
        ("started > '2026-11-03'", ["03", "04", "05"]),
        ("seed == 3", None),
        ("best.epoch == 2", ["01", "02", "03", "04"]),
        ("val_accuracy", ["01", "02", "03", "04"]),
    ],
)
def test_filters(runs: Path, text: str, found: list[str] | None) -> None:
    rows = list_runs(runs).rows
    if found is None:
        with pytest.raises(UsageError, match="no run has a value"):
            filter_runs(rows, text, RunRow.value)
    else:
        assert names(filter_runs(rows, text, RunRow.value)) == found


@pytest.mark.parametrize(
    "text",
    ["", "a =", "status = done", "__import__('os')", "val_accuracy > print(1)", "(lambda: 1)()", "val_accuracy > 1 > 2",
     "val_accuracy > done", "tags > 3", "1 + 1", "x" * 100_000, "(" * 5000, "val_accuracy is 1", "best.value[0:1] > 1"],
)  # fmt: skip
def test_what_is_no_filter_is_refused(runs: Path, text: str) -> None:
    with pytest.raises(UsageError):
        filter_runs(list_runs(runs).rows, text, RunRow.value)


def test_sorting_puts_what_is_missing_last(runs: Path) -> None:
    rows = list_runs(runs).rows
    assert names(sort_runs(rows, "-val_accuracy", RunRow.value)) == ["02", "03", "01", "04", "05"]
    assert names(sort_runs(rows, "name,-started", RunRow.value)) == ["03", "02", "01", "05", "04"]
    assert names(best_runs(rows, "loss"))[:2] == ["02", "03"]
    assert names(best_runs(rows))[0] == "02"


def test_the_commands_read_without_tensorflow(runs: Path) -> None:
    folder = runs.parent
    done = kerascli(folder, "list", "val_accuracy > 0.9", "--sort", "-val_accuracy", "--json")
    assert done.returncode == 0, done.stderr
    assert [row["run"] for row in json.loads(done.stdout)] == [f"mnist/2026-11-0{day}_10-00-00" for day in (2, 3, 1)]
    assert "and 1 more has no record that can be read" in done.stderr
    for words in (
        ("list", "--columns", "spec.fit.epochs,spec.compile.optimizer.learning_rate"),
        ("show", "mnist"), ("best", "mnist"), ("path", "mnist"), ("diff", "mnist/2026-11-01_10-00-00", "mnist"),
        ("compare", "mnist", "news"), ("prune", "--dry-run"),
    ):  # fmt: skip
        done = kerascli(folder, *words)
        assert done.returncode == 0, done.stderr
        assert done.stdout and done.stderr.strip().endswith("[]"), done.stderr
    assert "0.3" in kerascli(folder, "list", "--columns", "spec.compile.optimizer.learning_rate").stdout
    found = json.loads(kerascli(folder, "diff", "mnist/2026-11-01_10-00-00", "mnist", "--json").stdout)["differences"]
    assert found == {"fit.epochs": [1, 3], "compile.optimizer.Adam.learning_rate": [0.1, 0.3]}
    wrong = kerascli(folder, "show", "mnits")
    assert wrong.returncode == 2 and "did you mean 'mnist'" in wrong.stderr


def test_comparing_draws(runs: Path) -> None:
    folder = runs.parent
    for name in ("c.png", "c.html"):
        done = kerascli(folder, "compare", "mnist/2026-11-01_10-00-00", "mnist/2026-11-02_10-00-00", "-o", name)
        assert done.returncode == 0, done.stderr
    assert (folder / "c.png").read_bytes().startswith(b"\x89PNG")
    page = (folder / "c.html").read_text()
    assert "<svg" in page and "0.9700" in page and "learning_rate" in page
    assert page.count("class=best") == 3
    # It needs nothing from elsewhere.
    assert not re.search(r"<script|<link|(src|href)=.http|url\(http", page)
    one = kerascli(folder, "compare", "mnist")
    assert one.returncode == 2 and "name two runs or more" in one.stderr


def test_marks(runs: Path) -> None:
    folder = runs.parent
    assert kerascli(folder, "tag", "mnist", "base", "keep").stdout == "mnist/2026-11-03_10-00-00: spec base keep\n"
    assert kerascli(folder, "note", "mnist", "it's good").returncode == 0
    row = list_runs(runs, "mnist").rows[-1]
    assert (row.tags, row.marks.note) == (("spec", "base", "keep"), "it's good")
    assert kerascli(folder, "tag", "mnist", "base", "--remove", "--json").stdout == json.dumps(
        {"run": row.run, "tags": ["spec", "keep"]}, indent=2
    ) + "\n"  # fmt: skip
    with pytest.raises(UsageError, match="is no tag"):
        tag_run(row.path, ["two words"])
    (row.path / "marks.json").write_text("[")
    assert read_marks(row.path).tags == ()


def test_removing(runs: Path) -> None:
    folder = runs.parent
    refused = kerascli(folder, "rm", "mnist")
    assert refused.returncode == 2 and "--yes" in refused.stderr
    with FileLock(runs / "mnist" / "2026-11-03_10-00-00" / ".lock"):
        assert list_runs(runs, "mnist").rows[-1].status == "done"
        with pytest.raises(EnvironmentProblem, match="a process writes"):
            remove_run(runs / "mnist" / "2026-11-03_10-00-00")
    assert kerascli(folder, "rm", "mnist", "--yes").returncode == 0
    assert (runs / "mnist" / "latest").resolve().name == "2026-11-02_10-00-00"
    tag_run(runs / "mnist" / "2026-11-01_10-00-00", ["keep"])
    make(runs, "mnist", 7, 0.2)
    pruned = kerascli(folder, "prune", "mnist", "--keep-best", "1", "--yes", "--json")
    assert json.loads(pruned.stdout) == {"removed": ["mnist/2026-11-07_10-00-00"]}, pruned.stderr
    assert names(list(list_runs(runs, "mnist").rows)) == ["01", "02"]
    assert not list(runs.rglob(".tmp-*"))


def test_a_running_run_is_told_from_one_that_died(runs: Path) -> None:
    with FileLock(runs / "news" / "2026-11-04_10-00-00" / ".lock"):
        assert list_runs(runs, "news").rows[0].status == "running"
    assert list_runs(runs, "news").rows[0].status == "died"
