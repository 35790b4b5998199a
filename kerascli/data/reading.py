"""The source of a spec, read: when it is asked for, or before, in a thread beside the import of TensorFlow."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module

from kerascli.data.skipped import SkipLog
from kerascli.data.sources import SourceData, read_source
from kerascli.data.storage import cache_budget
from kerascli.data.told import Listener, listening, tell
from kerascli.spec.component import Component
from kerascli.spec.data_spec import DataSpec
from kerascli.spec.spec import Spec

# The sources that need neither TensorFlow nor Keras nor code of the user's, with what reading them imports: a thread
# that imports beside another one could wait for it in a circle.
_MODULES = {
    "mnist": ("zipfile",),
    "npz": ("kerascli.data.read_arrays", "zipfile"),
    "npy": ("kerascli.data.read_arrays",),
    "csv": ("kerascli.data.read_csv", "kerascli.data.chunk_csv"),
    "parquet": ("kerascli.data.read_rows", "kerascli.data.chunk_parquet"),
    "jsonl": ("kerascli.data.read_rows", "kerascli.data.chunk_jsonl"),
}
# How often who waits for a thread tells how far it is, in seconds.
_BEAT = 0.1


@dataclass(frozen=True)
class Reading:
    """What was read.

    Attributes:
        source: The rows.
        skipped: What was left out of them.
        budget: The bytes of samples that are kept in memory where the spec leaves that open.
    """

    source: SourceData
    skipped: SkipLog
    budget: int


def read_data(spec: Spec, budget: int | None = None) -> Reading:
    """Reads the source of a spec, or takes what was read ahead.

    Args:
        spec: The spec.
        budget: What was decided when the run began; left out: it begins now.

    Raises:
        DataError: The data is wrong.
    """
    assert spec.data is not None
    ahead = _ahead.get()
    _ahead.set(None)
    if ahead is not None and budget is None and ahead.key == _key(spec.data, spec.seed):
        return ahead.wait()
    return _read(spec.data, spec.seed, cache_budget() if budget is None else budget)


def read_ahead(spec: Spec) -> None:
    """Begins to read in a thread, where that can be done without TensorFlow; `read_data` takes it, with its faults."""
    if spec.data is not None and spec.data.source.name in _MODULES:
        for module in _MODULES[spec.data.source.name]:
            import_module(module)
        _ahead.set(_Ahead(spec.data, spec.seed))


def _read(data: DataSpec, seed: int, budget: int) -> Reading:
    # Sources are read whole where their samples are kept, and where sequences are cut out of them.
    whole = data.cache == "memory" or data.window is not None
    small = None if whole else budget if data.cache == "auto" else 0
    skipped = SkipLog()
    leave_out = skipped if data.on_error == "skip" else None
    return Reading(read_source(data.source, seed, budget=small, skipped=leave_out), skipped, budget)


def _key(data: DataSpec, seed: int) -> tuple[Component, int, str, bool, str]:
    """What a reading depends on."""
    return data.source, seed, data.cache, data.window is not None, data.on_error


class _Ahead:
    """A reading in a thread."""

    def __init__(self, data: DataSpec, seed: int) -> None:
        self.key = _key(data, seed)
        self._found: Reading | BaseException | None = None
        self._told: tuple[str, int, int] | None = None
        # No daemon: a command that ends for another reason waits, since native code must not be torn down in its midst.
        self._thread = threading.Thread(target=self._run, args=(data, seed))
        self._thread.start()

    def _run(self, data: DataSpec, seed: int) -> None:
        def hear(what: str, done: int, total: int) -> None:
            self._told = (what, done, total)

        listener: Listener = hear
        try:
            with listening(listener):
                self._found = _read(data, seed, cache_budget())
        except BaseException as error:  # noqa: BLE001 - it is raised where the data is asked for
            self._found = error

    def wait(self) -> Reading:
        """What was read.

        Raises:
            DataError: The data is wrong; or whatever else reading it raised.
        """
        while self._thread.is_alive():
            self._thread.join(_BEAT)
            if self._told is not None:
                tell(*self._told)
        if isinstance(self._found, BaseException):
            raise self._found
        assert self._found is not None
        return self._found


_ahead: ContextVar[_Ahead | None] = ContextVar("ahead", default=None)
