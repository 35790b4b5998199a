"""How long graph calls waited for their batches, read from TensorFlow's own profile of them.

From outside, a graph call is one stretch of time; TensorFlow's profile tells when it asked the iterator for a batch and when
it had it (`IteratorGetNextOp::DoCompute`, https://www.tensorflow.org/guide/data_performance_analysis).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from kerascli.record.atomic import TEMPORARY_PREFIX

_GET_NEXT = "IteratorGetNextOp::DoCompute"
# Threads whose requests are those of the training: a pipeline may have iterators of its own, in others.
_ASKING = ("tf_data_iterator_get_next", "python")


@dataclass(frozen=True)
class Native:
    """A profile as TensorFlow wrote it.

    Attributes:
        name: The file's path below the folder that TensorBoard is given.
        content: The file.
        start: When it began, on the clock of `time.perf_counter`.
    """

    name: str
    content: bytes
    start: float


class NativeProfiler:
    """TensorFlow's profiler, begun and ended again and again."""

    def __init__(self, place: Path | None) -> None:
        """Is not running; it writes its files into a folder, and can do nothing without one."""
        self.failed = place is None
        self._place = place
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._start = 0.0

    def start(self) -> bool:
        """Begins; False where it can't, since someone else uses it."""
        # Python's calls and all devices but the host would cost time and tell nothing of the data.
        options = tf.profiler.experimental.ProfilerOptions(
            host_tracer_level=2, python_tracer_level=0, device_tracer_level=0
        )
        folder = None
        try:
            folder = tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, dir=self._place)
            tf.profiler.experimental.start(folder.name, options)
        except (tf.errors.OpError, OSError):
            if folder is not None:
                folder.cleanup()
            self.failed = True
            return False
        self._folder, self._start = folder, time.perf_counter()
        return True

    def stop(self) -> Native | None:
        """Ends; None where it left no profile."""
        folder, self._folder = self._folder, None
        if folder is None:
            return None
        with folder:
            try:
                tf.profiler.experimental.stop()
            except (tf.errors.OpError, OSError):
                self.failed = True
                return None
            path = next(Path(folder.name).rglob("*.xplane.pb"), None)
            if path is None:
                return None
            return Native(str(path.relative_to(folder.name)), path.read_bytes(), self._start)


def read_planes(native: Native) -> Any:
    """The profile as the message that it is: planes of lines of events."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    space = xplane_pb2.XSpace()
    space.ParseFromString(native.content)
    return space


def waits(native: Native, steps: Sequence[int]) -> list[float] | None:
    """The seconds that each of some graph calls waited for its batches.

    Args:
        native: A profile of these calls alone.
        steps: The batches that each call took, in their order.

    Returns:
        Their waits; None where the profile does not hold as many requests as there were batches.
    """
    found: list[tuple[int, float]] = []
    for plane in read_planes(native).planes:
        asked = {key for key, event in plane.event_metadata.items() if event.name.split("#")[0] == _GET_NEXT}
        for line in plane.lines:
            if asked and line.name.startswith(_ASKING):
                begin = line.timestamp_ns * 1000
                found += [(begin + e.offset_ps, e.duration_ps / 1e12) for e in line.events if e.metadata_id in asked]
    if len(found) != sum(steps):
        return None
    seconds = iter([seconds for _, seconds in sorted(found)])
    return [sum(next(seconds) for _ in range(count)) for count in steps]
