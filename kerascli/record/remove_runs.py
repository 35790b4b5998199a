"""Removes runs: never one that a process writes, nor one that is tagged `keep`; `latest` points right afterwards."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from kerascli.errors import EnvironmentProblem
from kerascli.record.lock import is_held
from kerascli.record.run_folder import LATEST, point_latest
from kerascli.record.run_list import RunRow, list_runs
from kerascli.record.run_marks import KEEP


def remove_run(path: Path) -> None:
    """Removes a run's folder; it is hidden first, so that no half of it is ever seen.

    Raises:
        EnvironmentProblem: A process writes it, or it can't be removed.
    """
    if is_held(path):
        raise EnvironmentProblem(f"a process writes '{path}'", code="locked", hint="wait until it ends, or stop it")
    parent, hidden = path.parent, path.with_name(f".tmp-removed-{path.name}")
    try:
        path.rename(hidden)
        shutil.rmtree(hidden)
    except OSError as error:
        message = f"can't remove '{path}': {error.strerror or error}"
        raise EnvironmentProblem(message, code="run-folder") from error
    rows = list_runs(parent.parent, parent.name).rows
    with contextlib.suppress(OSError):
        (parent / LATEST).unlink(missing_ok=True)
        if rows:
            point_latest(parent, max(row.path.name for row in rows))
        else:
            parent.rmdir()


def prunable(rows: Sequence[RunRow], best: Sequence[RunRow]) -> list[RunRow]:
    """Those that may go: not the best, not a running one, not one that is tagged `keep`."""
    kept = {row.path for row in best}
    return [row for row in rows if row.path not in kept and row.status != "running" and KEEP not in row.tags]
