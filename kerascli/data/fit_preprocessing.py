"""`fit_preprocessing`: what the data section says and the training split shows → `Preprocessing`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from kerascli.data.adapt import Learner, adapt
from kerascli.data.columns import Expected
from kerascli.data.input_column import InputColumn, learnt_input, start_input
from kerascli.data.missing import FillFinder
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.rows import BLOCK, Rows
from kerascli.data.table import Table
from kerascli.data.target_column import ClassFinder, TargetColumn, learnt_target, start_target, with_classes
from kerascli.spec.data_spec import FieldSpec, Read

# Raw and transformed samples of one block, in bytes.
BLOCK_BYTES = 32 << 20


def fit_preprocessing(
    inputs: Sequence[FieldSpec],
    targets: Sequence[FieldSpec],
    train: Rows,
    expected: Mapping[str, Expected],
    class_names: Mapping[str, tuple[str, ...]],
    reads: Mapping[str, Read] | None = None,
    seed: int = 0,
) -> Preprocessing:
    """Makes the transforms and adapts those that learn, on the training split alone.

    The split is read at most twice: for means, medians and classes, where the spec asks for them; and for the layers
    that learn. A layer that learns behind another one adds a pass.

    Args:
        inputs: What each model input reads.
        targets: What each output is compared with.
        train: The training split.
        expected: What the model takes, by input name, where the spec says it.
        class_names: Field to class names, where the source knows them.
        reads: Field to how its paths become arrays, where the source says it.
        seed: Decides the sample for the median of more values than memory shall hold.

    Raises:
        DataError, SpecError: As in `InputColumn.array` and `TargetColumn.array`.
    """
    head = train.head
    in_columns = [start_input(spec, expected.get(spec.name), (reads or {}).get(spec.fields[0])) for spec in inputs]
    out_columns = [start_target(spec) for spec in targets]
    in_columns, out_columns = _with_statistics(in_columns, out_columns, inputs, targets, train, class_names, seed)
    learners = [Learner(one.layers, one.raw, one.name, one.span) for one in in_columns]
    learners += [Learner(one.layers, one.learn_from, one.name, one.span) for one in out_columns]
    adapt(learners, train, _names(inputs, targets), block_rows(in_columns, head))
    return Preprocessing(
        tuple(learnt_input(column, head) for column in in_columns),
        tuple(learnt_target(column, head.targets or head) for column in out_columns),
    )


def _with_statistics(
    in_columns: Sequence[InputColumn],
    out_columns: Sequence[TargetColumn],
    inputs: Sequence[FieldSpec],
    targets: Sequence[FieldSpec],
    train: Rows,
    class_names: Mapping[str, tuple[str, ...]],
    seed: int,
) -> tuple[list[InputColumn], list[TargetColumn]]:
    """The columns with what takes the place of missing values, and with their classes."""
    head = train.head
    fills = [
        None if spec.missing is None else FillFinder(spec.missing, spec.fields, seed, spec.span) for spec in inputs
    ]
    for fill in fills:
        if fill is not None:
            fill.check(head)
    finders = [ClassFinder(column, spec) for column, spec in zip(out_columns, targets, strict=True)]
    out_head = head.targets or head
    reading = [fill for fill in fills if fill is not None and fill.reads_data]
    finding = [finder for finder in finders if finder.needs(out_head)]
    if reading or finding:
        for table in train.blocks(_names(inputs, targets)):
            for fill in reading:
                fill.add(table)
            for finder in finding:
                finder.add(table.targets or table)
    with_fills = [
        column if fill is None else replace(column, fill=fill.found())
        for column, fill in zip(in_columns, fills, strict=True)
    ]
    with_names = [
        with_classes(column, finder.found(out_head), class_names.get(column.fields[0]))
        for column, finder in zip(out_columns, finders, strict=True)
    ]
    return with_fills, with_names


def _names(inputs: Sequence[FieldSpec], targets: Sequence[FieldSpec]) -> Collection[str]:
    return {field for spec in (*inputs, *targets) for field in spec.fields}


def block_rows(columns: Sequence[InputColumn], head: Table) -> int:
    """How many rows are read and transformed at once, so that their arrays take no more than a few MB.

    Args:
        columns: The inputs.
        head: A first row.
    """
    size = sum(column.raw(head).nbytes for column in columns if column.read is not None)
    return BLOCK if size == 0 else int(min(BLOCK, max(16, BLOCK_BYTES // size)))
