"""A run folder, or a `.keras` file, → a model that can evaluate and predict on raw data."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras

from kerascli.components.downloads import no_downloads
from kerascli.data.columns import Expected
from kerascli.data.files import check_new_files
from kerascli.data.fit_preprocessing import fit_preprocessing
from kerascli.data.make_split import make_split
from kerascli.data.prepare import complete, prepare_data
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.read_file import read_file
from kerascli.data.rows import Rows
from kerascli.data.saved_preprocessing import FILE, load_kinds, load_preprocessing
from kerascli.data.sources import read_source
from kerascli.data.split import Split
from kerascli.data.table import Array, Table
from kerascli.data.weights import field_weights
from kerascli.data.window import cut_windows
from kerascli.errors import DataError, EnvironmentProblem, KerascliError, SourceText, Span, UsageError
from kerascli.model.phases import Phases
from kerascli.record.checkpoints import load_newest
from kerascli.record.run_folder import RunFolder, find_run
from kerascli.record.run_record import read_record
from kerascli.record.sources import PLUGINS, check_sources
from kerascli.run.build import build_compiled
from kerascli.run.session import keras_session, saved_names
from kerascli.run.snapshot import read_snapshot, restore_weights
from kerascli.spec import nodes
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.load import load_spec
from kerascli.spec.model_spec import InputSpec, ModelSpec, OutputSpec, TensorReference
from kerascli.spec.problems import COMMAND_LINE, Problems
from kerascli.spec.source_parser import parse_source
from kerascli.spec.sources import SOURCES
from kerascli.spec.spec import Spec
from kerascli.spec.yaml_loader import load_nodes

# A file of more bytes is read in parts.
WHOLE = 64 << 20


@dataclass(frozen=True)
class LoadedRun:
    """A run that can be used again.

    Attributes:
        folder: Its folder.
        spec: Its resolved spec.
        model: The compiled model with its weights.
        preprocessing: Raw tables → inputs and targets, as adapted in training.
    """

    folder: RunFolder
    spec: Spec
    model: Any
    preprocessing: Preprocessing

    @property
    def fixed_batch_size(self) -> int | None:
        """The batch size that an input of the model fixes, or None."""
        return next((item.batch_size for item in self.spec.model.inputs if item.batch_size is not None), None)

    @property
    def batch_size(self) -> int:
        """Samples a step, as the run validated."""
        return self.fixed_batch_size or self.spec.fit.validation_batch_size or self.spec.fit.batch_size

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

    def __call__(self, fields: Mapping[str, Any]) -> dict[str, Array]:
        """Raw fields → what `predict` writes: class names, probabilities, values in the units of the data.

        Args:
            fields: Field to raw values `(samples, ...)`, as a table of the data has them.

        Raises:
            DataError: A field is missing or wrong.
        """
        from kerascli.run.predict import predict_arrays

        return predict_arrays(self, fields)

    def read(self, data: str | os.PathLike[str], *, targets: bool = True) -> Rows:
        """`read_data`; a CSV file is taken to be written as the one that the run was trained on."""
        rows = read_data(data, self.spec.seed, csv=self._csv_dialect(targets=targets))
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
        kinds = {name: kind for name, kind in load_kinds(self.folder.preprocessing).items() if kind == "text"}
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


def load_run(folder: RunFolder, *, weights: str = "result", trust: bool = False) -> LoadedRun:
    """Loads a run.

    The model is built from the run's spec, so that its heads and logs have their names, and gets its weights.

    Args:
        folder: The run.
        weights: `result` (those of `model.keras`), `best` or `last` (those of the checkpoint).
        trust: Whether the spec may name components that run code.

    Raises:
        EnvironmentProblem: The run has no model yet, or a file of it is damaged.
    """
    check_sources(folder.source)
    spec = load_spec(folder.spec, trust=trust)
    if weights == "result" and not folder.model.is_file():
        hint = "say '--weights last' for its newest checkpoint"
        raise EnvironmentProblem(f"the run '{folder.name}' has no model yet", code="no-model", hint=hint)
    with keras_session(spec), no_downloads():
        model = build_compiled(spec)
        checkpoint = None if weights == "result" else load_newest(folder.checkpoints, best=weights == "best")[0]
        if spec.compile is not None:
            # Keras leaves an optimizer's state out where its variables are not made yet.
            facts = read_record(folder.record) if checkpoint is None else checkpoint.facts
            Phases(model, spec.compile, spec.fit.all_phases).enter(facts.get("phase", 0))
        if checkpoint is None:
            _load_weights(model, folder.model)
        else:
            restore_weights(model, read_snapshot(checkpoint.path))
        return LoadedRun(folder, spec, model, load_preprocessing(folder.preprocessing))


def _load_weights(model: Any, path: Path) -> None:
    """The weights of a `.keras` file, which must fit the model.

    Raises:
        EnvironmentProblem: The file is damaged, or of another model.
    """
    try:
        model.load_weights(path)
    except Exception as error:  # Keras raises many kinds on a damaged archive.
        raise EnvironmentProblem(f"can't load '{path}': {error}".splitlines()[0], code="model-file") from error


def read_data(data: str | os.PathLike[str], seed: int, *, csv: Mapping[str, Any] | None = None) -> Rows:
    """The table of a file by its ending, or of a source in YAML (`mnist`, `{csv: {path: …}}`).

    A built-in source gives its own test split, where it has one.

    Args:
        data: The file or source.
        seed: For sources that are drawn.
        csv: How a CSV file is written, as the arguments of `read_csv`; a source in YAML says it itself.

    Raises:
        UsageError: It is neither a file nor a source.
        DataError: It can't be read.
    """
    text = str(data)
    source = None if Path(text).exists() else _source(text)
    if source is None and csv and text.lower().endswith((".csv", ".csv.gz")):
        from kerascli.data.read_csv import read_csv

        return read_csv(text, **csv, budget=WHOLE)
    if source is None:
        return read_file(Path(text), budget=WHOLE)
    read = read_source(source, seed, budget=WHOLE)
    return read.test if read.test is not None else read.table


def _source(text: str) -> Component | None:
    """The source that a text on the command line writes, or None when it looks like a file."""
    if text not in SOURCES and not text.lstrip().startswith("{"):
        return None
    source = SourceText(COMMAND_LINE, text)
    node = load_nodes(source)
    problems = Problems()
    if isinstance(node, nodes.Scalar):
        found = parse_source(node, None, problems)
    elif isinstance(node, nodes.Mapping) and len(node.entries) == 1:
        found = parse_source(node.entries[0][0], node.entries[0][1], problems)
    else:
        raise UsageError(f"'{text}' is no data source", code="source", hint="write '{csv: FILE}', or name a file")
    problems.raise_errors()
    return found


def load_model_file(path: Path, *, trust: bool = False) -> tuple[Any, Callable[[Rows, bool], Split]]:
    """A `.keras` file in safe mode, and how a table becomes what it takes.

    The transforms of a run are used where the file lies in one; else fields go to inputs and outputs by their names.

    Raises:
        EnvironmentProblem: Keras can't load it.
    """
    try:
        with keras.saving.custom_object_scope(_plugins_beside(path, trust=trust)):
            model = keras.saving.load_model(path, safe_mode=not trust)
    except KerascliError:
        raise
    except Exception as error:  # Keras raises many kinds on a damaged or forbidden archive.
        message = f"can't load '{path}': {error}".splitlines()[0]
        needs_code = not trust and (RunFolder(path.parent).source / PLUGINS).is_dir()
        hint = "say '--trust' if you trust the run's plugins" if needs_code else None
        raise EnvironmentProblem(message, code="model-file", hint=hint) from error
    if (path.parent / "preprocessing" / FILE).is_file():
        saved = load_preprocessing(path.parent / "preprocessing")
        return model, lambda rows, targets: make_split(rows, saved, targets=targets, stream=True)
    return model, lambda rows, targets: _by_name(model, rows, targets=targets)


def _plugins_beside(path: Path, *, trust: bool) -> dict[str, Any]:
    """What a model needs that is the result of a run with plugins; nothing without trust."""
    folder = RunFolder(path.parent)
    if not trust or not (folder.source / PLUGINS).is_dir() or not folder.spec.is_file():
        return {}
    check_sources(folder.source)
    return saved_names(load_spec(folder.spec, trust=True))


def _by_name(model: Any, rows: Rows, *, targets: bool) -> Split:
    """Fields to inputs and outputs by name, or the only one left over."""
    here = SourceText("the model", "").span(1, 1)
    inputs = tuple(InputSpec(tensor.name, tuple(tensor.shape[1:]), tensor.dtype) for tensor in model.inputs)
    # A saved Sequential does not keep the names of its outputs; its last layer has the name of its one head.
    names = list(getattr(model, "output_names", None) or [model.layers[-1].name])
    spec = _bare_model(inputs, names, here)
    data = DataSpec(Component("sources", rows.source, (), here), targets=None if targets else ())
    found = complete(data, spec, list(rows.head.fields))
    expected = {item.name: Expected(item.shape or (), item.dtype) for item in inputs}
    columns = fit_preprocessing(found.inputs or (), found.targets or () if targets else (), rows, expected, {})
    columns = columns.with_output_shapes(
        {name: tuple(output.shape) for name, output in zip(names, model.outputs, strict=True)}
    )
    return make_split(rows, columns, targets=bool(columns.targets), stream=True)


def _bare_model(inputs: tuple[InputSpec, ...], outputs: list[str], span: Span) -> ModelSpec:
    heads = tuple(OutputSpec(name, TensorReference(name, None, span), span) for name in outputs)
    return ModelSpec(inputs, (), heads, "functional", span)
