"""Run folders never collide, and are found by the names that people type, and by no other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kerascli.errors import EnvironmentProblem, UsageError
from kerascli.record.run_folder import create_run_folder, find_run


def made(runs: Path, name: str, identity: str, *, model: bool = False) -> Path:
    folder = runs / name / identity
    folder.mkdir(parents=True)
    (folder / "run.json").write_text('{"status": "done"}')
    if model:
        (folder / "model.keras").write_text("")
    return folder


def test_many_at_once_get_a_folder_each(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        folders = list(pool.map(lambda _: create_run_folder(tmp_path, "mnist").path, range(40)))
    assert len(set(folders)) == 40
    assert {path.name for path in (tmp_path / "mnist").iterdir()} == {*(path.name for path in folders), "latest"}


def test_latest_points_to_the_newest(tmp_path: Path) -> None:
    first, second = create_run_folder(tmp_path, "mnist"), create_run_folder(tmp_path, "mnist")
    assert (tmp_path / "mnist" / "latest").resolve() == second.path.resolve()
    assert first.path.name < second.path.name
    assert not (tmp_path / "mnist" / "latest").readlink().is_absolute()


def test_every_name_finds_its_run(tmp_path: Path) -> None:
    old = made(tmp_path, "mnist", "2026-01-01_10-00-00")
    new = made(tmp_path, "mnist", "2026-01-02_10-00-00")
    other = made(tmp_path, "news", "2026-01-03_10-00-00")
    for text, folder in (
        ("mnist", new),
        ("mnist/latest", new),
        ("mnist/2026-01-01_10-00-00", old),
        ("latest", other),
        (str(old), old),
        ("news/", other),
    ):
        assert find_run(text, tmp_path).path == folder.resolve(), text


def test_latest_is_the_newest_that_has_a_checkpoint(tmp_path: Path) -> None:
    good = made(tmp_path, "mnist", "2026-01-01_10-00-00", model=True)
    made(tmp_path, "mnist", "2026-01-02_10-00-00")
    assert find_run("mnist", tmp_path).path == good.resolve()


@pytest.mark.parametrize(
    "text", ["..", "../mnist", "mnist/../../etc", "/etc", "", ".", "mnist/x/y", "a\x1b[0m", "mnsit"]
)
def test_no_name_leaves_the_runs(tmp_path: Path, text: str) -> None:
    made(tmp_path / "runs", "mnist", "2026-01-01_10-00-00")
    made(tmp_path, "mnist", "2026-01-01_10-00-00")
    with pytest.raises(UsageError):
        find_run(text, tmp_path / "runs")


def test_a_wrong_name_says_the_nearest(tmp_path: Path) -> None:
    made(tmp_path, "mnist", "2026-01-01_10-00-00")
    with pytest.raises(UsageError) as caught:
        find_run("mnits", tmp_path)
    assert caught.value.diagnostics[0].hint == "did you mean 'mnist'?"


def test_runs_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(EnvironmentProblem) as caught:
        create_run_folder(tmp_path / "runs", "mnist")
    assert caught.value.exit_code == 5
