"""Folders with a sub-folder for each class: their splits, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kerascli.data.read_folders import IMAGES, read_class_folders
from kerascli.errors import DataError

from .pictures import picture


def test_faults_of_folders(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no folder"):
        read_class_folders(tmp_path / "gone", "image", IMAGES, None)
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataError, match="is a file"):
        read_class_folders(tmp_path / "file", "image", IMAGES, None)
    (tmp_path / "bare").mkdir()
    with pytest.raises(DataError, match="has no sub-folders"):
        read_class_folders(tmp_path / "bare", "image", IMAGES, None)
    (tmp_path / "bare" / "cat").mkdir()
    with pytest.raises(DataError, match="the class folder '.*cat' has no file"):
        read_class_folders(tmp_path / "bare", "image", IMAGES, None)


def test_a_folder_with_its_own_splits(tmp_path: Path) -> None:
    picture(tmp_path / "train" / "cat" / ".hidden.png")
    for split in ("train", "test", "val"):
        for name in ("cat", "dog"):
            picture(tmp_path / split / name / "1.png")
    found = read_class_folders(tmp_path, "image", IMAGES, None)
    assert {name: table.samples for name, table in found.items()} == {"test": 2, "train": 2, "validation": 2}
    picture(tmp_path / "valid" / "cat" / "1.png")
    with pytest.raises(DataError, match="has several folders for the validation: val, valid"):
        read_class_folders(tmp_path, "image", IMAGES, None)
