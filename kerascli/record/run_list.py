"""The runs below a folder, read from their records alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any

from kerascli.quick_dataclass import dataclass
from kerascli.record.lock import is_held
from kerascli.record.regular_file import read_regular
from kerascli.record.run_folder import RECORD
from kerascli.record.run_marks import Marks, read_marks
from kerascli.record.sound_record import parse_record


@dataclass(frozen=True)
class RunRow:
    """One run.

    Attributes:
        path: Its folder.
        record: What `run.json` says.
        marks: What people said of it.
    """

    path: Path
    record: Mapping[str, Any]
    marks: Marks

    @property
    def run(self) -> str:
        """`name/id`."""
        return f"{self.path.parent.name}/{self.path.name}"

    @cached_property
    def status(self) -> str:
        """As the record says; `died` where it says `running` and no process holds the folder."""
        status = str(self.record["status"])
        return "died" if status == "running" and not is_held(self.path) else status

    @property
    def tags(self) -> tuple[str, ...]:
        """Those of the spec, and those that the run was given."""
        own = tuple(self.record.get("tags") or ())
        return (*own, *(tag for tag in self.marks.tags if tag not in own))

    @property
    def metrics(self) -> dict[str, float]:
        """The logs of the epoch whose weights the model has, and `test_` logs of the test split."""
        record = self.record
        logs = (record.get("weights") != "last" and record.get("best_metrics")) or record.get("metrics") or {}
        return {**logs, **{f"test_{name}": value for name, value in (record.get("test") or {}).items()}}

    def value(self, name: str) -> Any:
        """A value by its name: a metric, a key of the record, or a path into it with dots; None where there is none."""
        own = {"run": self.run, "id": self.path.name, "status": self.status, "tags": self.tags, "note": self.marks.note}
        if name in own:
            return own[name]
        found: Any = self.metrics.get(name)
        if found is not None:
            return found
        found = self.record
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    @property
    def names(self) -> Iterator[str]:
        """The names that `value` knows, but for those deep in the record."""
        yield from ("run", "id", "status", "tags", "note")
        yield from self.metrics
        for name, value in self.record.items():
            yield name
            if isinstance(value, Mapping):
                yield from (f"{name}.{key}" for key in value)

    def to_json(self) -> dict[str, Any]:
        """The record, with what it does not say itself."""
        mine = {"run": self.run, "path": str(self.path), "status": self.status, "tags": list(self.tags)}
        return {**self.record, **mine, "note": self.marks.note, "values": self.metrics}


@dataclass(frozen=True)
class RunList:
    """What a folder holds.

    Attributes:
        rows: The runs, newest last.
        damaged: Folders that have the place of a run, and no record that can be read.
    """

    rows: Sequence[RunRow]
    damaged: Sequence[Path] = field(default=())


def list_runs(runs: Path, name: str | None = None) -> RunList:
    """All runs below a folder, or those of one name; the newest last.

    Args:
        runs: The folder that holds all runs.
        name: The name, or None.
    """
    rows: list[RunRow] = []
    damaged: list[Path] = []
    for parent in sorted(_folders(runs)):
        if name is not None and parent.name != name:
            continue
        for path in _folders(parent):
            record = _read(path / RECORD)
            if record is None:
                damaged.append(path)
            else:
                rows.append(RunRow(path, record, read_marks(path)))
    rows.sort(key=lambda row: (str(row.record.get("started") or ""), row.path.name))
    return RunList(rows, sorted(damaged))


def _folders(folder: Path) -> list[Path]:
    """The folders in one, without links (`latest`) and hidden ones."""
    try:
        with os.scandir(folder) as entries:
            return [
                Path(one.path) for one in entries if not one.name.startswith(".") and one.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return parse_record(read_regular(path))
    except (OSError, ValueError):
        return None
