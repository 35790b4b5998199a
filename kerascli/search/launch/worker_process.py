"""One worker: a process of its own group, the lines that it writes, and an end that nothing escapes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# Of prctl(2).
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_CHUNK = 65_536
# A line that never ends is cut here, in bytes.
_LONGEST = 65_536
# The variable that names the pipe into which a worker writes where its run lies.
RUN_PIPE = "KERASCLI_RUN_PIPE"


@dataclass(frozen=True)
class Written:
    """What a pipe gave.

    Attributes:
        lines: The lines that are complete by now.
        is_empty: Whether nothing has come in.
        is_over: Whether nothing ever will.
    """

    lines: list[str]
    is_empty: bool = False
    is_over: bool = False


class WorkerProcess:
    """A worker that runs, or has run.

    Attributes:
        index: Its number; 0 is the chief.
        status: As `subprocess` has it, below 0 for a signal; None while it runs.
        forced: Whether it was told to end before it did.
    """

    def __init__(self, index: int, words: Sequence[str], environment: Mapping[str, str]) -> None:
        """Starts it.

        Args:
            index: Its number.
            words: The command.
            environment: All variables of its environment.
        """
        self.index, self.forced = index, False
        self.status: int | None = None
        told, tell = os.pipe()
        parent = os.getpid()
        # In a session of its own: Ctrl-C at the terminal reaches the supervisor alone, which passes it on.
        self._process = subprocess.Popen(  # noqa: S603 - the command is our own
            list(words),
            env={**environment, RUN_PIPE: str(tell)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=(tell,),
            start_new_session=True,
            # This process has no other thread.
            preexec_fn=lambda: _die_with(parent),
        )
        os.close(tell)
        assert self._process.stdout is not None and self._process.stderr is not None
        self._files = (self._process.stdout, self._process.stderr)
        self.pipes = {"out": self._process.stdout.fileno(), "err": self._process.stderr.fileno(), "run": told}
        self._kept = dict.fromkeys(self.pipes, b"")
        for pipe in self.pipes.values():
            os.set_blocking(pipe, False)

    def read(self, stream: str) -> Written:
        """What has come in on a pipe, without waiting."""
        try:
            data = os.read(self.pipes[stream], _CHUNK)
        except BlockingIOError:
            return Written([], is_empty=True)
        *lines, rest = (self._kept[stream] + data).split(b"\n")
        if rest and (not data or len(rest) > _LONGEST):
            lines, rest = [*lines, rest], b""
        self._kept[stream] = rest
        return Written([line.decode("utf-8", "replace") for line in lines], is_empty=not data, is_over=not data)

    def has_ended(self) -> bool:
        """Whether it has; what it started itself is ended then."""
        if self.status is None:
            self.status = self._process.poll()
            if self.status is not None:
                self._signal_group(signal.SIGKILL)
        return self.status is not None

    def tell(self, number: int) -> None:
        """Sends it a signal that it may act on."""
        if self.status is None:
            self.forced = True
            self._process.send_signal(number)

    def kill(self) -> None:
        """Ends it, with all that it started."""
        if self.status is None:
            self.forced = True
            self._signal_group(signal.SIGKILL)

    def close(self) -> None:
        """Gives its pipes back."""
        for file in self._files:
            file.close()
        os.close(self.pipes["run"])

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def _die_with(parent: int) -> None:
    """In the new process: lets the system end it when the supervisor dies, however that comes."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
