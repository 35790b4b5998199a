"""Keeps TensorFlow's native messages off the terminal: they bypass Python, and no log level silences them."""

from __future__ import annotations

import faulthandler
import io
import os
import sys
import warnings
from typing import Any, TextIO


def prepare_tensorflow(*, verbose: bool, deterministic: bool = False) -> None:
    """Sets what TensorFlow and Keras read when they are imported; to be called before that.

    Args:
        verbose: Leaves their messages where they are.
        deterministic: Asks for repeatable hashing in child processes of this one; kernels are chosen by the run.

    TensorFlow 2.21 writes to file descriptor 2 whatever `TF_CPP_MIN_LOG_LEVEL` says. So descriptor 2 is pointed
    at nothing, and Python's `sys.stderr` keeps the terminal through a copy of it.
    """
    del deterministic
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if verbose or warnings.showwarning is _show_warning:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.showwarning = _show_warning
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)
    _redirect()


def _redirect() -> None:
    try:
        terminal = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
    except OSError:  # Standard error is closed: there is nothing to keep clean.
        return
    stream = io.open(terminal, "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115, UP020
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = stream
    # A crash in native code would now end without a word.
    faulthandler.enable(stream)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """A Python warning as one line in our form."""
    del category, filename, lineno, file, line
    first: Any = str(message).strip().split("\n")[0]
    print(f"warning: {first}", file=sys.stderr)
