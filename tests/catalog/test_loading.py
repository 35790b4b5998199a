"""Where the catalog comes from: shipped, cached, or made anew."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs
import pytest

from kerascli.catalog import loading
from kerascli.errors import EnvironmentProblem, ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS = {"keras": "9.9.9", "special_metrics": [], "base_parameters": {}, "aliases": {}, "groups": {"layers": {}}}


@pytest.fixture
def other_keras(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Another Keras is installed, and the user's cache folder is empty."""
    monkeypatch.setattr(loading, "installed_version", lambda name: "9.9.9")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *arguments, **keywords: tmp_path)
    loading.load_catalog.cache_clear()
    yield tmp_path / f"catalog-{loading.FORM}"
    loading.load_catalog.cache_clear()


def _child(code: int, *, error: str = "", writes: bool = False) -> Any:
    def run(command: list[str], **keywords: Any) -> subprocess.CompletedProcess[str]:
        assert command[1:4] == ["-P", "-m", "kerascli.catalog.introspect"]
        if writes:
            Path(command[-1], "keras-9.9.9.json").write_text(json.dumps(ROWS))
        return subprocess.CompletedProcess(command, code, "", error)

    return run


def test_another_keras_is_introspected_once(other_keras: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", _child(0, writes=True))
    assert loading.load_catalog().version == "9.9.9"
    loading.load_catalog.cache_clear()
    monkeypatch.setattr(subprocess, "run", _child(1))
    assert loading.load_catalog().version == "9.9.9"


def test_a_child_that_fails_is_a_problem_of_the_environment(other_keras: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", _child(1, error="noise\nImportError: no backend\n"))
    with pytest.raises(EnvironmentProblem, match="could not be made: ImportError: no backend") as caught:
        loading.load_catalog()
    assert caught.value.exit_code == ExitCode.ENVIRONMENT


def test_a_damaged_cache_is_named(other_keras: Path) -> None:
    other_keras.mkdir()
    (other_keras / "keras-9.9.9.json").write_text("{")
    with pytest.raises(EnvironmentProblem, match="can't read the catalog"):
        loading.load_catalog()
