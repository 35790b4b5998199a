"""Steps that tell a timeline how long they took, and how much of it they waited for data."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras

from kerascli.data.indexed_batches import IndexedBatches
from kerascli.run.native_profile import Native, NativeProfiler, look_into
from kerascli.run.timeline import Event, Timeline, current

# A profile of graph calls ends after so much time, or so many steps.
_WINDOW_SECONDS, _WINDOW_STEPS = 0.25, 200
# Profiles are so far apart that beginning, ending and reading them takes no more than about this share of the time.
_COST = 0.05


@dataclass
class Calls:
    """The graph calls of one kind.

    Attributes:
        steps: Their steps.
        calls: How many there were.
        seconds: Their time.
        sampled: The time of those that were profiled.
        waited: How much of that they waited for data.
    """

    steps: int = 0
    calls: int = 0
    seconds: float = 0.0
    sampled: float = 0.0
    waited: float = 0.0


@dataclass
class StepTimes:
    """All graph calls of a timeline, some of them profiled.

    Attributes:
        kinds: The calls by part and by whether they are the first of a pass over the data, which wait for its pipeline
            to fill.
        profiler: TensorFlow's profiler.
        native: TensorFlow's profile of the first calls after those that trace.
        busy: The seconds of the profiled calls, without waiting and without those that trace.
        computing: The seconds of these in which an operation computed.
    """

    profiler: NativeProfiler
    kinds: dict[tuple[str, bool], Calls] = field(default_factory=dict)
    native: Native | None = None
    busy: float = 0.0
    computing: float = 0.0
    _window: list[tuple[tuple[str, bool], Event, int]] = field(default_factory=list)
    _window_steps: int = 0
    _opened: float | None = None
    _closed: float = 0.0
    _cost: float = 0.0
    _cost_of_step: float = 0.0

    def waited(self, name: str) -> float | None:
        """The seconds that the calls of a part waited for data, those not profiled like the others; None: not known."""
        own = [calls for (part, _), calls in self.kinds.items() if part == name]
        sampled = sum(calls.sampled for calls in own)
        if not own or not sampled:
            return None
        usual = sum(calls.waited for calls in own) / sampled
        return sum(calls.seconds * (calls.waited / calls.sampled if calls.sampled else usual) for calls in own)

    def begin(self, name: str, count: int) -> None:
        """Opens a window of profiled calls where it is time for one: before the first ones of a part at once."""
        if self._opened is not None or self.profiler.failed:
            return
        now = time.perf_counter()
        # A call of many steps costs more than the last window did.
        due = self._closed + max(self._cost, self._cost_of_step * count) / _COST
        if (now >= due or not any(part == name for part, _ in self.kinds)) and self.profiler.start():
            self._opened = time.perf_counter()

    def told(self, kind: tuple[str, bool], event: Event, count: int, asked: int, seconds: float) -> bool:
        """Takes up a call; returns whether the window has seen enough."""
        calls = self.kinds.setdefault(kind, Calls())
        calls.steps, calls.calls, calls.seconds = calls.steps + count, calls.calls + 1, calls.seconds + seconds
        if self._opened is None:
            return False
        self._window.append((kind, event, asked))
        self._window_steps += count
        open_for, steps = time.perf_counter() - self._opened, self._window_steps
        return open_for >= _WINDOW_SECONDS or steps >= _WINDOW_STEPS or kind[0] == "tracing"

    def close(self) -> None:
        """Ends the window and reads what its calls waited."""
        if self._opened is None:
            return
        began = time.perf_counter()
        native, window, steps = self.profiler.stop(), self._window, self._window_steps
        self._opened, self._window, self._window_steps = None, [], 0
        if native is not None and window:
            self._take(native, window)
        self._closed = time.perf_counter()
        self._cost = self._closed - began
        self._cost_of_step = self._cost / max(1, steps)

    def _take(self, native: Native, window: Sequence[tuple[tuple[str, bool], Event, int]]) -> None:
        """Takes up what a window saw."""
        seen = look_into(native, [asked for _, _, asked in window])
        if seen.waits is None:
            return
        busy = 0.0
        for (kind, event, _), wait in zip(window, seen.waits, strict=True):
            calls, seconds = self.kinds[kind], event.facts["seconds"]
            event.facts["waited"] = waited = min(wait, seconds)
            calls.sampled, calls.waited, busy = calls.sampled + seconds, calls.waited + waited, busy + seconds - waited
        if all(kind[0] != "tracing" for kind, _, _ in window):
            self.native = self.native or native
            self.computing, self.busy = self.computing + seen.computing, self.busy + busy


def timed_steps(steps: Callable[[Any, int], dict[str, Any]], name: str) -> Callable[[Any, int], dict[str, Any]]:
    """The steps, told to the timeline as a part; the very same where nothing is recorded."""
    timeline = current()
    if timeline is None:
        return steps
    timeline.steps = timeline.steps or StepTimes(NativeProfiler(timeline.folder))
    return _TimedSteps(timeline, steps, name)


class _TimedSteps:
    """Steps with a clock around each graph call."""

    def __init__(self, timeline: Timeline, steps: Callable[[Any, int], dict[str, Any]], name: str) -> None:
        self.timeline, self.steps, self.name = timeline, steps, name
        self.times: StepTimes = timeline.steps
        self._traced = False
        self._pass: Callable[[], Any] = lambda: None

    def __call__(self, iterator: Any, count: int) -> dict[str, Any]:
        """One graph call."""
        name = self.name if self._traced else "tracing"
        fresh = iterator is not self._pass()
        self._traced, self._pass = True, weakref.ref(iterator)
        self.times.begin(name, count)
        with self.timeline.part(name, self.name if name == "tracing" else "", steps=count) as event:
            began = time.perf_counter()
            # As numbers, since a graph call on a device may go on behind its return.
            logs = {key: keras.ops.convert_to_numpy(value) for key, value in self.steps(iterator, count).items()}
            event.facts["seconds"] = seconds = time.perf_counter() - began
        # Batches that are gathered in the graph are not waited for.
        asked = 0 if isinstance(iterator, IndexedBatches) else count
        if self.times.told((name, fresh), event, count, asked, seconds):
            with self.timeline.part("profiling"):
                self.times.close()
        return logs
