"""One process that trains trials, one after the other, each exactly as `train` would; what the process itself does."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

from kerascli.errors import (
    DataError,
    Diagnostic,
    EnvironmentProblem,
    ExitCode,
    Interrupted,
    KerascliError,
    Note,
    SpecError,
    TrainingError,
)
from kerascli.record.run_folder import RunFolder
from kerascli.run.progress import RunStart, Silence
from kerascli.run.result import RunResult
from kerascli.spec.variants import SpecTree

# Seconds between two looks at whether the process that started this one still lives.
_LOOK = 0.5
# Seconds that another process may take to let go of a run that it was stopped in.
_PATIENCE = 60.0

_ERRORS: Mapping[ExitCode, type[KerascliError]] = {
    ExitCode.SPEC: SpecError,
    ExitCode.DATA: DataError,
    ExitCode.TRAINING: TrainingError,
    ExitCode.ENVIRONMENT: EnvironmentProblem,
}

Status = Literal["done", "pruned", "failed", "stopped"]


@dataclass(frozen=True)
class Job:
    """One training.

    Attributes:
        number: Which trial it is.
        tree: Its spec.
        facts: What its record says of the search.
        resume: The run that it goes on with; None: a new one.
        command: The command line, for the record.
        fresh: Whether it needs a process that has trained nothing: it sets what TensorFlow can't take back.
    """

    number: int
    tree: SpecTree
    facts: Mapping[str, Any]
    resume: Path | None = None
    command: tuple[str, ...] | None = None
    fresh: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a training ended.

    Attributes:
        status: `done`, `pruned`, `failed` or `stopped` (by a signal).
        folder: Its run; None where it did not come to one.
        history: Log to its values, one an epoch.
        metrics: The metrics of the test split.
        epochs: Complete epochs.
        seconds: The training's time.
        diagnostics: Why it failed.
        exit_code: The exit status that this leads to.
    """

    status: Status
    folder: Path | None = None
    history: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    epochs: int = 0
    seconds: float = 0.0
    diagnostics: tuple[Diagnostic, ...] = ()
    exit_code: ExitCode = ExitCode.OK

    @property
    def reason(self) -> str | None:
        """Why it failed, in one sentence."""
        return self.diagnostics[0].message if self.diagnostics else None

    def raised(self) -> KerascliError:
        """The error that ended it, to be raised in the process that wanted it."""
        return _ERRORS.get(self.exit_code, KerascliError)(self.diagnostics)


class _Teller(Silence):
    """Tells the other process of each epoch, and hears from it whether to give up."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self.connection = connection
        self.folder: Path | None = None
        self.given_up: str | None = None

    def started(self, start: RunStart) -> None:
        self.folder = start.folder
        self._send(("started", start.folder))

    def epoch_ended(self, epoch: int, logs: Mapping[str, float], *, seconds: float, best: bool) -> None:
        del seconds, best
        self._send(("epoch", (epoch, dict(logs))))
        with self._heard():
            self.given_up = self.connection.recv()

    def warned(self, diagnostic: Diagnostic) -> None:
        self._send(("warned", diagnostic))

    def _send(self, message: tuple[str, Any]) -> None:
        with self._heard():
            self.connection.send(message)

    @contextlib.contextmanager
    def _heard(self) -> Any:
        """Where nobody listens any more, the run is saved and stopped, as by a signal."""
        try:
            yield
        except (EOFError, OSError):
            os.kill(os.getpid(), signal.SIGTERM)


def serve(connection: Connection[Any, Any], parent: int) -> None:
    """What the process does: answers each job with its outcome.

    Args:
        connection: To the process that started this one.
        parent: The id of that process.
    """
    # Ctrl-C is for the other process, which then says to each what to do.
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Several processes share a card's memory.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()
    while True:
        try:
            job = connection.recv()
        except (EOFError, OSError):
            return
        outcome = _run(job, connection)
        try:
            connection.send(("ended", outcome))
        except OSError:
            return


def _watch(parent: int) -> None:
    """Stops what goes on when the process that wants it is gone: the run is saved, and can go on."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os.kill(os.getpid(), signal.SIGTERM)
    # A run that is being saved ends by itself; whatever else goes on is not waited for.
    time.sleep(_PATIENCE)
    os._exit(int(ExitCode.TERMINATED))


def _run(job: Job, connection: Connection[Any, Any]) -> Outcome:
    teller = _Teller(connection)
    from kerascli.run.recorder import GivenUp

    try:
        return _train(job, teller)
    except GivenUp:
        return Outcome("pruned", teller.folder)
    except Interrupted as error:
        return Outcome("stopped", teller.folder, diagnostics=error.diagnostics, exit_code=error.exit_code)
    except KerascliError as error:
        faults = tuple(one for one in error.diagnostics if one.severity == "error") or error.diagnostics
        return Outcome("failed", teller.folder, diagnostics=faults, exit_code=error.exit_code)
    except Exception as error:  # noqa: BLE001 - a bug ends its own trial; the search shows where it is
        message = f"{type(error).__name__}: {error}".splitlines()[0]
        trace = tuple(Note(line.strip()) for line in traceback.format_exc().splitlines() if "kerascli" in line)
        fault = Diagnostic("training", message, notes=trace[-3:], status=ExitCode.BUG)
        return Outcome("failed", teller.folder, diagnostics=(fault,), exit_code=ExitCode.BUG)
    finally:
        _forget()


def _train(job: Job, teller: _Teller) -> Outcome:
    from kerascli.run.expectations import FellShort

    try:
        result = _resumed(job, teller) or _begun(job, teller)
    except FellShort as error:
        # What it expects is of the run that the user trains in the end.
        result = error.result
    return Outcome("done", result.folder, result.history, result.metrics, result.epochs, result.seconds)


def _begun(job: Job, teller: _Teller) -> RunResult:
    from kerascli.run.train import begin_run

    tree = job.tree
    return begin_run(
        tree.read(),
        tree.runs,
        progress=teller,
        command=job.command,
        facts=job.facts,
        stops=lambda: teller.given_up,
    )


def _resumed(job: Job, teller: _Teller) -> RunResult | None:
    """The run gone on with; None where there is none, or nothing of it is sound."""
    from kerascli.record.lock import is_held
    from kerascli.run.resume import resume

    if job.resume is None or not RunFolder(job.resume).record.is_file():
        return None
    until = time.monotonic() + _PATIENCE
    while is_held(job.resume) and time.monotonic() < until:
        # Whoever had it is saving it.
        time.sleep(_LOOK / 5)
    try:
        return resume(
            job.resume,
            runs=job.tree.runs,
            progress=teller,
            command=job.command,
            trust=job.tree.trusted,
            stops=lambda: teller.given_up,
        )
    except EnvironmentProblem as error:
        if error.diagnostics[0].code in ("run-folder", "checkpoint", "record"):
            return None
        raise


def _forget() -> None:
    """Lets go of what Keras and TensorFlow keep of a model, so that many trials fit into one process."""
    import keras

    keras.backend.clear_session()
    gc.collect()
