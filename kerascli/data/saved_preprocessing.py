"""The `preprocessing/` folder of a run: adapted transforms as Keras files, everything else as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np

from kerascli.data.columns import Expected
from kerascli.data.preprocessing import InputColumn, Layers, Preprocessing, TargetColumn
from kerascli.data.table import Array, Table
from kerascli.data.targets import Classes, Inverse
from kerascli.errors import EnvironmentProblem
from kerascli.record.atomic import write_json
from kerascli.spec.component import Component

FILE = "preprocessing.json"


def save_preprocessing(preprocessing: Preprocessing, table: Table, folder: Path) -> None:
    """Writes the folder's files; the folder is new and not yet part of a run, or the run's own.

    Args:
        preprocessing: What to save.
        table: Some rows, which tell what the transforms take.
        folder: The folder; made when missing.

    Raises:
        OSError: Something can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    inputs = [_input_to_json(column, table, folder, index) for index, column in enumerate(preprocessing.inputs)]
    targets = [_target_to_json(column, table, folder, index) for index, column in enumerate(preprocessing.targets)]
    write_json(folder / FILE, {"kerascli": 1, "inputs": inputs, "targets": targets})


def _input_to_json(column: InputColumn, table: Table, folder: Path, index: int) -> dict[str, Any]:
    file = None
    if column.layers:
        file = _file_name("input", index, column.name)
        as_model(column.layers, column.raw(table.take(_first_row(table)))).save(folder / file)
    return {
        "name": column.name,
        "fields": list(column.fields),
        "stacked": column.stacked,
        "shape": None if column.expected is None else list(column.expected.shape),
        "dtype": None if column.expected is None else column.expected.dtype,
        "transform": file,
    }


def _first_row(table: Table) -> Array:
    return np.arange(min(1, table.samples))


def _file_name(kind: str, index: int, name: str) -> str:
    """A file for the transforms of one column; its name may hold what no file name can."""
    return f"{kind}_{index}_{re.sub('[^A-Za-z0-9_-]', '_', name)}.keras"


def as_model(layers: Layers, raw: Array) -> Any:
    """Transforms as one `keras.Sequential` over raw samples `(samples, ...)`."""
    dtype = "string" if raw.dtype.kind == "U" else raw.dtype.name
    return keras.Sequential([keras.Input(shape=raw.shape[1:], dtype=dtype), *(layer for layer, _ in layers)])


def _target_to_json(column: TargetColumn, table: Table, folder: Path, index: int) -> dict[str, Any]:
    file = None
    if column.layers:
        file = _file_name("target", index, column.name)
        as_model(column.layers, column.numbers(table.take(_first_row(table)))).save(folder / file)
    return {
        "name": column.name,
        "fields": list(column.fields),
        "stacked": column.stacked,
        "classes": None if column.classes is None else list(column.classes.values),
        "one_hot": column.classes is not None and column.classes.one_hot,
        "class_names": None if column.class_names is None else list(column.class_names),
        "inverse": None if column.inverse is None else asdict(column.inverse),
        "widened": column.widened,
        "transform": file,
    }


def load_preprocessing(folder: Path) -> Preprocessing:
    """Reads the folder; Keras files are loaded in safe mode.

    Raises:
        EnvironmentProblem: A file is missing or damaged.
    """
    path = folder / FILE
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        inputs = tuple(_input_from_json(row, folder) for row in body["inputs"])
        return Preprocessing(inputs, tuple(_target_from_json(row, folder) for row in body["targets"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EnvironmentProblem(f"can't read '{path}': {error}", code="preprocessing") from error


def _input_from_json(row: dict[str, Any], folder: Path) -> InputColumn:
    layers = _load_layers(row, folder)
    expected = None if row["shape"] is None else Expected(tuple(row["shape"]), row["dtype"])
    return InputColumn(row["name"], tuple(row["fields"]), row["stacked"], layers, expected)


def _load_layers(row: dict[str, Any], folder: Path) -> Layers:
    """The transforms of a column: the one model that they were saved as, or none."""
    if row["transform"] is None:
        return []
    path = folder / row["transform"]
    return [(keras.saving.load_model(path, compile=False), _origin(path))]


def _origin(path: Path) -> Component:
    """What messages call a transform that was loaded from a file."""
    from kerascli.errors import SourceText

    return Component("layers", "the transform", (), SourceText(str(path), "").span(1, 1))


def _target_from_json(row: dict[str, Any], folder: Path) -> TargetColumn:
    classes = None if row["classes"] is None else Classes(tuple(row["classes"]), row["one_hot"])
    names = None if row["class_names"] is None else tuple(row["class_names"])
    inverse = row["inverse"]
    return TargetColumn(
        row["name"],
        tuple(row["fields"]),
        row["stacked"],
        _load_layers(row, folder),
        classes,
        names,
        None if inverse is None else Inverse(tuple(inverse["scale"]), tuple(inverse["offset"])),
        row["widened"],
    )
