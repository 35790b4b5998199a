"""The folder that a process of a training writes into: the run's own for the chief, one that is thrown away for the others."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kerascli.errors import EnvironmentProblem
from kerascli.record.lock import lock_folder
from kerascli.record.run_folder import RunFolder, create_run_folder

# What a run that goes on does not read of its folder, and what a killed process left half-written: the chief removes it.
_NOT_READ = shutil.ignore_patterns(".lock", ".tmp-*", "plots", "evaluation", "predictions", "profile", "model.keras")


@contextlib.contextmanager
def new_folder(runs: Path, name: str, *, chief: bool) -> Iterator[RunFolder]:
    """A new run's folder, for as long as the block runs.

    The others do all that the chief does, so that callbacks see the same and checkpoints come at the same steps; what
    they write is of no use to anybody.

    Raises:
        EnvironmentProblem: It can't be made.
    """
    if chief:
        folder = create_run_folder(runs, name)
        with lock_folder(folder.path):
            yield folder
        return
    with tempfile.TemporaryDirectory(prefix="kerascli-worker-", ignore_cleanup_errors=True) as place:
        path = Path(place) / name / "worker"
        path.mkdir(parents=True)
        yield RunFolder(path)


@contextlib.contextmanager
def existing_folder(folder: RunFolder, *, chief: bool) -> Iterator[RunFolder]:
    """The folder of a run that goes on: the chief's is locked, the others take a copy of what they read.

    Raises:
        EnvironmentProblem: Another process writes it, or it can't be copied.
    """
    if chief:
        with lock_folder(folder.path):
            yield folder
        return
    with tempfile.TemporaryDirectory(prefix="kerascli-worker-", ignore_cleanup_errors=True) as place:
        path = Path(place) / folder.path.parent.name / folder.path.name
        try:
            shutil.copytree(folder.path, path, ignore=_NOT_READ)
            for name in ("evaluation", "predictions", "plots"):
                (path / name).mkdir(exist_ok=True)
        except OSError as error:
            reason = error.strerror or "a file of it is gone"
            message = f"this worker can't copy the run folder '{folder.path}': {reason}"
            raise EnvironmentProblem(message, code="run-folder") from error
        yield RunFolder(path)
