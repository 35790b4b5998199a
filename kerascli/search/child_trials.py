"""Trials in a process of their own, which the system may end for want of memory without ending this one."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from kerascli.errors import KerascliError
from kerascli.run.preflight import prepare_training
from kerascli.run.session import keras_session
from kerascli.search.batch_trial import TooLarge, Trial, Trials
from kerascli.spec.spec import Spec

# Seconds between two looks at whether to end.
_LOOK = 0.2
_ENDED = "the system ended the process that tried it"
_NOT_BEGUN = "a process of its own, to try it in, ended before it began"


class ChildTrials:
    """A process that makes its own model and reads its own data, once, and is then asked for trials."""

    def __init__(self, spec: Spec) -> None:
        """Starts the process.

        Raises:
            KerascliError: The spec can't be handed to another process: it holds a plugin's objects.
        """
        try:
            pickle.dumps(spec)
        except Exception as error:  # Whatever pickling says of whatever a plugin holds.
            message = "what plugins hold can't be tried in a process of its own"
            raise KerascliError(message, code="memory") from error
        # A copy of this process would hold TensorFlow's threads in the middle of their work.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(spec, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._begun = False

    def run(self, batch_size: int, ends: Callable[[], bool]) -> Trial | None:
        """One trial.

        Args:
            batch_size: The size.
            ends: Whether to give up.

        Returns:
            The trial; None where it was given up.

        Raises:
            TooLarge: The memory does not suffice.
        """
        try:
            self._connection.send(batch_size)
            # It first says that it has its model and its data.
            for _ in range(1 if self._begun else 2):
                while not self._connection.poll(_LOOK):
                    if ends():
                        return None
                answer = self._connection.recv()
                self._begun = True
        except (EOFError, OSError):
            raise TooLarge(_ENDED if self._begun else _NOT_BEGUN) from None
        if isinstance(answer, str):
            raise TooLarge(answer)
        assert isinstance(answer, Trial)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the process, whatever it does."""
        self._connection.close()
        self._process.kill()
        self._process.join()


def _serve(spec: Spec, connection: Connection[Any, Any]) -> None:
    """What the process does: answers each size with a trial, or with why it is too large."""
    # Ctrl-C reaches both; the other one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    spec.plugins.import_again()
    with keras_session(spec):
        trials = Trials(prepare_training(spec))
        connection.send(None)
        while True:
            try:
                size = connection.recv()
            except EOFError:
                return
            try:
                connection.send(trials.run(size))
            except TooLarge as error:
                connection.send(str(error))
