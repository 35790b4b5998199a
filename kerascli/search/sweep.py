"""`sweep`: the plain grid of some values, each setting a run; settings that are done are not run again."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from kerascli.check import check_spec, require_sound
from kerascli.check.verdict import settle
from kerascli.errors import Diagnostic, EnvironmentProblem, Interrupted, SpecError
from kerascli.record.atomic import write_json
from kerascli.record.lock import lock_folder
from kerascli.record.run_list import RunRow, list_runs
from kerascli.run.interrupts import watch_signals
from kerascli.search.one_process import require_one_process
from kerascli.search.search_progress import SearchProgress, SearchSilence
from kerascli.search.sweep_axes import SEED, Axis, read_axes, settings_of
from kerascli.search.sweep_loop import SweepLoop
from kerascli.search.sweep_result import SweepResult, best_settings, setting_of
from kerascli.search.trial_processes import TrialProcesses
from kerascli.spec.dump import dump_spec
from kerascli.spec.load import read_tree
from kerascli.spec.nodes import plain
from kerascli.spec.problems import Problems
from kerascli.spec.spec import Spec
from kerascli.spec.text import read_text
from kerascli.spec.variants import SpecTree
from kerascli.spec.yaml_loader import load_nodes

_ENDING = "-sweep"
# All settings of a small grid are checked before the first run; of a larger one each value once.
_ALL = 100


@dataclass(frozen=True)
class Cell:
    """One setting with one seed.

    Attributes:
        values: Path to value.
        tree: Its spec.
        key: What tells its runs: the hash of the resolved spec.
    """

    values: Mapping[str, Any]
    tree: SpecTree
    key: str

    @property
    def setting(self) -> tuple[tuple[str, str], ...]:
        """The values without the seed."""
        return tuple((path, repr(value)) for path, value in self.values.items() if path != SEED)


@dataclass(frozen=True)
class Sweep:
    """A sweep that is sound.

    Attributes:
        spec: The spec of the first setting.
        cells: All settings, the seed the fastest.
        warnings: What is doubtful.
    """

    spec: Spec
    cells: tuple[Cell, ...]
    warnings: tuple[Diagnostic, ...]


def read_sweep(
    path: str | os.PathLike[str],
    words: Sequence[str],
    runs: str | os.PathLike[str] = "runs",
    *,
    trust: bool = False,
    strict: bool = False,
) -> Sweep:
    """Reads a spec and the values to sweep; all of them are checked.

    Args:
        path: The YAML file.
        words: `path=a,b`, `path=range(5)`, and overrides that all runs have.
        runs: The folder that holds all runs.
        trust: Whether the spec may run code.
        strict: Whether warnings are errors.

    Raises:
        UsageError: The words can't be read.
        SpecError: The spec is wrong with some of the values.
    """
    fixed, axes = read_axes(words)
    source, places = read_text(Path(path)), Path(runs)
    cells: list[Cell] = []
    first: Spec | None = None
    warnings: tuple[Diagnostic, ...] = ()
    checked = {tuple(one.items()) for one in _to_check(axes)}
    for texts in settings_of(axes):
        problems = Problems()
        tree, sources = read_tree(source, [*fixed, *(f"{name}={text}" for name, text in texts.items())], problems)
        problems.raise_errors()
        whole = SpecTree(tree.without("tune"), Path(path), sources, trust, places)
        spec = whole.read()
        require_one_process(spec)
        if first is None:
            first, warnings = spec, require_sound(spec, strict=strict)
        elif tuple(texts.items()) in checked:
            settle(check_spec(spec), spec, strict=strict)
        values = {name: _plain(text) for name, text in texts.items()}
        cells.append(Cell(values, whole, sha256(dump_spec(spec).encode()).hexdigest()))
    assert first is not None
    return Sweep(first, tuple(cells), warnings)


def _to_check(axes: Sequence[Axis]) -> Iterator[dict[str, str]]:
    """The settings whose lints are run: all but for seeds, or those that differ from the first in one value."""
    found = list(settings_of([one for one in axes if one.path != SEED]))
    seed = {one.path: one.values[0] for one in axes if one.path == SEED}
    first = found[0]
    for one in found:
        if len(found) <= _ALL or sum(one[path] != first[path] for path in first) == 1:
            yield {**one, **seed}


def _plain(text: str) -> Any:
    from kerascli.errors import SourceText

    try:
        node = load_nodes(SourceText("value", text))
    except SpecError:
        return text
    return None if node is None else plain(node)


def sweep(
    plan: Sweep,
    *,
    parallel: int = 1,
    progress: SearchProgress | None = None,
    command: Sequence[str] | None = None,
) -> SweepResult:
    """Trains each setting that has no run yet; one that was stopped goes on.

    Args:
        plan: What `read_sweep` gave.
        parallel: How many run at once.
        progress: Who is told how it goes.
        command: The command line, for the records.

    Raises:
        DataError: The data is wrong.
        TrainingError: Some settings failed; the others are done.
        EnvironmentProblem: Another process sweeps this spec, or a file can't be written.
        Interrupted: SIGINT or SIGTERM came; the runs that were at it can go on.
    """
    progress = progress or SearchSilence()
    for diagnostic in plan.warnings:
        progress.warned(diagnostic)
    folder = _folder(plan)
    with lock_folder(folder), watch_signals() as interrupts, TrialProcesses(parallel) as processes:
        loop = SweepLoop(plan.spec, plan.cells, known_runs(plan), processes, interrupts, progress, command)
        loop.run()
    result = result_of(plan, loop.failed, folder)
    write_json(folder / "sweep.json", result.to_json())
    if interrupts.received is not None:
        done = sum(len(one.runs) for one in result.settings)
        message = f"stopped by {interrupts.name} after {done} of {len(plan.cells)} runs; all of them are kept"
        raise Interrupted(message, exit_code=interrupts.exit_code, hint="the same command goes on")
    loop.raise_fatal()
    return result


def known_runs(plan: Sweep) -> dict[str, RunRow]:
    """The newest run of each setting that has one, by the setting's key; a run that is done goes before others."""
    wanted = {cell.key for cell in plan.cells}
    found: dict[str, RunRow] = {}
    for row in list_runs(plan.cells[0].tree.runs).rows:
        key = (row.record.get("search") or {}).get("sweep")
        if key in wanted and not (key in found and found[key].record["status"] == "done"):
            found[key] = row
    return found


def result_of(plan: Sweep, failed: Mapping[str, str], folder: Path) -> SweepResult:
    """The table of a sweep, as far as its runs are done.

    Args:
        plan: The sweep.
        failed: The key of a setting that failed to the reason.
        folder: The sweep's folder.
    """
    rows = {key: row for key, row in known_runs(plan).items() if row.record["status"] == "done"}
    groups: dict[tuple[tuple[str, str], ...], list[Cell]] = {}
    for cell in plan.cells:
        groups.setdefault(cell.setting, []).append(cell)
    settings = tuple(
        setting_of(
            {path: value for path, value in cells[0].values.items() if path != SEED},
            [rows[cell.key] for cell in cells if cell.key in rows],
            [failed[cell.key] for cell in cells if cell.key in failed],
        )
        for cells in groups.values()
    )
    monitor = next((_monitor(row) for row in rows.values()), "loss")
    return SweepResult(plan.spec.name, folder, monitor, settings, best_settings(settings, list(rows.values())))


def _monitor(row: RunRow) -> str:
    return str((row.record.get("monitor") or {}).get("name", "loss"))


def sweep_folder(plan: Sweep) -> Path:
    """Where a sweep keeps what it knows."""
    return plan.cells[0].tree.runs / f"{plan.spec.name}{_ENDING}"


def _folder(plan: Sweep) -> Path:
    folder = sweep_folder(plan)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"can't make the sweep's folder '{folder}': {error.strerror}"
        raise EnvironmentProblem(message, code="run-folder", hint="say '--runs DIR' for another place") from error
    return folder


def shown_settings(cells: Iterable[Cell]) -> list[Mapping[str, Any]]:
    """The values of the settings, for a table."""
    return [cell.values for cell in cells]
