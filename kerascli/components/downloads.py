"""Whether an application may fetch its published weights: never while a model is only looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_ALLOWED: ContextVar[bool] = ContextVar("downloads", default=True)


@contextlib.contextmanager
def no_downloads() -> Iterator[None]:
    """Applications start from random weights while the block runs, whatever the spec says."""
    token = _ALLOWED.set(False)
    try:
        yield
    finally:
        _ALLOWED.reset(token)


def downloads_allowed() -> bool:
    """Whether `weights` of an application holds."""
    return _ALLOWED.get()
