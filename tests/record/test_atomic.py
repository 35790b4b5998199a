"""Writes are there wholly or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kerascli.record.atomic import new_folder, remove_leftovers, replace_file, write_json, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    write_text(path, "old")

    def write(temporary: Path) -> None:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".keras"
        temporary.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        replace_file(path, write)
    assert (path.read_text(), names(tmp_path)) == ("old", ["model.keras"])


def test_a_file_is_synced_before_it_is_renamed_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order that a power cut asks for; the system calls are watched, and still run."""
    calls: list[str] = []
    fsync, rename = os.fsync, Path.replace

    def seen_fsync(descriptor: int) -> None:
        target = Path(f"/proc/self/fd/{descriptor}").resolve()
        calls.append("folder" if target == tmp_path.resolve() else "file")
        fsync(descriptor)

    def seen_replace(self: Path, target: Path) -> Path:
        calls.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "replace", seen_replace)
    write_text(tmp_path / "a.txt", "text")
    assert calls == ["file", "rename", "folder"]


def test_a_folder_appears_once_and_complete(tmp_path: Path) -> None:
    path = tmp_path / "7"
    with new_folder(path) as folder:
        (folder / "part").mkdir()
        (folder / "part" / "a").write_text("a")
        assert not path.exists()
    assert (path / "part" / "a").read_text() == "a"
    with pytest.raises(RuntimeError), new_folder(tmp_path / "8") as folder:
        (folder / "a").write_text("a")
        raise RuntimeError
    assert names(tmp_path) == ["7"]


def test_a_folder_is_never_written_over(tmp_path: Path) -> None:
    with new_folder(tmp_path / "7") as folder:
        (folder / "a").write_text("first")
    with pytest.raises(OSError, match="7"), new_folder(tmp_path / "7") as folder:
        (folder / "a").write_text("second")
    assert (tmp_path / "7" / "a").read_text() == "first"
    assert names(tmp_path) == ["7"]


def test_json_holds_no_nan(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"loss": float("nan"), "all": (1.5, float("-inf"))})
    assert (tmp_path / "a.json").read_text() == '{\n  "loss": null,\n  "all": [\n    1.5,\n    null\n  ]\n}\n'


def test_leftovers_of_a_crash_go(tmp_path: Path) -> None:
    (tmp_path / ".tmp-abc").mkdir()
    (tmp_path / ".tmp-abc" / "model.npz").write_text("half")
    (tmp_path / ".tmp-def.json").write_text("half")
    (tmp_path / "7").mkdir()
    remove_leftovers(tmp_path)
    assert names(tmp_path) == ["7"]
