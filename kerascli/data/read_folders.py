"""A folder with a sub-folder for each class → a table of paths and labels."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from kerascli.data.table import Table, make_table
from kerascli.errors import DataError, Span

# What TensorFlow decodes.
IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp")
TEXTS = (".txt",)
# Sub-folders that are splits and no classes, where a folder has no others.
_SPLITS = {"train": "train", "test": "test", "validation": "validation", "val": "validation", "valid": "validation"}


def read_class_folders(folder: Path, field: str, endings: Collection[str], span: Span | None) -> dict[str, Table]:
    """The tables by split, at least `train`: fields `field` (paths) and `label` (the names of the sub-folders).

    Files stand in the order of their names, at any depth below the folder of their class; files with other endings and
    hidden ones are left out. A folder of `train`, `test` and `validation` (or `val`) has its own splits.

    Raises:
        DataError: The folder is missing or no folder, has no sub-folders, or one of these has no file.
    """
    if not folder.exists():
        raise DataError(f"there is no folder '{folder}'", span=span, hint="check the path")
    if not folder.is_dir():
        raise DataError(f"'{folder}' is a file", span=span, hint="name the folder with a sub-folder for each class")
    inner = _sub_folders(folder)
    names = {path.name for path in inner}
    if "train" in names and names <= set(_SPLITS):
        twice = [path.name for path in inner if _SPLITS[path.name] == "validation"]
        if len(twice) > 1:
            message = f"'{folder}' has several folders for the validation: {', '.join(twice)}"
            raise DataError(message, span=span, hint="keep one of them")
        return {_SPLITS[path.name]: _read(path, field, endings, span) for path in inner}
    return {"train": _read(folder, field, endings, span)}


def read_files(folder: Path, field: str, endings: Collection[str]) -> Table:
    """All files below a folder in the order of their names, with the field `file`: the path below the folder.

    Raises:
        DataError: There is none.
    """
    files = _files(folder, endings)
    if not files:
        raise DataError(f"'{folder}' has no file that ends in {', '.join(endings)}", hint="check the path")
    below = [str(path.relative_to(folder)) for path in files]
    fields = {field: _texts([str(path) for path in files]), "file": _texts(below)}
    return make_table(fields, str(folder))


def _sub_folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _read(folder: Path, field: str, endings: Collection[str], span: Span | None) -> Table:
    classes = _sub_folders(folder)
    if not classes:
        message = f"'{folder}' has no sub-folders, which name the classes"
        raise DataError(message, span=span, hint="put the files of each class into a folder of its name")
    paths: list[str] = []
    labels: list[str] = []
    for one in classes:
        files = _files(one, endings)
        if not files:
            message = f"the class folder '{one}' has no file that ends in {', '.join(endings)}"
            raise DataError(message, code="empty-class", span=span, hint="fill or remove it")
        paths += [str(path) for path in files]
        labels += [one.name] * len(files)
    return make_table({field: _texts(paths), "label": _texts(labels)}, str(folder), span=span)


def _files(folder: Path, endings: Collection[str]) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in endings and not path.name.startswith(".") and path.is_file()
    )


def _texts(values: list[str]) -> np.ndarray:
    array = np.empty(len(values), object)
    array[:] = values
    return array
