"""The `preprocessing/` folder of a run: adapted transforms as Keras files, everything else as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import keras

from kerascli.components.keras_file import open_model
from kerascli.data.columns import Expected
from kerascli.data.input_column import InputColumn
from kerascli.data.kinds import kinds_of
from kerascli.data.label_range import LabelRange
from kerascli.data.missing import Fill
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.table import Array, Table, is_text
from kerascli.data.target_column import TargetColumn
from kerascli.data.targets import Classes, Inverse
from kerascli.data.transforms import Layers
from kerascli.errors import EnvironmentProblem, ExitCode, KerascliError, SourceText
from kerascli.record.atomic import replace_file, write_json
from kerascli.record.regular_file import read_regular
from kerascli.spec.component import Component
from kerascli.spec.data_spec import Pad, Read

FILE = "preprocessing.json"


def save_preprocessing(preprocessing: Preprocessing, head: Table, folder: Path) -> None:
    """Writes the folder's files, the one that names the others last: the folder is complete when that is there.

    Args:
        preprocessing: What to save.
        head: A row of the training split, which tells what the transforms take.
        folder: The folder; made when missing.

    Raises:
        OSError: Something can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    inputs = [_input_to_json(column, head, folder, index) for index, column in enumerate(preprocessing.inputs)]
    targets = [
        _target_to_json(column, head.targets or head, folder, index)
        for index, column in enumerate(preprocessing.targets)
    ]
    write_json(
        folder / FILE, {"kerascli": 1, "kinds": kinds_of(head.targets or head), "inputs": inputs, "targets": targets}
    )


def _input_to_json(column: InputColumn, head: Table, folder: Path, index: int) -> dict[str, Any]:
    file = None
    if column.layers:
        file = _file_name("input", index, column.name)
        replace_file(folder / file, as_model(column.layers, column.raw(head)).save)
    return {
        "name": column.name,
        "fields": list(column.fields),
        "stacked": column.stacked,
        "expected": None if column.expected is None else asdict(column.expected),
        "learnt_from": None if column.learnt_from is None else asdict(column.learnt_from),
        "transform": file,
        "read": None if column.read is None else {column.read.kind: dict(column.read.arguments)},
        "fill": None if column.fill is None else list(column.fill.values),
        "pad": None
        if column.pad is None
        else {"length": column.pad.length, "side": column.pad.side, "value": column.pad.value},
    }


def _file_name(kind: str, index: int, name: str) -> str:
    """A file for the transforms of one column; its name may hold what no file name can."""
    return f"{kind}_{index}_{re.sub('[^A-Za-z0-9_-]', '_', name)}.keras"


def as_model(layers: Layers, raw: Array) -> Any:
    """Transforms as one `keras.Sequential` over raw samples `(samples, ...)`."""
    dtype = "string" if is_text(raw) else raw.dtype.name
    return keras.Sequential([keras.Input(shape=raw.shape[1:], dtype=dtype), *(layer for layer, _ in layers)])


def _target_to_json(column: TargetColumn, head: Table, folder: Path, index: int) -> dict[str, Any]:
    file = None
    if column.layers:
        file = _file_name("target", index, column.name)
        replace_file(folder / file, as_model(column.layers, column.numbers(head)).save)
    return {
        "name": column.name,
        "fields": list(column.fields),
        "stacked": column.stacked,
        "classes": None if column.classes is None else list(column.classes.values),
        "one_hot": column.classes is not None and column.classes.one_hot,
        "by_index": column.classes is not None and column.classes.by_index,
        "class_names": None if column.class_names is None else list(column.class_names),
        "inverse": None if column.inverse is None else asdict(column.inverse),
        "widened": column.widened,
        "labels_in": None if column.labels_in is None else asdict(column.labels_in),
        "transform": file,
    }


def load_preprocessing(folder: Path) -> Preprocessing:
    """Reads the folder; Keras files are loaded in safe mode.

    Raises:
        EnvironmentProblem: A file is missing or damaged.
    """
    path = folder / FILE
    try:
        body = json.loads(read_regular(path))
        inputs = tuple(_input_from_json(row, folder) for row in body["inputs"])
        return Preprocessing(inputs, tuple(_target_from_json(row, folder) for row in body["targets"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else f"{type(error).__name__}: {error}"
        hint = "train again: this run's transforms are lost"
        raise EnvironmentProblem(f"can't read '{path}': {reason}", code="preprocessing", hint=hint) from error


def load_kinds(folder: Path) -> dict[str, str]:
    """What kind of values each field had in training (see `kinds_of`); none where the run does not say."""
    try:
        found = json.loads(read_regular(folder / FILE)).get("kinds")
    except (OSError, ValueError):
        return {}
    return {str(name): str(kind) for name, kind in found.items()} if isinstance(found, dict) else {}


def _input_from_json(row: dict[str, Any], folder: Path) -> InputColumn:
    return InputColumn(
        row["name"],
        tuple(row["fields"]),
        row["stacked"],
        _load_layers(row, folder),
        _expected(row["expected"]),
        learnt_from=_expected(row["learnt_from"]),
        read=_read(row.get("read")),
        fill=None if row.get("fill") is None else Fill(tuple(row["fill"])),
        pad=None if row.get("pad") is None else Pad(**row["pad"]),
    )


def _read(body: dict[str, Any] | None) -> Read | None:
    if body is None:
        return None
    kind, arguments = next(iter(body.items()))
    return Read(kind, tuple(arguments.items()))


def _expected(body: dict[str, Any] | None) -> Expected | None:
    return None if body is None else Expected(tuple(body["shape"]), body["dtype"])


def _load_layers(row: dict[str, Any], folder: Path) -> Layers:
    """The transforms of a column, as they were called in training; none where it has none.

    They are called one by one: the model that they were saved as would turn what it is given into the dtype of the
    training data, and cut fractions off.

    Raises:
        EnvironmentProblem: The file is missing or damaged.
    """
    if row["transform"] is None:
        return []
    path = folder / Path(row["transform"]).name
    try:
        model = open_model(path)
    except KerascliError as error:
        raise EnvironmentProblem(
            replace(one, code="preprocessing", status=ExitCode.ENVIRONMENT) for one in error.diagnostics
        ) from error
    # What messages call a transform that was loaded from a file.
    place = SourceText(str(path), "").span(1, 1)
    return [(layer, Component("layers", type(layer).__name__, (), place)) for layer in model.layers]


def _target_from_json(row: dict[str, Any], folder: Path) -> TargetColumn:
    classes, names, inverse, labels_in = row["classes"], row["class_names"], row["inverse"], row["labels_in"]
    return TargetColumn(
        row["name"],
        tuple(row["fields"]),
        row["stacked"],
        _load_layers(row, folder),
        None if classes is None else Classes(tuple(classes), row["one_hot"], row["by_index"]),
        None if names is None else tuple(names),
        None if inverse is None else Inverse(**inverse),
        row["widened"],
        None if labels_in is None else LabelRange(**labels_in),
    )
