"""The record of a run is whole at every moment, and runs no program that the spec's folder names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kerascli.errors import EnvironmentProblem
from kerascli.record.run_record import RunRecord, git_facts, machine, read_record, versions, write_record


def test_what_is_written_is_read(tmp_path: Path) -> None:
    record = RunRecord("mnist", command=("kerascli", "train"), metrics={"loss": 0.25, "bad": float("nan")})
    write_record(tmp_path / "run.json", record)
    write_record(tmp_path / "run.json", record.changed(status="failed", reason="disk"))
    read = read_record(tmp_path / "run.json")
    assert (read["kerascli"], read["name"], read["status"], read["reason"]) == (1, "mnist", "failed", "disk")
    assert (read["command"], read["metrics"]) == (["kerascli", "train"], {"loss": 0.25, "bad": None})
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}"])
def test_no_record(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(EnvironmentProblem, match="run.json"):
        read_record(tmp_path / "run.json")


def test_versions_and_machine_say_what_decides_the_bits() -> None:
    assert {"python", "kerascli", "keras", "tensorflow", "numpy"} <= set(versions())
    facts = machine()
    assert facts["cores"] >= 1
    assert facts["onednn"] in ("default", "0", "1")


def test_the_commit_of_the_folder_and_no_program_of_it(tmp_path: Path) -> None:
    """A repository can name programs that `git status` runs; a folder with a spec is data."""
    assert git_facts(tmp_path) is None
    mark, program = tmp_path / "mark", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\n")
    program.chmod(0o755)
    author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (
        ["init", "-q"],
        ["add", "program"],
        [*author, "commit", "-q", "-m", "a"],
        ["config", "core.fsmonitor", str(program)],
    ):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    facts = git_facts(tmp_path)
    assert facts is not None
    assert len(facts["commit"]) == 40
    assert not mark.exists()


def test_nothing_heavy_is_imported() -> None:
    modules = sorted(path.stem for path in (Path(__file__).parents[2] / "kerascli" / "record").glob("[a-z]*.py"))
    code = f"""
import importlib, sys
import kerascli
for name in {modules!r}:
    importlib.import_module(f"kerascli.record.{{name}}")
print([name for name in ("numpy", "keras", "tensorflow", "matplotlib") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
