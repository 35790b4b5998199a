"""`prepare_data`: a data section → its rows read, split, and what transforms them fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kerascli.data.columns import Expected, MissingValues
from kerascli.data.files import check_files, without_unreadable, without_unreadable_splits
from kerascli.data.fit_preprocessing import block_rows, fit_preprocessing
from kerascli.data.make_split import transform_x
from kerascli.data.prepared_data import PreparedData, counted
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.reading import read_data
from kerascli.data.rows import Rows
from kerascli.data.splits import Tables, split_tables
from kerascli.data.storage import Storage, decide
from kerascli.data.table import Table
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.fields import resolve_fields
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.problems import Problems
from kerascli.spec.spec import Spec


@dataclass(frozen=True)
class PriorData:
    """What a run that goes on takes from its beginning, so that its samples come in the same order with the same values.

    Attributes:
        preprocessing: What was adapted; None: it is adapted again.
        kept: Split to where its samples are kept: what is streamed is shuffled otherwise than what lies in memory.
        budget: The bytes from which on files were read in parts.
        fingerprint: Of the data that it began with; None: not known.
    """

    preprocessing: Preprocessing | None
    kept: Mapping[str, str]
    budget: int
    fingerprint: str | None = None


def prepare_data(spec: Spec, prior: PriorData | None = None) -> PreparedData:
    """Reads, splits and transforms the data of a spec.

    Args:
        spec: The spec.
        prior: What was learnt and decided when the run began; left out: it begins now.

    Raises:
        DataError: The data is wrong, at the place of the spec that names it or at its file, row and column.
        SpecError: The data section can't be completed, or Keras refuses a transform.
    """
    assert spec.data is not None
    reading = read_data(spec, None if prior is None else prior.budget)
    source, skipped, budget = reading.source, reading.skipped, reading.budget
    data = complete(spec.data, spec.model, list(source.table.head.fields))
    if data.on_error == "skip":
        source = without_unreadable(source, data, skipped)
    tables = split_tables(data, source, spec.seed, skipped if data.on_error == "skip" else None)
    if data.on_error == "skip":
        tables = without_unreadable_splits(tables, source, data, skipped)
    if data.window is not None:
        tables = tables.windows(data.window)
    for rows in tables.by_name.values():
        check_files(rows, data, source)
    expected = {
        item.name: Expected(item.shape, item.dtype or "float32") for item in spec.model.inputs if item.shape is not None
    }
    inputs = _in_order(data.inputs or (), [item.name for item in spec.model.inputs])
    targets = _in_order(data.targets or (), [output.name for output in spec.model.outputs])
    try:
        preprocessing = (
            fit_preprocessing(
                inputs, targets, tables.train, expected, source.class_names or {}, source.reads, spec.seed
            )
            if prior is None or prior.preprocessing is None
            else prior.preprocessing
        )
    except MissingValues as error:
        raise counted(error, tables.train, (*inputs, *targets)) from None
    sizes = _sizes(tables, preprocessing)
    storage = decide(data.cache, sizes, budget) if prior is None else Storage(prior.kept, sizes, budget)
    rows = tables.train if storage.kept["train"] == "memory" else _first_block(tables.train, preprocessing)
    x = transform_x(rows, preprocessing)
    return PreparedData(spec, data, tables, preprocessing.with_input_facts(x), x, storage, skipped)


def _first_block(rows: Rows, preprocessing: Preprocessing) -> Table:
    return next(iter(rows.blocks(preprocessing.fields, block_rows(preprocessing.inputs, rows.head))))


def _sizes(tables: Tables, preprocessing: Preprocessing) -> dict[str, int]:
    """The bytes that the transformed samples of each split take, as the first of them tell."""
    first = _first_block(tables.train, preprocessing)
    arrays = [*preprocessing.x(first).values(), *preprocessing.y(first).values()]
    size = sum(array.nbytes for array in arrays) / first.samples
    return {name: int(size * rows.samples) for name, rows in tables.by_name.items()}


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
