"""Which processes of a search live: each holds a lock of the system, and leaves a beat for other machines in the study."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import optuna
from filelock import FileLock, Timeout

from kerascli.search.storage import host

_PREFIX = "process "
# Seconds between two beats, and after how many without one a process of another machine is taken for dead.
BEAT, DEAD = 30.0, 300.0


class Presence:
    """This process, as others of the same study see it."""

    def __init__(self, study: optuna.Study, token: str, lock: Path) -> None:
        """Takes its name in the study and the file that it has locked."""
        self._study, self.token, self._lock = study, token, lock
        self._beaten = -BEAT

    def beat(self) -> None:
        """Says, now and then, that it lives."""
        if time.monotonic() - self._beaten >= BEAT:
            self._beaten = time.monotonic()
            facts = {"host": host(), "lock": str(self._lock), "beat": time.time()}
            self._study.set_user_attr(f"{_PREFIX}{self.token}", facts)


@contextlib.contextmanager
def present(study: optuna.Study, folder: Path) -> Iterator[Presence]:
    """Is there while the block runs."""
    token = uuid.uuid4().hex[:12]
    places = folder / ".processes"
    places.mkdir(parents=True, exist_ok=True)
    path = (places / f"{token}.lock").absolute()
    lock = FileLock(path)
    lock.acquire()
    presence = Presence(study, token, path)
    try:
        presence.beat()
        yield presence
    finally:
        path.unlink(missing_ok=True)
        lock.release()


def is_alive(token: str | None, study_attributes: Mapping[str, Any]) -> bool:
    """Whether the process of that name lives.

    Args:
        token: Its name.
        study_attributes: The study's, in which it beats.
    """
    facts = study_attributes.get(f"{_PREFIX}{token}")
    if facts is None:
        return False
    if facts["host"] != host():
        return bool(time.time() - facts["beat"] < DEAD)
    path = Path(facts["lock"])
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return True
    path.unlink(missing_ok=True)
    lock.release()
    return False
