"""`prepare_data`: a data section → the splits that training reads, and the facts that model and record need."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from kerascli.data.columns import Expected
from kerascli.data.preprocessing import Preprocessing, fit_preprocessing
from kerascli.data.sources import read_source
from kerascli.data.split import Split
from kerascli.data.splits import Tables, split_tables
from kerascli.data.table import Array, Table, is_text
from kerascli.data.targets import LabelRange
from kerascli.data.weights import class_weights, field_weights, multiply
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.fields import resolve_fields
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.problems import Problems
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class PreparedData:
    """The data of a run.

    Attributes:
        spec: The spec, as it was written.
        data: The data section, inputs and targets filled in.
        tables: The raw rows of each split.
        preprocessing: Raw rows → inputs and targets, fitted on the training split.
        x: The inputs of the training split, which tell the model's shapes where the spec leaves them out.
    """

    spec: Spec
    data: DataSpec
    tables: Tables
    preprocessing: Preprocessing
    x: Mapping[str, Array]

    def train(self) -> Split:
        """The training split, weighted by field and class."""
        y = self.preprocessing.y(self.tables.train)
        weights = field_weights(self.data, self.tables.train, list(y))
        return Split(self.x, y, multiply(weights, class_weights(self.spec.fit, self.preprocessing, y)))

    def validation(self) -> Split | None:
        """The validation split, weighted by field alone."""
        return self._held_out(self.tables.validation)

    def test(self) -> Split | None:
        """The test split, weighted by field alone."""
        return self._held_out(self.tables.test)

    def _held_out(self, table: Table | None) -> Split | None:
        if table is None:
            return None
        y = self.preprocessing.y(table)
        return Split(self.preprocessing.x(table), y, field_weights(self.data, table, list(y)))

    def with_output_shapes(self, shapes: Mapping[str, tuple[int | None, ...]]) -> PreparedData:
        """A copy whose targets have the rank of the model's outputs, and whose labels must be classes of these.

        Args:
            shapes: Output name to its shape, batch axis included.
        """
        ranges = label_ranges(self.spec, shapes)
        return replace(self, preprocessing=self.preprocessing.with_output_shapes(shapes).with_label_ranges(ranges))

    @cached_property
    def fingerprint(self) -> str:
        """The sha256 of the raw rows of all splits."""
        return fingerprint(self.tables)

    def facts(self) -> dict[str, Any]:
        """What the record of a run says of the data."""
        sizes = {
            name: table.samples
            for name, table in (
                ("train", self.tables.train),
                ("validation", self.tables.validation),
                ("test", self.tables.test),
            )
            if table is not None
        }
        return {
            "source": self.data.source.name,
            "samples": sizes,
            "fingerprint": self.fingerprint,
            "inputs": {name: [list(array.shape[1:]), array.dtype.name] for name, array in self.x.items()},
            "classes": {
                column.name: list(column.class_names)
                for column in self.preprocessing.targets
                if column.class_names is not None
            },
        }


def prepare_data(spec: Spec) -> PreparedData:
    """Reads, splits and transforms the data of a spec.

    Raises:
        DataError: The data is wrong, at the place of the spec that names it or at its file, row and column.
        SpecError: The data section can't be completed, or Keras refuses a transform.
    """
    assert spec.data is not None
    source = read_source(spec.data.source, spec.seed)
    data = complete(spec.data, spec.model, list(source.table.fields))
    tables = split_tables(data, source, spec.seed)
    expected = {
        item.name: Expected(item.shape, item.dtype or "float32") for item in spec.model.inputs if item.shape is not None
    }
    inputs = _in_order(data.inputs or (), [item.name for item in spec.model.inputs])
    targets = _in_order(data.targets or (), [output.name for output in spec.model.outputs])
    preprocessing = fit_preprocessing(inputs, targets, tables.train, expected, source.class_names or {})
    x = preprocessing.x(tables.train)
    return PreparedData(spec, data, tables, preprocessing.with_input_facts(x), x)


def complete(data: DataSpec, model: ModelSpec, available: Sequence[str]) -> DataSpec:
    """The data section with every input's and output's field found.

    Raises:
        SpecError: Nothing says which field to read (status 2), or a field does not exist (status 3).
    """
    problems = Problems()
    inputs = [item.name for item in model.inputs]
    outputs = [output.name for output in model.outputs]
    found = resolve_fields(data, available, inputs, outputs, problems)
    problems.raise_errors()
    return found


def _in_order(fields: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """The fields in the model's order; those of an inferred input as they stand."""
    by_name = {field.name: field for field in fields}
    return [by_name[name] for name in names if name in by_name] if names else list(fields)


def label_ranges(spec: Spec, shapes: Mapping[str, tuple[int | None, ...]]) -> dict[str, LabelRange]:
    """The labels that each output knows whose loss takes indices of classes, by output name.

    Args:
        spec: The spec.
        shapes: Output name to its shape, batch axis included.
    """
    losses = spec.compile.losses if spec.compile is not None else ()
    found = {}
    for output, loss in zip(spec.model.outputs, losses, strict=False):
        # Keras lets channels come first on request; then the last axis is not that of the classes.
        if loss is None or loss.name != "SparseCategoricalCrossentropy" or loss.value("axis", -1) != -1:
            continue
        classes = shapes[output.name][-1]
        ignored = loss.value("ignore_class")
        if classes is not None:
            found[output.name] = LabelRange(classes, ignored if isinstance(ignored, int) else None)
    return found


def fingerprint(tables: Tables) -> str:
    """The sha256 over names, types, shapes and bytes of all fields of all splits."""
    digest = hashlib.sha256()
    for name, table in (("train", tables.train), ("validation", tables.validation), ("test", tables.test)):
        for field in sorted(table.fields) if table is not None else ():
            assert table is not None
            array = table.fields[field]
            if is_text(array):
                digest.update(f"{name}/{field}:text{array.shape};".encode())
                digest.update("\0".join(array.reshape(-1)).encode())
                continue
            little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
            digest.update(f"{name}/{field}:{little.dtype.str}{little.shape};".encode())
            digest.update(little.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
