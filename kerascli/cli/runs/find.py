"""What the commands on runs share: the rows below a folder, one run of them, and values of their specs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerascli.errors import Diagnostic, KerascliError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerascli.record.run_list import RunRow

_SPEC = "spec."


def rows_below(runs: Path, name: str | None = None) -> Sequence[RunRow]:
    """The runs; a warning names the folders that hold no sound record.

    Raises:
        UsageError: There is no such folder, or no run of that name.
    """
    from kerascli.cli.console import print_diagnostics
    from kerascli.record.run_list import list_runs

    if not runs.is_dir():
        hint = "train one with 'kerascli train SPEC', or say '--runs DIR'"
        raise UsageError(f"there is no folder '{runs}'", code="no-runs", hint=hint)
    found = list_runs(runs, name)
    if found.damaged:
        more = f" and {len(found.damaged) - 1:,} more" if len(found.damaged) > 1 else ""
        message = f"'{found.damaged[0]}'{more} has no record that can be read, and is left out"
        print_diagnostics([Diagnostic("record", message, severity="warning")])
    if name is not None and not found.rows:
        from kerascli.record.run_folder import find_run

        find_run(name, runs)
    return found.rows


def row_of(run: str, runs: Path) -> RunRow:
    """One run, by any name that the commands take.

    Raises:
        UsageError: There is none.
        EnvironmentProblem: Its record can't be read.
    """
    from kerascli.record.run_folder import find_run
    from kerascli.record.run_list import RunRow
    from kerascli.record.run_marks import read_marks
    from kerascli.record.run_record import read_record

    folder = find_run(run, runs)
    return RunRow(folder.path, read_record(folder.record), read_marks(folder.path))


def value_of(row: RunRow, name: str) -> Any:
    """A value of a run; `spec.fit.epochs` is one of its resolved spec, which is read when it is asked for."""
    if not name.startswith(_SPEC):
        return row.value(name)
    found: Any = spec_values(row)
    for part in name.removeprefix(_SPEC).split("."):
        if isinstance(found, dict):
            # `compile.optimizer.learning_rate` passes over the class.
            found = found[part] if part in found else _below_class(found, part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def _below_class(found: dict[str, Any], part: str) -> Any:
    inner = next(iter(found.values())) if len(found) == 1 else None
    return inner.get(part) if isinstance(inner, dict) else None


def spec_values(row: RunRow) -> Any:
    """The resolved spec of a run as plain values; nothing where it can't be read."""
    from kerascli.spec.nodes import plain
    from kerascli.spec.text import read_text
    from kerascli.spec.yaml_loader import load_nodes

    try:
        node = load_nodes(read_text(row.path / "spec.yaml"))
    except KerascliError:
        return {}
    return {} if node is None else plain(node)
