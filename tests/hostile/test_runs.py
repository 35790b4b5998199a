"""Run folders of any origin: links, records and names can't lead out, break a command, or steer a terminal."""

from __future__ import annotations

import copy
import json
import os
import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kerascli.cli.main import app
from kerascli.cli.safe_console import SafeConsole
from kerascli.errors import EnvironmentProblem, ExitCode, UsageError
from kerascli.record.run_folder import create_run_folder, find_run

from .fuzz import deadline

ID, OTHER = "2026-11-23_09-15-02", "2026-11-23_09-15-03"
RECORD: dict[str, Any] = {
    "kerascli": 1, "name": "small", "status": "done", "reason": None, "started": "2026-11-23T09:15:02+00:00", "ended": None, "seconds": 1.5,
    "command": ["kerascli", "train"], "overrides": [], "seed": 0, "versions": {"keras": "3.15.1"}, "machine": {"cores": 2}, "git": {"commit": "a"},
    "data": {"source": "csv", "samples": {"train": 10}, "fingerprint": "a"}, "model": {"parameters": 10}, "performance": {}, "monitor": {"name": "val_loss", "mode": "min"},
    "best": {"epoch": 1, "value": 0.5}, "best_metrics": {"loss": 0.5}, "epochs": 1, "steps": 3, "weights": "best", "phase": 0, "metrics": {"loss": 0.5},
    "test": {"loss": 0.4}, "description": None, "tags": ["a"], "environment": {}, "resumed": [],
}  # fmt: skip
EVIL = "\x1b[2J\x1b]0;x\x07[/red][link=http://x]:fire:\u202e<script>alert(1)</script>$\\frac{\x9b1m"


def run_folder(runs: Path, record: Any = RECORD, name: str = "small", number: str = ID) -> Path:
    path = runs / name / number
    path.mkdir(parents=True, exist_ok=True)
    (path / "run.json").write_text(record if isinstance(record, str) else json.dumps(record))
    (path / "spec.yaml").write_text("name: small\n")
    return path


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "runs"


COMMANDS = (["list"], ["list", "val_loss > 1"], ["list", "--sort", "-loss,started"], ["show", "small"], ["compare", "small", f"small/{OTHER}"],
            ["compare", "small", f"small/{OTHER}", "-o", "page.html"], ["diff", "small", f"small/{OTHER}"], ["best"], ["path", "small"], ["list", "--json"])  # fmt: skip


def said(*words: str) -> str:
    result = CliRunner().invoke(app, ["runs", *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), (words, result.exception)
    assert result.exit_code in (0, 2, 3, 5), (words, result.output)
    return result.output


def odd(value: Any, chance: random.Random) -> Any:
    """A record with one value, at any depth, of another type."""
    values = [
        None,
        True,
        -1,
        10**400,
        1.5,
        float("nan"),
        "x",
        EVIL,
        [],
        [1],
        ["a"],
        {},
        {"a": 1},
        {"epoch": None},
        [[]],
        {EVIL: EVIL},
    ]
    body = copy.deepcopy(value)
    inner, place = body, chance.choice(sorted(body))
    while isinstance(inner[place], dict) and inner[place] and chance.random() < 0.5:
        inner, place = inner[place], chance.choice(sorted(inner[place]))
    if chance.random() < 0.1:
        del inner[place]
    else:
        inner[place] = chance.choice(values)
    return body


def test_odd_records(runs: Path) -> None:
    chance = random.Random(1)
    run_folder(runs, number=OTHER)
    quick = [words for words in COMMANDS if "page.html" not in words]
    for number in range(60):
        run_folder(runs, odd(RECORD, chance))
        with deadline():
            for words in chance.sample(quick, 2):
                output = said(*words)
                assert "\x1b" not in output and "\x07" not in output and "\x9b" not in output, (number, words)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, '{"status": "done", "x": ' + "[" * 50_000, "\x00", '{"status": 1}', '{"status": "done", "epochs": ' + "9" * 5000 + "}"])  # fmt: skip
def test_records_that_are_none(text: str, runs: Path) -> None:
    run_folder(runs, text)
    run_folder(runs, number=OTHER)
    for words in COMMANDS[:5]:
        said(*words)


def test_names_are_shown_as_they_are(runs: Path) -> None:
    """Notes, tags, logs and reasons: no control character, no markup, no HTML of theirs."""
    record = RECORD | {
        "tags": [EVIL],
        "reason": EVIL,
        "metrics": {EVIL: 1.0},
        "best_metrics": {EVIL: 1.0},
        "versions": {"keras": EVIL},
    }
    for number in (ID, OTHER):
        path = run_folder(runs, record | {"status": EVIL if number == ID else "failed"}, number=number)
        (path / "marks.json").write_text(json.dumps({"tags": [EVIL], "note": EVIL}))
        (path / "history.csv").write_text(f'epoch,"{EVIL}"\n1,0.5\n2,0.4\n')
        (path / "spec.yaml").write_text(f"name: {number}\ndescription: {json.dumps(EVIL)}\n")
    for words in COMMANDS:
        output = said(*words)
        for bad in ("\x1b", "\x07", "\x9b", "\u202e"):
            assert bad not in output or "--json" in words, words
    assert "[/red]" in said("show", "small")
    page = Path("page.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    said("compare", "small", f"small/{OTHER}", "-o", "curves.svg")
    assert "<script" not in Path("curves.svg").read_text()


def test_tables_know_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.table import Table

    table = Table(EVIL)
    table.add_row(EVIL, style="red")
    import sys

    SafeConsole(sys.stdout, 200).print(table, EVIL)
    output = capsys.readouterr().out
    assert "\x1b" not in output and output.count("[/red]") == 3


def test_links_lead_nowhere(runs: Path, tmp_path: Path) -> None:
    """A name below runs/ is what lies there: a link is not followed, whoever made it, and never removed through."""
    elsewhere = run_folder(tmp_path / "elsewhere")
    (runs / "small").mkdir(parents=True)
    (runs / "small" / ID).symlink_to(elsewhere)
    (runs / "linked").symlink_to(tmp_path / "elsewhere" / "small")
    for name in ("small", f"small/{ID}", "linked", f"linked/{ID}", "latest", "small/latest"):
        with pytest.raises(UsageError):
            find_run(name, runs)
        said("rm", name, "--yes")
    assert (elsewhere / "run.json").is_file()
    with pytest.raises(EnvironmentProblem, match="symbolic link"):
        create_run_folder(runs, "linked")
    assert [one.name for one in (tmp_path / "elsewhere" / "small").iterdir()] == [ID]


@pytest.mark.parametrize(
    "name", ["..", "../elsewhere", "../elsewhere/small", ".", "a/b/c", "/", "", "\x1b[2J", "a\0b", "x" * 5000]
)
def test_names_stay_below_runs(name: str, runs: Path, tmp_path: Path) -> None:
    run_folder(tmp_path / "elsewhere" / "small")
    runs.mkdir()
    output = said("show", name)
    assert "\x1b" not in output


def test_latest_of_any_kind(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for number, make in enumerate(
        (
            lambda path: path.mkdir(),
            lambda path: path.symlink_to(tmp_path / "elsewhere"),
            lambda path: path.write_text("x"),
            lambda path: os.mkfifo(path),
        )
    ):
        latest = runs / f"n{number}" / "latest"
        latest.parent.mkdir(parents=True)
        make(latest)
        folder = create_run_folder(runs, f"n{number}")
        assert folder.path.parent == runs / f"n{number}"
        assert not list(folder.path.parent.glob(".tmp*"))
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize("file", ["run.json", "spec.yaml", "history.csv", "marks.json"])
def test_no_devices(file: str, runs: Path) -> None:
    """A FIFO in a run folder is not waited for, a device not read to its end, which never comes."""
    run_folder(runs, number=OTHER)
    path = run_folder(runs) / file
    for target in ("fifo", "/dev/zero"):
        path.unlink(missing_ok=True)
        if target == "fifo":
            os.mkfifo(path)
        else:
            path.symlink_to(target)
        with deadline():
            for words in COMMANDS:
                if "page.html" not in words:
                    said(*words)


def test_manifest_of_a_device(tmp_path: Path) -> None:
    from kerascli.record.manifest import check_files

    os.mkfifo(tmp_path / "a")
    with deadline(), pytest.raises(ValueError):
        check_files(tmp_path, {"files": {"a": {"bytes": 0, "sha256": sha256(b"").hexdigest()}}})


def test_runs_that_is_a_file(runs: Path) -> None:
    runs.write_text("x")
    assert "no folder" in said("list")
    with pytest.raises(EnvironmentProblem) as caught:
        create_run_folder(runs, "small")
    assert caught.value.exit_code == ExitCode.ENVIRONMENT


def test_manifest_names_no_file_elsewhere(tmp_path: Path) -> None:
    from kerascli.record.manifest import check_files

    (tmp_path / "secret").write_text("x")
    (tmp_path / "folder").mkdir()
    for name in ("../secret", str(tmp_path / "secret"), "/dev/zero", ""):
        with pytest.raises(ValueError, match="elsewhere"):
            check_files(tmp_path / "folder", {"files": {name: {"bytes": 1, "sha256": "x"}}})
