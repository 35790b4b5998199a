"""Where a study is kept: a file of SQLite in its folder, a journal file, or a database that several machines share."""

from __future__ import annotations

import contextlib
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import optuna
from optuna.storages.journal import JournalFileBackend

from kerascli.errors import EnvironmentProblem, UsageError
from kerascli.spec.tune_parser import STORAGE_FILES, is_storage

# Seconds that a process waits for another one that writes.
_PATIENCE = 60.0
# How often a database is opened whose tables another process is making, and seconds between.
_TRIES, _PAUSE = 20, 0.25


def open_storage(storage: str | None, folder: Path) -> optuna.storages.BaseStorage:
    """The storage.

    Args:
        storage: A URL as SQLAlchemy takes it, or a file that ends in `.db` (SQLite) or `.journal`; None: `study.db`.
        folder: The study's folder, made.

    Raises:
        UsageError: It is none of these.
        EnvironmentProblem: It can't be opened.
    """
    place = str(folder / "study.db") if storage is None else storage
    if not is_storage(place):
        hint = f"write a URL such as 'postgresql://…', or a file that ends in {' or '.join(STORAGE_FILES)}"
        raise UsageError(f"'{place}' is no storage", code="storage", hint=hint)
    try:
        if "://" not in place:
            Path(place).absolute().parent.mkdir(parents=True, exist_ok=True)
        if place.endswith(".journal"):
            return optuna.storages.JournalStorage(JournalFileBackend(place))
        return _database(place)
    except Exception as error:  # Whatever a driver says of whatever it is given.
        message = f"can't open the storage '{shown_storage(place)}': {_reason(error)}"
        hint = (
            "look at its address, and whether its driver is installed"
            if "://" in place
            else "say '--storage FILE' for another place"
        )
        raise EnvironmentProblem(message, code="storage", hint=hint) from error


@contextlib.contextmanager
def storage_faults(place: str) -> Iterator[None]:
    """Says in one line what goes wrong with the storage while a search goes on.

    Raises:
        EnvironmentProblem: Something did.
    """
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (optuna.exceptions.StorageInternalError, SQLAlchemyError, OSError) as error:
        message = f"can't read or write the study in '{shown_storage(place)}': {_reason(error)}"
        hint = "the same command goes on when that is mended"
        raise EnvironmentProblem(message, code="storage", hint=hint) from error


def _database(place: str) -> optuna.storages.BaseStorage:
    from sqlalchemy.engine import URL
    from sqlalchemy.exc import DBAPIError, IntegrityError

    url = place if "://" in place else URL.create("sqlite", database=str(Path(place).absolute())).render_as_string()
    options = {"connect_args": {"timeout": _PATIENCE}} if url.startswith("sqlite") else {"pool_pre_ping": True}
    for _ in range(_TRIES):
        try:
            return optuna.storages.RDBStorage(url, engine_kwargs=options)
        except DBAPIError as error:
            # Of two processes that begin at once both see no tables, and one is too late to make them.
            if not isinstance(error, IntegrityError) and "already exists" not in str(error.orig):
                raise
        time.sleep(_PAUSE)
    return optuna.storages.RDBStorage(url, engine_kwargs=options)


def shown_storage(place: str) -> str:
    """The storage without its password."""
    if "://" not in place:
        return place
    head, _, rest = place.partition("://")
    login, at, host = rest.rpartition("@")
    return f"{head}://{login.split(':')[0]}{':***' if ':' in login else ''}{at}{host}"


def _reason(error: Exception) -> str:
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    lines = [line for line in str(cause).splitlines() if line.strip()]
    return lines[0] if lines else type(cause).__name__


def host() -> str:
    """The name of this machine."""
    return platform.node()
