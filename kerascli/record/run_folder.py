"""Run folders: `runs/<name>/<id>/`, made so that two processes never share one, found by the names that people type."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from kerascli.errors import EnvironmentProblem, UsageError, did_you_mean
from kerascli.quick_dataclass import dataclass

_ID = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d(-\d+)?\Z")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*\Z")
LATEST = "latest"
RECORD = "run.json"


@dataclass(frozen=True)
class RunFolder:
    """The places inside one run folder.

    Attributes:
        path: The folder.
    """

    path: Path

    @property
    def spec(self) -> Path:
        """The resolved spec."""
        return self.path / "spec.yaml"

    @property
    def source(self) -> Path:
        """The files as the user wrote them."""
        return self.path / "source"

    @property
    def record(self) -> Path:
        """The record of the run."""
        return self.path / RECORD

    @property
    def history(self) -> Path:
        """One row an epoch."""
        return self.path / "history.csv"

    @property
    def tensorboard(self) -> Path:
        """The event files."""
        return self.path / "tensorboard"

    @property
    def checkpoints(self) -> Path:
        """The checkpoints, a folder a step."""
        return self.path / "checkpoints"

    @property
    def model(self) -> Path:
        """The result."""
        return self.path / "model.keras"

    @property
    def preprocessing(self) -> Path:
        """The adapted transforms and class names."""
        return self.path / "preprocessing"

    @property
    def evaluation(self) -> Path:
        """Test metrics."""
        return self.path / "evaluation"

    @property
    def predictions(self) -> Path:
        """Predictions."""
        return self.path / "predictions"

    @property
    def plots(self) -> Path:
        """Pictures."""
        return self.path / "plots"

    @property
    def profile(self) -> Path:
        """Where the time went."""
        return self.path / "profile"

    @property
    def name(self) -> str:
        """`name/id`, as a user types it."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def typed(self) -> str:
        """What a user types to name it: `name/id` where it lies below `runs` in the working folder, else its path."""
        return self.name if self.path.absolute().parent.parent == Path("runs").absolute() else str(self.path)


def create_run_folder(runs: Path, name: str) -> RunFolder:
    """Makes a new run folder and lets `latest` point to it.

    Args:
        runs: The folder that holds all runs; made when missing.
        name: The run's name.

    Raises:
        EnvironmentProblem: The folder can't be made.
    """
    parent = runs / name
    if parent.is_symlink():
        raise EnvironmentProblem(_link(parent), code="run-folder", hint="name the run otherwise, or remove the link")
    try:
        parent.mkdir(parents=True, exist_ok=True)
        path = _make_unique(parent)
        point_latest(parent, path.name)
    except OSError as error:
        message = f"can't make a run folder below '{parent}': {error.strerror}"
        raise EnvironmentProblem(message, code="run-folder", hint="say '--runs DIR' for another place") from error
    return RunFolder(path)


def _make_unique(parent: Path) -> Path:
    """A new folder named after the time; mkdir decides between processes that come in the same second."""
    stamp = datetime.now().astimezone().strftime("%Y-%m-%d_%H-%M-%S")
    number = 1
    while True:
        # Two digits keep the order of names the order of times.
        path = parent / (stamp if number == 1 else f"{stamp}-{number:02d}")
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path


def point_latest(parent: Path, target: str) -> None:
    """Lets `latest` point to a run; where the system has no symbolic links, the newest id is found by its name."""
    temporary = parent / f".tmp-latest-{os.getpid()}"
    with contextlib.suppress(OSError, NotImplementedError):
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target, target_is_directory=True)
        try:
            temporary.replace(parent / LATEST)
        except OSError:
            # Somebody made a folder of that name.
            temporary.unlink(missing_ok=True)


def find_run(run: str, runs: Path) -> RunFolder:
    """The run that a user means.

    Args:
        run: A folder; or, below `runs`: `name` or `name/latest` (its newest run), `name/id`, `latest` (the newest of
            all).
        runs: The folder that holds all runs.

    Raises:
        UsageError: There is no such run.
    """
    path = Path(run)
    if (path / RECORD).is_file():
        return RunFolder(path.resolve())
    parts = run.rstrip("/").split("/")
    if len(parts) > 2 or not all(_PART.match(part) for part in parts):
        raise UsageError(f"'{run}' is no run", code="unknown-run", hint=_hint(run, runs))
    found = _newest(runs.glob("*/*")) if parts == [LATEST] else _below(runs / parts[0], parts[1:])
    if found is None:
        raise UsageError(f"there is no run '{run}' below '{runs}'", code="unknown-run", hint=_hint(run, runs))
    if found.is_symlink() or found.parent.is_symlink():
        link = found if found.is_symlink() else found.parent
        raise UsageError(_link(link), code="unknown-run", hint=f"say where the run is: '{link.resolve()}'")
    return RunFolder(found.resolve())


def _link(path: Path) -> str:
    """What is said of a link below `runs/`: a name must not lead out of it."""
    return f"'{path}' is a symbolic link to '{os.path.realpath(path)}'"


def _below(parent: Path, rest: list[str]) -> Path | None:
    if not rest or rest == [LATEST]:
        return _newest(parent.glob("*"))
    return parent / rest[0] if (parent / rest[0] / RECORD).is_file() else None


def _newest(candidates: Iterable[Path]) -> Path | None:
    """The newest run among folders: by id, which sorts by time; runs with a checkpoint go before those without."""
    found = (path for path in candidates if _ID.match(path.name) and not path.is_symlink())
    runs = [path for path in found if (path / RECORD).is_file()]
    complete = [path for path in runs if _has_checkpoint(path)]
    return max(complete or runs, key=lambda path: path.name, default=None)


def _has_checkpoint(path: Path) -> bool:
    return (path / "model.keras").is_file() or any((path / "checkpoints").glob("[0-9]*"))


def _hint(run: str, runs: Path) -> str:
    names = sorted(path.name for path in runs.glob("*") if path.is_dir()) if runs.is_dir() else []
    if not names:
        return "train one with 'kerascli train SPEC', or say '--runs DIR'"
    return did_you_mean(run.split("/")[0], names) or f"there are {', '.join(names[:12])}"
