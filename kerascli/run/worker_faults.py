"""What TensorFlow raises in one process when another one of the training has ended, said as that."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import tensorflow as tf

from kerascli.errors import EnvironmentProblem

_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.FailedPreconditionError,
)
_WORDS = re.compile(r"collective|coordination|\bRPC\b|heartbeat|connect|peer|socket|/job:worker", re.IGNORECASE)


def lost_worker(error: BaseException) -> EnvironmentProblem | None:
    """The error that says so, or None where something else is wrong."""
    if not isinstance(error, _LOST) or not _WORDS.search(str(error)):
        return None
    message = "another worker of this training has ended, or can't be reached any more"
    hint = "look at its messages; 'kerascli resume RUN' on all workers goes on from the last checkpoint"
    return EnvironmentProblem(message, code="worker-lost", hint=hint)


@contextlib.contextmanager
def worker_faults() -> Iterator[None]:
    """Turns such errors inside the block into ours.

    Raises:
        EnvironmentProblem: A worker is lost.
    """
    try:
        yield
    except tf.errors.OpError as error:
        lost = lost_worker(error)
        if lost is None:
            raise
        raise lost from error
