"""Keeps TensorFlow's native messages off the terminal: they bypass Python, and no log level silences them."""

from __future__ import annotations

import faulthandler
import gc
import io
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from kerascli.spec.spec import Spec


def prepare_tensorflow(*, verbose: bool, deterministic: bool = False) -> None:
    """Sets what TensorFlow and Keras read when they are imported; to be called before that.

    Args:
        verbose: Leaves their messages where they are.
        deterministic: Asks for repeatable hashing in child processes of this one; kernels are chosen by the run.

    TensorFlow 2.21 writes to file descriptor 2 whatever `TF_CPP_MIN_LOG_LEVEL` says. So descriptor 2 is pointed
    at nothing, and Python's `sys.stderr` keeps the terminal through a copy of it.
    """
    del deterministic
    # Models are full of cycles, which the collector alone frees; a command begins without it.
    gc.enable()
    os.environ["KERAS_BACKEND"] = "tensorflow"
    if verbose or warnings.showwarning is _show_warning:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.showwarning = _show_warning
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)
    _redirect()


def import_tensorflow(reading: Spec | None = None) -> None:
    """Imports TensorFlow and Keras, a seventh faster than an `import` does.

    They make some million objects that stay for good: Python's collector would look at them again and again while they
    come, and at each later collection; it is kept off, and leaves them out from then on.

    Args:
        reading: A spec whose data is read in the meantime, where that can be done.
    """
    if "keras" in sys.modules:
        return
    if reading is not None:
        from kerascli.data.reading import read_ahead

        read_ahead(reading)
    gc.disable()
    try:
        import keras  # noqa: F401
    finally:
        gc.freeze()
        gc.enable()


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
