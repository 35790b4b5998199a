"""A source component → its table: one function a source, in one dictionary."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from kerascli.data import synthetic
from kerascli.data.find_files import file_bytes, find_files
from kerascli.data.read_file import read_jsonl_files, read_parquet_files
from kerascli.data.rows import Rows
from kerascli.data.skipped import SkipLog
from kerascli.data.table import Table, make_table
from kerascli.errors import DataError, Span
from kerascli.spec.component import Component
from kerascli.spec.data_spec import Read

MNIST = Path(__file__).parent / "mnist" / "mnist.npz"


@dataclass(frozen=True)
class SourceData:
    """What a source gives.

    Attributes:
        table: Its samples.
        test: Its own test split, where it brings one.
        validation: Its own validation split, where it brings one.
        class_names: Field to the names of its classes, where the source knows them.
        reads: Field to how its paths become arrays, for sources that are folders of files.
    """

    table: Rows
    test: Rows | None = None
    class_names: Mapping[str, tuple[str, ...]] | None = None
    validation: Rows | None = None
    reads: Mapping[str, Read] | None = None


@dataclass(frozen=True)
class How:
    """How a source is read.

    Attributes:
        seed: For sources that are drawn.
        budget: Files of more bytes are read in parts when they are needed, where their kind allows it; None: all is
            read now.
        skipped: Counts the rows that can't be read, which are left out; None: the first of them is an error.
    """

    seed: int
    budget: int | None = None
    skipped: SkipLog | None = None


def read_source(
    component: Component, seed: int, *, budget: int | None = None, skipped: SkipLog | None = None
) -> SourceData:
    """Reads a source.

    Args:
        component: A component of the group `sources`, its paths absolute.
        seed: For sources that are drawn.
        budget: Files of more bytes are read in parts when they are needed, where their kind allows it; None: all is
            read now.
        skipped: Counts the rows that can't be read, which are left out; None: the first of them is an error.

    Raises:
        DataError: A file is missing or bad, at the place of its argument.
    """
    return _READERS[component.name](component, How(seed, budget, skipped))


def _span(component: Component, name: str = "path") -> Span:
    argument = component.argument(name)
    return argument.span if argument is not None else component.span


def _mnist(component: Component, how: How) -> SourceData:
    del how
    with np.load(MNIST, allow_pickle=False) as arrays:
        train = {"image": arrays["x_train"], "label": arrays["y_train"]}
        test = {"image": arrays["x_test"], "label": arrays["y_test"]}
    names = {"label": tuple(str(digit) for digit in range(10))}
    return SourceData(make_table(train, component.name), make_table(test, f"{component.name} (test)"), names)


def _keras(component: Component, how: How) -> SourceData:
    from kerascli.data.keras_datasets import CLASS_NAMES, read_keras_dataset

    del how
    train, test = read_keras_dataset(component.name, component.keywords, component.span)
    names = CLASS_NAMES.get(component.name)
    return SourceData(train, test, None if names is None else {"label": names})


def _npz(component: Component, how: How) -> SourceData:
    from kerascli.data.read_arrays import read_npz

    del how
    return SourceData(read_npz(Path(str(component.value("path"))), _span(component)))


def _npy(component: Component, how: How) -> SourceData:
    """One file whose field is its stem, or a file for each field."""
    from kerascli.data.read_arrays import read_npy

    del how
    fields = {}
    files = []
    for argument in component.arguments:
        path = Path(str(argument.value))
        name = path.stem if argument.name == "path" else argument.name
        if name in fields:
            raise DataError(f"two files give the field '{name}'", span=argument.span, hint="name the fields yourself")
        fields[name] = read_npy(path, name, argument.span).fields[name]
        files.append(path.name)
    return SourceData(make_table(fields, ", ".join(files), span=component.span))


def _csv(component: Component, how: How) -> SourceData:
    # Arrow is slow to import, and only tables need it.
    from kerascli.data.read_csv import read_csv

    options = {argument.name: argument.value for argument in component.arguments if argument.name != "path"}
    path = str(component.value("path"))
    return SourceData(
        read_csv(path, **cast("dict[str, Any]", options), budget=how.budget, skipped=how.skipped, span=_span(component))
    )


def _parquet(component: Component, how: How) -> SourceData:
    return SourceData(read_parquet_files(str(component.value("path")), _span(component), how.budget))


def _jsonl(component: Component, how: How) -> SourceData:
    return SourceData(read_jsonl_files(str(component.value("path")), _span(component), how.budget, how.skipped))


def _images(component: Component, how: How) -> SourceData:
    from kerascli.data.read_folders import IMAGES, read_class_folders

    del how
    span = _span(component, "folder")
    tables = read_class_folders(Path(str(component.value("folder"))), "image", IMAGES, span)
    return _of_folders(tables, "image", Read("image", _other_arguments(component), span))


def _texts(component: Component, how: How) -> SourceData:
    from kerascli.data.read_folders import TEXTS, read_class_folders

    del how
    span = _span(component, "folder")
    tables = read_class_folders(Path(str(component.value("folder"))), "text", TEXTS, span)
    return _of_folders(tables, "text", Read("text", _other_arguments(component), span))


def _other_arguments(component: Component) -> tuple[tuple[str, object], ...]:
    return tuple((one.name, one.value) for one in component.arguments if one.name != "folder")


def _of_folders(tables: Mapping[str, Table], field: str, read: Read) -> SourceData:
    return SourceData(tables["train"], tables.get("test"), None, tables.get("validation"), {field: read})


def _tfrecord(component: Component, how: How) -> SourceData:
    from kerascli.data.chunk_tfrecord import chunk_tfrecord
    from kerascli.data.read_tfrecord import read_tfrecord

    path, span = str(component.value("path")), _span(component)
    features, compression = component.value("features"), component.value("compression")
    assert isinstance(features, Mapping)
    files = find_files(path, span)
    # The parts of a packed file can't be read by themselves.
    if how.budget is not None and compression is None and file_bytes(files) > how.budget:
        return SourceData(chunk_tfrecord(files, features, path, span, skipped=how.skipped))
    packed = None if compression is None else str(compression)
    return SourceData(read_tfrecord(files, features, packed, path, span, how.skipped))


def _synthetic(component: Component, how: How) -> SourceData:
    samples = cast("int", component.value("samples"))
    fields = cast("Mapping[str, Any]", component.value("fields"))
    return SourceData(synthetic.draw(samples, fields, how.seed, _span(component, "fields")))


def _python(component: Component, how: How) -> SourceData:
    from kerascli.data.python_source import call_source

    del how
    splits = call_source(component)
    return SourceData(splits["train"], splits.get("test"), validation=splits.get("validation"))


# A new source is a function here, and its parameters in the table of the spec room.
_READERS: Mapping[str, Callable[[Component, How], SourceData]] = {
    "mnist": _mnist,
    **dict.fromkeys(("fashion_mnist", "cifar10", "cifar100", "imdb", "reuters", "california_housing"), _keras),
    "npz": _npz,
    "npy": _npy,
    "csv": _csv,
    "parquet": _parquet,
    "jsonl": _jsonl,
    "tfrecord": _tfrecord,
    "images": _images,
    "text": _texts,
    "synthetic": _synthetic,
    "python": _python,
}
