"""`Timeline`: which part of a training took how long; nothing at all unless someone records."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# The parts, by the stage of the run that they belong to; the order is that of the table.
STAGES = {
    "start-up": ("spec", "import", "data", "building", "run folder", "tracing"),
    "training": ("input", "steps", "validation", "callbacks", "checkpoints", "logs", "loop"),
    "end": ("model file", "test", "plots"),
    "profile": ("profiling", "other"),
}
# A trace has no more events than a viewer shows with ease; the sums go on.
MOST_EVENTS = 50_000


@dataclass
class Event:
    """One stretch of time.

    Attributes:
        name: The part.
        detail: What of it: a callback's class, say.
        start: From the beginning of the recording, in seconds.
        seconds: How long it took, with what lies inside it.
        inner: The seconds of the events inside it.
        facts: What else is known of it.
    """

    name: str
    detail: str
    start: float
    seconds: float = 0.0
    inner: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class Sum:
    """All events of one part.

    Attributes:
        seconds: Their time without that of the events inside them.
        calls: How many there were; one inside another of its own part does not count.
    """

    seconds: float = 0.0
    calls: int = 0


class Timeline:
    """What is recorded in one thread: the sums of all parts, and the first events."""

    def __init__(self) -> None:
        """Begins now."""
        self.began = time.perf_counter()
        self.sums: dict[tuple[str, str], Sum] = {}
        self.events: list[Event] = []
        # What the graph calls of the steps told; see `timed_steps`.
        self.steps: Any = None
        # Where TensorFlow may write its profiles until they are read.
        self.folder: Path | None = None
        self._open: list[Event] = []
        self._thread = threading.get_ident()

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return time.perf_counter() - self.began

    @contextlib.contextmanager
    def part(self, name: str, detail: str = "", **facts: Any) -> Iterator[Event]:
        """The time of the block belongs to a part, but for that of parts inside it."""
        event = Event(name, detail, self.now, facts=facts)
        if threading.get_ident() != self._thread:
            # Callbacks that say `async_safe` run beside the training, and take none of its time.
            yield event
            return
        self._open.append(event)
        if len(self.events) < MOST_EVENTS:
            self.events.append(event)
        try:
            yield event
        finally:
            self._open.pop()
            event.seconds = self.now - event.start
            total = self.sums.setdefault((name, detail), Sum())
            total.seconds += event.seconds - event.inner
            outer = self._open[-1] if self._open else None
            if outer is not None:
                outer.inner += event.seconds
            total.calls += outer is None or outer.name != name


_current: ContextVar[Timeline | None] = ContextVar("timeline", default=None)
# What `part` gives while nobody records: it remembers nothing.
NOTHING: AbstractContextManager[None] = contextlib.nullcontext()


def current() -> Timeline | None:
    """The timeline that is recorded, or None."""
    return _current.get()


def part(name: str, detail: str = "") -> AbstractContextManager[Any]:
    """The time of the block belongs to a part of the timeline; without one, it is the same `NOTHING` for all."""
    timeline = _current.get()
    return NOTHING if timeline is None else timeline.part(name, detail)


def timed(name: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """`part` for all of a function."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def call(*arguments: P.args, **keywords: P.kwargs) -> T:
            with part(name):
                return function(*arguments, **keywords)

        return call

    return decorate


@contextlib.contextmanager
def recording() -> Iterator[Timeline]:
    """Records what happens in the block, in the timeline of a block around it if there is one."""
    outer = _current.get()
    if outer is not None:
        yield outer
        return
    timeline = Timeline()
    token = _current.set(timeline)
    try:
        yield timeline
    finally:
        _current.reset(token)
