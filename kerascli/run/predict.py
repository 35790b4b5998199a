"""`predict`: the outputs of a run on new data, with class names and probabilities, block by block."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kerascli.data.files import check_new_files
from kerascli.data.kinds import check_kinds
from kerascli.data.make_split import make_split
from kerascli.data.table import Array, Table, is_text, make_table
from kerascli.data.write_predictions import check_alike, check_output, write_blocks
from kerascli.errors import DataError, UsageError, did_you_mean
from kerascli.record.run_folder import find_run
from kerascli.run.build import output_shapes
from kerascli.run.classifiers import find_classifiers
from kerascli.run.join import distribute_again
from kerascli.run.load_run import LoadedRun, load_run
from kerascli.run.new_data import open_input
from kerascli.run.predictions import columns_of, read_batches
from kerascli.run.same_start import compare_options
from kerascli.run.session import keras_session
from kerascli.run.worker_faults import worker_faults
from kerascli.spec.load import load_spec

# Samples a step where the command says nothing; the outputs are the same for every size, within float rounding.
BATCH_SIZE = 256
# Samples that are prepared at once.
BLOCK = 4096


@dataclass(frozen=True)
class PredictionResult:
    """What `predict` returns.

    Attributes:
        outputs: Head to the model's raw outputs, `(samples, ...)`; empty where they were not kept.
        columns: What the file holds: class names and probabilities, or values in the units of the data.
        samples: The number of samples.
        path: The file; None when there is none.
        names: The names of the columns.
    """

    outputs: dict[str, Array]
    columns: dict[str, Array]
    samples: int
    path: str | None = None
    names: tuple[str, ...] = ()


def predict(
    run: str | os.PathLike[str],
    input: str | os.PathLike[str],  # noqa: A002 - the command's own word
    output: str | os.PathLike[str] | None = None,
    batch_size: int | None = None,
    *,
    runs: str | os.PathLike[str] = "runs",
    weights: str = "result",
    trust: bool = False,
    ids: Sequence[str] = (),
    top_k: int | None = None,
    keep: bool = True,
    stepped: Callable[[int, int | None], None] | None = None,
) -> PredictionResult:
    """Predicts on new data, a block at a time.

    Args:
        run: A run: its folder, `name`, `name/id` or `latest`.
        input: A file by its ending, a folder of files as the run was trained on, a source in YAML, or `-` for JSON lines
            on standard input; columns in any order, more than needed, no targets.
        output: A file by its ending, or `-` for JSON lines on standard output; left out: none.
        batch_size: Samples a step.
        runs: The folder that holds all runs.
        weights: `result` (those of `model.keras`), `best` or `last` (those of the checkpoint).
        trust: Whether the model may run code of its own.
        ids: Columns of the input that go into the output; left out: `id`, or `file` of a folder, where it has one.
        top_k: So many classes of each classifier with their probabilities, the likeliest first.
        keep: Whether the result holds the arrays; memory then grows with the input.
        stepped: Told how many samples of how many (None: not known) are done.

    Returns:
        The predictions, in the order of the input.

    Raises:
        UsageError: There is no such run, or the ending of `output` is not known.
        DataError: The input is wrong.
        EnvironmentProblem: The run's files can't be read, or the output can't be written.
    """
    if output is not None:
        check_output(str(output))
    folder = find_run(str(run), Path(runs))
    spec = load_spec(folder.spec, trust=trust)
    with keras_session(spec), worker_faults(), contextlib.ExitStack() as stack:
        distribution = distribute_again(spec.distribute)
        stack.enter_context(distribution.together())
        if distribution.workers > 1 and str(input) == "-":
            hint = "write it into a file that all workers can read"
            raise UsageError("several workers can't read one standard input", code="usage", hint=hint)
        compare_options(distribution, {"RUN": folder.name, "--input": str(input), "--batch-size": batch_size})
        loaded = load_run(folder, weights=weights, trust=trust, distribution=distribution)
        return loaded.predict(input, output, batch_size, ids=ids, top_k=top_k, keep=keep, stepped=stepped)


def predict_loaded(
    loaded: LoadedRun,
    data: Mapping[str, Any] | str | os.PathLike[str],
    output: str | os.PathLike[str] | None,
    batch_size: int | None,
    *,
    ids: Sequence[str],
    top_k: int | None,
    keep: bool,
    stepped: Callable[[int, int | None], None] | None,
) -> PredictionResult:
    """`LoadedRun.predict`."""
    path = None if output is None else str(output)
    if path is not None:
        check_output(path)
    with keras_session(loaded.spec):
        tables: Iterable[Table]
        total: int | None
        if isinstance(data, Mapping):
            table = make_table({name: np.asarray(value) for name, value in data.items()}, "the input")
            check_kinds(table, loaded.kinds, loaded.preprocessing.input_fields)
            if table.samples == 0:
                raise DataError("the input has no samples", code="no-samples", hint="give it at least one row")
            tables, total = table.blocks(size=BLOCK), table.samples
        else:
            loaded, tables, total = open_input(loaded, data)
        lists = path is not None and (path == "-" or path.lower().endswith(".jsonl"))
        predictor = _Predictor(loaded, batch_size, ids, top_k, keep=keep, lists=lists)
        blocks = predictor.blocks(tables, total, stepped)
        if path is None or not loaded.distribution.is_chief:
            for _ in blocks:
                pass
        else:
            write_blocks(blocks, path, labels=predictor.labels)
    return predictor.result(path)


class _Predictor:
    """Predicts block by block, and keeps what the result shall hold."""

    def __init__(
        self,
        loaded: LoadedRun,
        batch_size: int | None,
        ids: Sequence[str],
        top_k: int | None,
        *,
        keep: bool,
        lists: bool,
    ) -> None:
        self._loaded, self._ids, self._top_k, self._keep, self._lists = loaded, ids, top_k, keep, lists
        self._fixed = loaded.fixed_batch_size
        self._size = self._fixed or batch_size or BATCH_SIZE
        self._step = loaded.predict_step
        self._classifiers = find_classifiers(loaded.spec, loaded.preprocessing, output_shapes(loaded.model))
        self._kept: list[tuple[dict[str, Array], dict[str, Array]]] = []
        self._samples = 0
        self._names: tuple[str, ...] = ()
        self._copies: dict[str, Array] | None = None
        self.labels: dict[str, tuple[str, ...]] = {}

    def blocks(
        self, tables: Iterable[Table], total: int | None, stepped: Callable[[int, int | None], None] | None
    ) -> Iterator[dict[str, Array]]:
        """The columns of each table."""
        for table in tables:
            outputs = self._outputs(table, total, stepped)
            columns, labels = columns_of(
                outputs, self._loaded.preprocessing, self._classifiers, top_k=self._top_k, lists=self._lists
            )
            self.labels.update(labels)
            columns = {**self._copied(table, columns), **columns}
            if self._keep:
                if self._kept:
                    check_alike(self._kept[0][1], columns)
                self._kept.append((outputs, columns))
            self._names = tuple(columns)
            yield columns

    def _outputs(
        self, table: Table, total: int | None, stepped: Callable[[int, int | None], None] | None
    ) -> dict[str, Array]:
        """The model's outputs of a block; one with a fixed batch size gets full batches, and the surplus is cut."""
        rows = self._loaded.named(table)
        for block in rows.blocks(size=table.samples):
            check_new_files(self._loaded.preprocessing.inputs, block)
        split = make_split(rows, self._loaded.preprocessing, targets=False)
        parts = []
        done = 0
        for batch in read_batches(_full(split.dataset(self._size), self._fixed), "predicting"):
            parts.append(self._step(batch))
            done = min(done + self._size, table.samples)
            if stepped is not None:
                stepped(self._samples + done, total)
        self._samples += table.samples
        names = self._loaded.model.output_names
        return {name: np.concatenate([part[name] for part in parts])[: table.samples] for name in names}

    def _copied(self, table: Table, columns: Mapping[str, Array]) -> dict[str, Array]:
        """The columns that tell the samples apart: which, the first block says; another may lack values of them.

        Raises:
            DataError: The input has no such column.
            UsageError: The output has a column of that name.
        """
        rows = table.targets or table
        if self._copies is None:
            self._copies = {name: rows.fields[name][:0] for name in self._copied_names(rows, columns)}
        copied = {}
        for name, first in self._copies.items():
            found = rows.fields.get(name)
            if found is None:
                found = np.full(rows.samples, "", object) if is_text(first) else np.full(rows.samples, np.nan)
            copied[name] = found
        return copied

    def _copied_names(self, rows: Table, columns: Mapping[str, Array]) -> list[str]:
        read = self._loaded.preprocessing.input_fields
        if not self._ids:
            names = [name for name in ("id", "file") if name in rows.fields and name not in read][:1]
            return [name for name in names if name not in columns]
        for name in self._ids:
            if name not in rows.fields:
                hint = did_you_mean(name, rows.fields)
                raise DataError(f"{rows.source} has no column '{name}'", code="unknown-field", hint=hint)
            if name in columns:
                hint = "rename the column of the input"
                raise UsageError(f"the output has a column '{name}' of its own", hint=hint)
        return list(self._ids)

    def result(self, path: str | None) -> PredictionResult:
        """All that was kept."""
        joined: list[dict[str, Array]] = [
            {name: np.concatenate([one[part][name] for one in self._kept]) for name in self._kept[0][part]}
            if self._kept
            else {}
            for part in (0, 1)
        ]
        return PredictionResult(joined[0], joined[1], self._samples, path, self._names)


def _full(dataset: Any, fixed: int | None) -> Any:
    """The batches, the last one filled up with its first sample where the model takes one batch size alone."""
    if fixed is None:
        return dataset

    def fill(*parts: Any) -> Any:
        def longer(tensor: Any) -> Any:
            missing = fixed - tf.shape(tensor)[0]
            return tf.concat([tensor, tf.repeat(tensor[:1], missing, axis=0)], axis=0)

        return tf.nest.map_structure(longer, parts)

    return dataset.map(fill)
