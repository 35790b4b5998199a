"""A run folder → a model that can evaluate and predict on raw data."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerascli.components.downloads import no_downloads
from kerascli.components.keras_file import load_weights
from kerascli.data.files import check_new_files
from kerascli.data.kinds import check_kinds
from kerascli.data.make_split import make_split
from kerascli.data.prepare import prepare_data
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.rows import Rows
from kerascli.data.saved_preprocessing import load_kinds, load_preprocessing
from kerascli.data.split import Split
from kerascli.data.table import Array, Table
from kerascli.data.weights import field_weights
from kerascli.data.window import cut_windows
from kerascli.errors import DataError, EnvironmentProblem, UsageError
from kerascli.model.phases import Phases
from kerascli.record.checkpoints import load_newest
from kerascli.record.run_folder import RunFolder, find_run
from kerascli.record.run_record import read_record
from kerascli.record.sources import check_sources
from kerascli.run.build import build_compiled
from kerascli.run.distribution import ALONE, Distribution
from kerascli.run.predictions import make_predict_step
from kerascli.run.read_data import read_data
from kerascli.run.session import keras_session
from kerascli.run.snapshot import read_snapshot, restore_weights
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.load import load_spec
from kerascli.spec.spec import Spec

if TYPE_CHECKING:
    from kerascli.run.predict import PredictionResult


@dataclass(frozen=True)
class LoadedRun:
    """A run that can be used again.

    Attributes:
        folder: Its folder.
        spec: Its resolved spec.
        model: The compiled model with its weights.
        preprocessing: Raw tables → inputs and targets, as adapted in training.
        distribution: What evaluates and predicts with it.
    """

    folder: RunFolder
    spec: Spec
    model: Any
    preprocessing: Preprocessing
    distribution: Distribution = ALONE

    @property
    def fixed_batch_size(self) -> int | None:
        """The batch size that an input of the model fixes, or None."""
        return next((item.batch_size for item in self.spec.model.inputs if item.batch_size is not None), None)

    @property
    def batch_size(self) -> int:
        """Samples a step, as the run validated."""
        fit = self.spec.fit
        chosen = self.record.get("performance", {}).get("validation_batch_size")
        return self.fixed_batch_size or fit.validation_batch_size or chosen or fit.batch_size

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """What `run.json` says of it."""
        return read_record(self.folder.record)

    def split(self, rows: Rows, *, targets: bool = True, stream: bool = True) -> Split:
        """Rows as the model takes them, block by block; without targets for predictions."""
        rows = rows if targets else self.named(rows)
        if any(column.read is not None for column in self.preprocessing.inputs):
            for block in rows.blocks():
                check_new_files(self.preprocessing.inputs, block)
        data = self.spec.data
        weighted = data is not None and targets and _has_weights(data, rows)

        def weigh(table: Table, y: Mapping[str, Array]) -> Mapping[str, Array]:
            return field_weights(data, table, list(y)) if weighted and data is not None else {}

        fields = [name for _, name, _ in data.sample_weight] if weighted and data is not None else ()
        # Sequences that are as long as the longest of them are read at once.
        head = rows.head
        stream = stream and not any(column.varies(head, head) for column in self.preprocessing.inputs)
        return make_split(rows, self.preprocessing, weigh=weigh, fields=fields, targets=targets, stream=stream)

    def named(self, rows: Rows) -> Rows:
        """A lone array goes to the only field that is read, whatever it is called."""
        fields = [field for column in self.preprocessing.inputs for field in column.fields]
        if not isinstance(rows, Table) or len(fields) != 1 or len(rows.fields) != 1:
            return rows
        return replace(rows, fields={fields[0]: next(iter(rows.fields.values()))})

    @cached_property
    def predict_step(self) -> Callable[[Any], dict[str, Array]]:
        """One batch → the outputs by head; traced once, however often the run predicts."""
        return make_predict_step(self.model, self.distribution)

    @cached_property
    def kinds(self) -> dict[str, str]:
        """What kind of values each field had in training."""
        return load_kinds(self.folder.preprocessing)

    def __call__(self, data: Mapping[str, Any] | str | os.PathLike[str]) -> dict[str, Array]:
        """Raw data → what `predict` writes: class names, probabilities, values in the units of the data.

        Args:
            data: Field to raw values `(samples, ...)`, as a table of the data has them; or what `predict` takes.

        Returns:
            Column to array `(samples, ...)`.

        Raises:
            DataError: A field is missing or wrong.
        """
        return self.predict(data).columns

    def predict(
        self,
        data: Mapping[str, Any] | str | os.PathLike[str],
        output: str | os.PathLike[str] | None = None,
        batch_size: int | None = None,
        *,
        ids: Sequence[str] = (),
        top_k: int | None = None,
        keep: bool = True,
        stepped: Callable[[int, int | None], None] | None = None,
    ) -> PredictionResult:
        """`kerascli.predict` with a run that is loaded once and used often.

        Args:
            data: Field to raw values `(samples, ...)`; or a file, a folder, a source in YAML, `-`.
            output: As there, as all that follow.
            batch_size: Samples a step.
            ids: Columns that go into the output.
            top_k: So many classes of each classifier.
            keep: Whether the result holds the arrays.
            stepped: Told how many samples are done.

        Raises:
            UsageError: The ending of `output` is not known.
            DataError: The input is wrong.
            EnvironmentProblem: The output can't be written.
        """
        from kerascli.run.predict import predict_loaded

        return predict_loaded(self, data, output, batch_size, ids=ids, top_k=top_k, keep=keep, stepped=stepped)

    def read(self, data: str | os.PathLike[str], *, targets: bool = True) -> Rows:
        """`read_data`; a CSV file is taken to be written as the one that the run was trained on."""
        rows = read_data(data, self.spec.seed, csv=self._csv_dialect(targets=targets))
        check_kinds(rows, self.kinds, self.preprocessing.input_fields)
        window = self.spec.data.window if self.spec.data is not None else None
        return rows if window is None else cut_windows(rows, window, targets=targets)

    def _csv_dialect(self, *, targets: bool) -> dict[str, Any]:
        """Separator, decimal mark, encoding, header and column types of the run's own CSV; none for another source."""
        source = self.spec.data.source if self.spec.data is not None else None
        dialect: dict[str, Any] = {}
        if source is not None and source.name == "csv":
            dialect = {name: value for name, value in source.keywords.items() if name != "path"}
        fields = self.preprocessing.input_fields
        if targets:
            fields |= self.preprocessing.fields
        types = dialect.get("columns")
        written = types if isinstance(types, Mapping) else {}
        # A column of text stays one where its cells happen to be numbers.
        kinds = {name: kind for name, kind in self.kinds.items() if kind == "text"}
        # A type may belong to a column that nobody reads here, and that new data need not have.
        dialect["columns"] = {name: kind for name, kind in {**kinds, **written}.items() if name in fields}
        return dialect

    def own_split(self, name: str) -> Split | None:
        """A split of the run's own data, read again; None when it has none.

        Raises:
            DataError: The data has changed: another draw would mix training samples into the split.
        """
        data = prepare_data(self.spec)
        trained_on = read_record(self.folder.record)["data"].get("fingerprint")
        if trained_on is not None and trained_on != data.fingerprint:
            message = f"the data of the run '{self.folder.name}' is not what it was trained on"
            hint = "say '--data FILE' to use other data, or train again"
            raise DataError(
                message, code="data-changed", span=self.spec.data.span if self.spec.data else None, hint=hint
            )
        rows = data.tables.by_name.get(name)
        return None if rows is None else self.split(rows)


def _has_weights(data: DataSpec, rows: Rows) -> bool:
    """Data from elsewhere may come without the field of sample weights; it is then evaluated without."""
    return all(field in rows.head.fields for _, field, _ in data.sample_weight)


def run_or_file(name: str | os.PathLike[str], runs: Path) -> RunFolder | Path:
    """The run that a name means, or the `.keras` file that it is.

    Raises:
        UsageError: Neither.
    """
    path = Path(name)
    if path.suffix != ".keras":
        return find_run(str(name), runs)
    if not path.is_file():
        raise UsageError(f"there is no file '{path}'", code="unknown-run")
    return path


def load(
    run: str | os.PathLike[str], *, runs: str | os.PathLike[str] = "runs", weights: str = "result", trust: bool = False
) -> LoadedRun:
    """A run as one callable: raw fields in, predictions out.

    Args:
        run: A run: its folder, `name`, `name/id` or `latest`.
        runs: The folder that holds all runs.
        weights: `result` (those of `model.keras`), `best` or `last` (those of the checkpoint).
        trust: Whether the model may run code of its own.

    Raises:
        UsageError: There is no such run.
        EnvironmentProblem: A file of it is damaged.
    """
    return load_run(find_run(str(run), Path(runs)), weights=weights, trust=trust)


def load_run(
    folder: RunFolder, *, weights: str = "result", trust: bool = False, distribution: Distribution = ALONE
) -> LoadedRun:
    """Loads a run.

    The model is built from the run's spec, so that its heads and logs have their names, and gets its weights.

    Args:
        folder: The run.
        weights: `result` (those of `model.keras`), `best` or `last` (those of the checkpoint).
        trust: Whether the spec may name components that run code.
        distribution: What is to evaluate and predict with it.

    Raises:
        EnvironmentProblem: The run has no model yet, or a file of it is damaged.
    """
    check_sources(folder.source)
    spec = load_spec(folder.spec, trust=trust)
    if weights == "result" and not folder.model.is_file():
        hint = "say '--weights last' for its newest checkpoint"
        raise EnvironmentProblem(f"the run '{folder.name}' has no model yet", code="no-model", hint=hint)
    with keras_session(spec), no_downloads(), distribution.scope():
        model = build_compiled(spec)
        checkpoint = None if weights == "result" else load_newest(folder.checkpoints, best=weights == "best")[0]
        if spec.compile is not None:
            # Keras leaves an optimizer's state out where its variables are not made yet.
            facts = read_record(folder.record) if checkpoint is None else checkpoint.facts
            Phases(model, spec.compile, spec.fit.all_phases).enter(facts.get("phase", 0))
        if checkpoint is None:
            load_weights(model, folder.model)
        else:
            restore_weights(model, read_snapshot(checkpoint.path))
        return LoadedRun(folder, spec, model, load_preprocessing(folder.preprocessing), distribution)
