"""`inspect_data`: what a model will get of its data: splits, shapes, ranges, classes, samples, and how quickly."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from kerascli.check.values import check_values
from kerascli.data.augment import Augmentation, make_augmentation
from kerascli.data.data_report import ColumnReport, DataReport, PassReport
from kerascli.data.field_statistics import FieldStatistics, looks_like_image
from kerascli.data.fit_preprocessing import block_rows
from kerascli.data.gather_facts import FactGatherer
from kerascli.data.prepare import prepare_data
from kerascli.data.prepared_data import PreparedData
from kerascli.data.shown import shown
from kerascli.data.split import ArraySplit
from kerascli.data.table import Array, Table, is_text
from kerascli.run.build import close_spec, output_shapes
from kerascli.run.preflight import prepare_training
from kerascli.run.session import keras_session
from kerascli.spec.data_spec import SplitSpec
from kerascli.spec.spec import Spec

# How long statistics and the pass over the batches may take each, in seconds.
PATIENCE = 10.0
# Samples that are drawn: as images, or as a spread of numbers.
PICTURES, VALUES = 32, 1024


def inspect_data(spec: Spec, samples: int = 3) -> DataReport:
    """Reads the data of a spec as a training does, and looks at what comes out.

    Args:
        spec: The spec.
        samples: How many training samples to show.

    Raises:
        SpecError: The spec is wrong.
        DataError: The data is wrong.
    """
    with keras_session(spec):
        shapes: Mapping[str, tuple[int | None, ...]] = {}
        if spec.compile is None:
            spec = close_spec(spec)
            data = prepare_data(spec)
            augment, batch_size = make_augmentation(data.data), spec.fit.batch_size
        else:
            ready = prepare_training(spec)
            data, batch_size, spec = ready.data, ready.plan.batch_size, ready.spec
            shapes = output_shapes(ready.model)
            augment = ready.plan.augment or Augmentation({}, [])
        look = _Look(data)
        look.read()
        return _report(spec, look, augment, batch_size, samples, shapes)


class _Look:
    """Goes through all splits once, block by block."""

    def __init__(self, data: PreparedData) -> None:
        self.data = data
        columns = (*data.preprocessing.inputs, *data.preprocessing.targets)
        self.made = {id(column): FieldStatistics() for column in columns}
        self.missing = dict.fromkeys(self.made, 0)
        self.arrays: dict[int, Array] = {}
        self.classes: dict[str, dict[str, FieldStatistics]] = {}
        self.seen = FactGatherer(data.preprocessing)
        self.first: Table | None = None
        self.counted = 0

    def read(self) -> None:
        """Fills all of it; each split gets so much time."""
        for name, rows in self.data.tables.by_name.items():
            began = time.perf_counter()
            for table in rows.blocks(None, block_rows(self.data.preprocessing.inputs, rows.head)):
                self._add(name, table)
                if time.perf_counter() - began > PATIENCE:
                    break

    def _add(self, split: str, table: Table) -> None:
        x, y = self.data.preprocessing.x(table), self.data.preprocessing.y(table)
        self.seen.add(split, x, y)
        self.seen.add_hashes(split, x)
        for target in self.data.preprocessing.targets:
            if target.class_names is not None:
                one_hot = y[target.name].ndim == 2 and y[target.name].shape[1] > 1
                indices = y[target.name].argmax(1) if one_hot else y[target.name].reshape(len(y[target.name]))
                counts = self.classes.setdefault(target.name, {}).setdefault(split, FieldStatistics())
                counts.add(indices.astype(np.int64))
        if split != "train":
            return
        if self.first is None:
            # Spread over the block: a folder of classes begins with one of them.
            count = min(PICTURES if any(one.read for one in self.data.preprocessing.inputs) else VALUES, table.samples)
            self.first = table.take(np.linspace(0, table.samples - 1, count).astype(np.int64))
        self.counted += table.samples
        inputs, targets = self.data.preprocessing.inputs, self.data.preprocessing.targets
        for one in inputs:
            self._add_column(id(one), one.fields, x[one.name], table)
        for target in targets:
            self._add_column(id(target), target.fields, y[target.name], table.targets or table)

    def _add_column(self, key: int, fields: tuple[str, ...], array: Array, rows: Table) -> None:
        self.made[key].add(array)
        self.arrays.setdefault(key, array[:1])
        for field in fields:
            raw = FieldStatistics()
            raw.add(rows.fields[field])
            self.missing[key] += raw.missing


def _warnings(spec: Spec, look: _Look, shapes: Mapping[str, tuple[int | None, ...]]) -> tuple[str, ...]:
    samples = {name: rows.samples for name, rows in look.data.tables.by_name.items()}
    found = [one.message for one in check_values(spec, look.seen.facts(samples, shapes))]
    skipped = look.data.skipped
    return (*found, *([str(skipped)] if skipped.count else []))


def _report(
    spec: Spec,
    look: _Look,
    augment: Augmentation,
    batch_size: int,
    samples: int,
    shapes: Mapping[str, tuple[int | None, ...]],
) -> DataReport:
    data = look.data
    columns = tuple(_column(look, column, "input") for column in data.preprocessing.inputs)
    columns += tuple(_column(look, column, "target") for column in data.preprocessing.targets)
    assert look.first is not None
    x = data.preprocessing.x(look.first)
    labels = _labels(data, look.first)
    targets = data.preprocessing.y(look.first)
    train = data.train()
    return DataReport(
        name=spec.name,
        source=data.data.source.name,
        splits=_splits(data),
        cache=data.storage.words(),
        bytes=sum(data.storage.sizes.values()),
        columns=columns,
        samples=_samples(look.first, x, samples, data),
        warnings=_warnings(spec, look, shapes),
        timing=_time_pass(train, augment, batch_size, spec.seed, shuffle=spec.fit.shuffle),
        counted=look.counted,
        pictures=(_pictures(data, look.first, x), next(iter(labels.values()), ())),
        augmented=_augmented(augment, x, targets, spec.seed),
    )


def _augmented(
    augment: Augmentation, x: Mapping[str, Array], y: Mapping[str, Array], seed: int
) -> dict[str, Array] | None:
    """The same samples as a training might get them; None where nothing changes them."""
    if not augment.inputs and not augment.whole:
        return None
    batch = next(iter(augment(ArraySplit(x, y, {}).dataset(len(next(iter(x.values())))), seed, 0)))
    return {name: np.asarray(batch[0][name] if isinstance(batch[0], dict) else batch[0]) for name in x}


def _pictures(data: PreparedData, first: Table, x: Mapping[str, Array]) -> dict[str, Array]:
    """The inputs as the model gets them; an image that the transforms make a vector, as it was before."""
    found = dict(x)
    for column in data.preprocessing.inputs:
        raw = column.raw(first)
        if not looks_like_image(x[column.name]) and looks_like_image(raw):
            found[column.name] = raw
    return found


def _column(look: _Look, column: Any, role: str) -> ColumnReport:
    found, array = look.made[id(column)], look.arrays[id(column)]
    classes = None
    if role == "target" and column.name in look.classes:
        names = list(column.class_names)
        classes = {
            name: {split: counts.occurrences(index) for split, counts in look.classes[column.name].items()}
            for index, name in enumerate(names)
        }
    through = tuple(component.name for _, component in column.layers)
    return ColumnReport(
        name=column.name,
        role=role,
        fields=column.fields,
        shape=tuple(array.shape[1:]),
        dtype="text" if is_text(array) else array.dtype.name,
        minimum=found.minimum,
        maximum=found.maximum,
        mean=found.mean,
        deviation=found.deviation,
        missing=look.missing[id(column)],
        through=through,
        classes=classes,
    )


def _splits(data: PreparedData) -> dict[str, dict[str, Any]]:
    """The sizes, and how each split was drawn."""
    total = sum(rows.samples for rows in data.tables.by_name.values())
    written = {"validation": data.data.validation, "test": data.data.test}
    drawn = {name: _drawn(written.get(name), data) for name in data.tables.by_name}
    return {
        name: {"samples": rows.samples, "share": rows.samples / total, "drawn": drawn[name]}
        for name, rows in data.tables.by_name.items()
    }


def _drawn(split: SplitSpec | None, data: PreparedData) -> str:
    if split is None:
        return "the source's own"
    if split.source is not None:
        return f"a source of its own, {split.source.name}"
    for word, text in (
        (split.stratify, "the same share of each '{}'"),
        (split.group, "whole groups of '{}'"),
        (split.order, "the largest '{}'"),
    ):
        if word is not None:
            return text.format(word)
    if data.data.window is not None:
        return "the latest rows" if split.shuffle else "the first rows"
    return f"at random, seed {data.spec.seed}" if split.shuffle else "the first"


def _labels(data: PreparedData, table: Table) -> dict[str, tuple[str, ...]]:
    """The labels of each target: the class's name, or the number in the units of the data."""
    found = {}
    for target in data.preprocessing.targets:
        y = data.preprocessing.y(table)[target.name]
        if target.class_names is not None:
            indices = y.argmax(1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(len(y)).astype(int)
            found[target.name] = tuple(target.class_names[index] for index in indices)
        else:
            found[target.name] = tuple(shown(value) for value in target.labels(table.targets or table))
    return found


def _samples(table: Table, x: Mapping[str, Array], count: int, data: PreparedData) -> tuple[dict[str, str], ...]:
    """Some samples: the raw fields of each input and what the model gets of them, then the targets."""
    labels = _labels(data, table)
    found = []
    for row in range(min(count, table.samples)):
        sample = {}
        for column in data.preprocessing.inputs:
            for name in column.fields:
                value = table.fields[name][row]
                sample[name] = shown("/".join(Path(value).parts[-2:]) if column.read is not None else value)
            if column.layers or column.read is not None:
                sample[f"→ {column.name}"] = shown(x[column.name][row])
        found.append(sample | {f"target {name}": texts[row] for name, texts in labels.items()})
    return tuple(found)


def _time_pass(train: Any, augment: Augmentation, batch_size: int, seed: int, *, shuffle: bool) -> PassReport:
    size = min(batch_size, train.samples)
    batches = train.dataset(size, order=train.order(seed, 0) if shuffle else None)
    began = time.perf_counter()
    done, whole = 0, True
    for _ in augment(batches, seed, 0):
        done += size
        if time.perf_counter() - began > PATIENCE:
            whole = done >= train.samples
            break
    return PassReport(size, min(done, train.samples), time.perf_counter() - began, whole)
