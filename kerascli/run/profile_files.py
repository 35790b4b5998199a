"""The files of a profile: `profile.json`, a trace of its parts, and TensorFlow's own profile of a few steps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kerascli.errors import Diagnostic
from kerascli.record.atomic import write_bytes, write_json, write_text
from kerascli.record.run_folder import RunFolder
from kerascli.run.native_profile import Native, read_planes
from kerascli.run.profile import Profile, make_profile
from kerascli.run.progress import Progress
from kerascli.run.ready import Ready
from kerascli.run.timeline import Timeline, current

# Of TensorFlow's own events the longest are put beside ours.
_MOST_NATIVE = 10_000


def profile_into(folder: RunFolder) -> None:
    """From here on, the timeline, if there is one, may write into a run's folder."""
    timeline = current()
    if timeline is not None:
        timeline.folder = folder.path


def write_profile(folder: RunFolder, ready: Ready, progress: Progress) -> Profile | None:
    """Writes what the current timeline tells into the run's folder; None, and nothing is written, without one.

    A disk that refuses it warns: a profile never ends a run.
    """
    timeline = current()
    if timeline is None:
        return None
    if timeline.steps is not None:
        timeline.steps.close()
    profile = make_profile(timeline, ready)
    try:
        _write(folder, timeline, profile)
    except OSError as error:
        message = f"can't write 'profile': {error.strerror or error}"
        progress.warned(Diagnostic("log", message, severity="warning"))
    return profile


def _write(folder: RunFolder, timeline: Timeline, profile: Profile) -> None:
    place = folder.profile
    place.mkdir(exist_ok=True)
    write_json(place / "profile.json", profile.to_json())
    native: Native | None = timeline.steps.native if timeline.steps is not None else None
    events = [*own_events(timeline), *([] if native is None else native_events(native, timeline.began))]
    trace = {"traceEvents": events, "displayTimeUnit": "ms"}
    write_text(place / "trace.json", json.dumps(trace, ensure_ascii=False, separators=(",", ":")))
    if native is not None:
        path = place / "tensorflow" / native.name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, native.content)


def own_events(timeline: Timeline) -> Iterator[dict[str, Any]]:
    """Our parts as complete events of the Trace Event Format, times in microseconds.

    The format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
    """
    yield {"ph": "M", "pid": 1, "name": "process_name", "args": {"name": "kerascli"}}
    for event in timeline.events:
        name = f"{event.name}: {event.detail}" if event.detail else event.name
        yield {
            "ph": "X",
            "pid": 1,
            "tid": 1,
            "cat": event.name,
            "name": name,
            "ts": 1e6 * event.start,
            "dur": 1e6 * event.seconds,
            "args": event.facts,
        }


def native_events(native: Native, began: float) -> Iterator[dict[str, Any]]:
    """The longest of TensorFlow's events, on the clock of our own.

    Args:
        native: TensorFlow's profile, whose times count from its own start.
        began: When our time began, on the clock of `time.perf_counter`.
    """
    found: list[tuple[int, int, int, str, float]] = []
    for pid, plane in enumerate(read_planes(native).planes, 2):
        if not plane.name.startswith("/host"):
            continue
        yield {"ph": "M", "pid": pid, "name": "process_name", "args": {"name": f"TensorFlow {plane.name}"}}
        names = {key: event.name.split("#")[0] for key, event in plane.event_metadata.items()}
        for tid, line in enumerate(plane.lines, 1):
            yield {"ph": "M", "pid": pid, "tid": tid, "name": "thread_name", "args": {"name": line.name}}
            start = 1e6 * (native.start - began) + line.timestamp_ns / 1e3
            for event in line.events:
                ts = start + event.offset_ps / 1e6
                found.append((event.duration_ps, pid, tid, names[event.metadata_id], ts))
    found.sort(reverse=True)
    for duration, pid, tid, name, ts in found[:_MOST_NATIVE]:
        yield {"ph": "X", "pid": pid, "tid": tid, "cat": "tensorflow", "name": name, "ts": ts, "dur": duration / 1e6}
