"""What Keras's callbacks hold in a process, given back where a training is broken off."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

import keras

from kerascli.run.tensorboard import WRITE_ERRORS


def release_callbacks(callbacks: Iterable[Any], *, validating: bool) -> None:
    """Ends those that give back at the end of a training what they took at its start; all others are not told of one.

    A TensorBoard callback that writes by batch makes its writer TensorFlow's default for the whole process, and between
    its batches all writers silent: what the process writes afterwards would be lost, or land in this run. A CSVLogger
    keeps its file open.

    Args:
        callbacks: All of them, told that the training began.
        validating: Whether they were told that a validation began, too.
    """
    for callback in callbacks:
        with contextlib.suppress(*WRITE_ERRORS):
            if validating and isinstance(callback, keras.callbacks.TensorBoard):
                callback.on_test_end({})
            if isinstance(callback, (keras.callbacks.TensorBoard, keras.callbacks.CSVLogger)):
                callback.on_train_end({})
