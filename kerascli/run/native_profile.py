"""How long graph calls waited and computed, read from TensorFlow's own profile of them.

From outside, a graph call is one stretch of time; TensorFlow's profile tells when it asked the iterator for a batch and when
it had it (`IteratorGetNextOp::DoCompute`, https://www.tensorflow.org/guide/data_performance_analysis), and when its
operations computed.
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
# Threads that compute what a graph call asks for; pipelines have others.
_COMPUTING = ("tf_Compute", "python")
# Operations that call others.
_CALLING = frozenset({"While", "StatelessWhile", "If", "PartitionedCall", "StatefulPartitionedCall", "IteratorGetNext"})


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


@dataclass(frozen=True)
class Seen:
    """What a profile tells of the graph calls in it.

    Attributes:
        waits: The seconds that each call waited for its batches; None where the profile does not hold as many requests
            as there were batches.
        computing: The seconds in which any operation computed.
    """

    waits: list[float] | None
    computing: float


def look_into(native: Native, steps: Sequence[int]) -> Seen:
    """Reads a profile.

    Args:
        native: A profile of some graph calls.
        steps: The batches that each call asked for, in their order.
    """
    asked: list[tuple[int, int]] = []
    operations: list[tuple[int, int]] = []
    for plane in read_planes(native).planes:
        names = {key: event.name.split("#")[0] for key, event in plane.event_metadata.items()}
        requests = {key for key, name in names.items() if name == _GET_NEXT}
        computing = {key for key, name in names.items() if _computes(name)}
        for line in plane.lines:
            begin = line.timestamp_ns * 1000
            for keys, found, threads in ((requests, asked, _ASKING), (computing, operations, _COMPUTING)):
                if line.name.startswith(threads):
                    times = ((begin + one.offset_ps, one.duration_ps) for one in line.events if one.metadata_id in keys)
                    found.extend(times)
    waits = None
    if len(asked) == sum(steps):
        seconds = iter([duration / 1e12 for _, duration in sorted(asked)])
        waits = [sum(next(seconds) for _ in range(count)) for count in steps]
    return Seen(waits, _covered(operations) / 1e12)


def _computes(event: str) -> bool:
    """Whether an event is an operation at work: `model/dense/MatMul:MatMul`; not one that only calls or waits for others."""
    name, _, operation = event.rpartition(":")
    return bool(name) and not name.endswith(":") and " " not in event and operation not in _CALLING


def _covered(stretches: list[tuple[int, int]]) -> int:
    """The length of all stretches (start, length), where several lie over each other once."""
    covered = end = 0
    for start, length in sorted(stretches):
        covered += max(0, start + length - max(start, end))
        end = max(end, start + length)
    return covered
