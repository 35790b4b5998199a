"""`PreparedData`: the splits that training reads, and the facts that model and record need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import keras

from kerascli.data.columns import MissingValues, recount
from kerascli.data.disk_cache import DiskCache, cache_folder, cache_key
from kerascli.data.files import folder_of
from kerascli.data.fingerprint import Fingerprint
from kerascli.data.label_range import index_ranges, label_ranges
from kerascli.data.make_split import Weigh, make_split, transform_blocks
from kerascli.data.preprocessing import Preprocessing
from kerascli.data.rows import Rows
from kerascli.data.skipped import SkipLog
from kerascli.data.split import Split
from kerascli.data.splits import Tables
from kerascli.data.storage import Storage
from kerascli.data.table import Array, Table
from kerascli.data.weights import ClassCounts, ClassTable, field_weights, multiply
from kerascli.spec.data_spec import DataSpec, FieldSpec
from kerascli.spec.model_spec import ModelSpec
from kerascli.spec.spec import Spec

# The split, and of a block of its rows the inputs that were made, the targets, and the weights of samples, by name.
Seen = Callable[[str, Mapping[str, Array], Mapping[str, Array], Mapping[str, Array]], None]


@dataclass(frozen=True)
class PreparedData:
    """The data of a run.

    Attributes:
        spec: The spec, as it was written.
        data: The data section, inputs and targets filled in.
        tables: The raw rows of each split.
        preprocessing: Raw rows → inputs and targets, fitted on the training split.
        x: The inputs of the training split, or of its first samples where it is streamed, which tell the model's
            shapes where the spec leaves them out.
        storage: Where the samples of each split are kept.
        skipped: What could not be read and was left out.
    """

    spec: Spec
    data: DataSpec
    tables: Tables
    preprocessing: Preprocessing
    x: Mapping[str, Array]
    storage: Storage
    skipped: SkipLog
    _fingerprint: list[str] = field(default_factory=list, compare=False, repr=False)

    def train(self) -> Split:
        """The training split, weighted by field and class."""
        classes = self._class_weights()

        def weigh(table: Table, y: Mapping[str, Array]) -> Mapping[str, Array]:
            by_class = {name: weights(y[name]) for name, weights in classes.items()}
            return multiply(field_weights(self.data, table, list(y)), by_class)

        return self._split("train", self.tables.train, weigh)

    def _split(self, name: str, rows: Rows, weigh: Weigh) -> Split:
        """A split, kept where `storage` says."""
        way = self.storage.kept[name]
        if way == "disk":
            cache = DiskCache(cache_folder() / self._cache_key(name), self.data.span)
            return cache.split(
                rows.samples, transform_blocks(rows, self.preprocessing, weigh), self.storage.sizes[name]
            )
        x = self.x if name == "train" and way == "memory" else None
        fields = [field for _, field, _ in self.data.sample_weight]
        return make_split(rows, self.preprocessing, weigh=weigh, fields=fields, stream=way == "stream", x=x)

    def _cache_key(self, name: str) -> str:
        """Tells samples apart that differ in anything that made them."""
        shapes = [(one.name, one.expected, one.fill) for one in self.preprocessing.inputs]
        targets = [(one.name, one.widened, one.classes) for one in self.preprocessing.targets]
        words = (repr(self.data), repr(self.spec.fit.class_weight), repr(self.spec.seed), repr(shapes), repr(targets))
        return cache_key(name, self._file_times or self.fingerprint, keras.__version__, *words)

    @cached_property
    def _file_times(self) -> str | None:
        """A fingerprint in which the times of files count, since they may change and keep their size; None: no files."""
        paths = self._paths
        return self._taken(Fingerprint(paths, times=True)) if paths else None

    def _class_weights(self) -> Mapping[str, ClassTable]:
        """The weights of the classes, whose samples are counted where the spec asks for it."""
        counts = ClassCounts(self.spec.fit, self.preprocessing)
        if not counts.needed:
            return {}
        for table in self.tables.train.blocks(self.preprocessing.fields):
            counts.add(self.preprocessing.y(table))
        return counts.tables()

    def validation(self) -> Split | None:
        """The validation split, weighted by field alone."""
        return self._held_out("validation")

    def test(self) -> Split | None:
        """The test split, weighted by field alone."""
        return self._held_out("test")

    def _held_out(self, name: str) -> Split | None:
        rows = self.tables.by_name.get(name)
        if rows is None:
            return None

        def weigh(table: Table, y: Mapping[str, Array]) -> Mapping[str, Array]:
            return field_weights(self.data, table, list(y))

        return self._split(name, rows, weigh)

    def with_output_shapes(self, shapes: Mapping[str, tuple[int | None, ...]]) -> PreparedData:
        """A copy whose targets have the rank of the model's outputs, and whose labels must be classes of these.

        Args:
            shapes: Output name to its shape, batch axis included.
        """
        ranges = label_ranges(self.spec, shapes)
        return replace(self, preprocessing=self.preprocessing.with_output_shapes(shapes).with_label_ranges(ranges))

    def with_model(self, model: ModelSpec) -> PreparedData:
        """A copy whose inputs must be numbers that the layers know which look them up.

        Args:
            model: The model, its inputs named.

        Raises:
            DataError: A training sample is not.
        """
        ranges = index_ranges(model)
        found = replace(self, preprocessing=self.preprocessing.with_index_ranges(ranges))
        if ranges and self.storage.kept["train"] == "memory":
            # They were made before the model was known.
            found.preprocessing.check_indices(self.x, self.tables.train)
        return found

    def check_streamed(self, seen: Seen | None = None) -> None:
        """Reads all rows of the splits that are streamed, so that what is wrong is found before the first step.

        The fingerprint is taken on the way.

        Args:
            seen: Called with each block of a split that is not kept in memory: the split, the inputs that could be made
                without reading files or transforms, the targets, and the weights of samples.

        Raises:
            DataError: A row is at fault.
        """
        fingerprint = Fingerprint(self._paths)
        for name, rows in self.tables.by_name.items():
            for table in rows.blocks():
                fingerprint.add(name, table)
                if self.storage.kept[name] != "memory":
                    found = self._check(rows, table)
                    if seen is not None:
                        seen(name, *found)
        self._fingerprint[:] = [fingerprint.hexdigest()]

    def _check(self, rows: Rows, table: Table) -> tuple[Mapping[str, Array], Mapping[str, Array], Mapping[str, Array]]:
        """Checks a block of a split that is not kept in memory; gives what was made of it on the way."""
        try:
            x = self.preprocessing.check(table, rows.head)
            y = self.preprocessing.y(table)
        except MissingValues as error:
            raise counted(error, rows, (*(self.data.inputs or ()), *(self.data.targets or ()))) from None
        return x, y, field_weights(self.data, table, list(y))

    @property
    def fingerprint(self) -> str:
        """The sha256 of the raw rows of all splits."""
        if not self._fingerprint:
            self._fingerprint.append(self._taken(Fingerprint(self._paths)))
        return self._fingerprint[0]

    def _taken(self, fingerprint: Fingerprint) -> str:
        for name, rows in self.tables.by_name.items():
            for table in rows.blocks():
                fingerprint.add(name, table)
        return fingerprint.hexdigest()

    @property
    def _paths(self) -> dict[str, Path]:
        """The fields that hold paths, with their folders."""
        return {one.fields[0]: folder_of(one.read) for one in self.preprocessing.inputs if one.read is not None}

    def facts(self) -> dict[str, Any]:
        """What the record of a run says of the data."""
        return {
            "source": self.data.source.name,
            "samples": {name: rows.samples for name, rows in self.tables.by_name.items()},
            "fingerprint": self.fingerprint,
            **({"skipped": asdict(self.skipped)} if self.skipped.count else {}),
            "cache": {
                "kept": dict(self.storage.kept),
                "bytes": dict(self.storage.sizes),
                "budget": self.storage.budget,
            },
            "inputs": {name: [list(array.shape[1:]), array.dtype.name] for name, array in self.x.items()},
            "classes": {
                column.name: list(column.class_names)
                for column in self.preprocessing.targets
                if column.class_names is not None
            },
        }


def counted(error: MissingValues, rows: Rows, columns: Sequence[FieldSpec]) -> MissingValues:
    """The fault with the number of all rows that have it; it was found in the first block that does."""
    column = next((one for one in columns if " and ".join(one.fields) == error.name), None)
    if column is None or column.read is not None:
        return error
    blocks = rows.blocks(set(column.fields))
    return recount(error, blocks, column.fields, filled=column.missing is not None)
