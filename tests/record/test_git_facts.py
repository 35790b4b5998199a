"""The git state is recorded without running what a repository's own settings name."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kerascli.record.run_record import git_facts


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.invalid"]
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


def test_commit_without_running_the_repository(tmp_path: Path) -> None:
    marker, program = tmp_path / "ran", tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch {marker}\n")
    program.chmod(0o755)
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init")
    git(folder, "commit", "--allow-empty", "-m", "one")
    git(folder, "config", "core.fsmonitor", str(program))
    facts = git_facts(folder)
    assert facts is not None
    assert len(facts["commit"]) == 40
    assert not marker.exists()


def test_no_repository(tmp_path: Path) -> None:
    assert git_facts(tmp_path) is None
