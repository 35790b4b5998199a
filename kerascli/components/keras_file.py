"""Opens `.keras` files: looked through as data first, then by Keras in safe mode, which may make no more than they hold."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras

from kerascli.components.weights_file import weights_in
from kerascli.errors import EnvironmentProblem, KerascliError
from kerascli.record.archive_members import unsafe
from kerascli.record.keras_archive import read_archive
from kerascli.spec.keras_config.safety import config_fault

# A model has its weights, and an optimizer up to three numbers for each of them; metrics have some of their own.
_PER_WEIGHT, _BESIDE = 4, 4_000_000


def open_model(path: Path, *, trust: bool = False, compiled: bool = False) -> Any:
    """The model in a `.keras` file.

    Args:
        path: The file.
        trust: Whether it may name classes and functions that run code.
        compiled: Whether the optimizer, the losses and the metrics are wanted.

    Raises:
        UsageError: There is no such file, or it is of another kind.
        EnvironmentProblem: It is damaged, or has what no saved model has: classes that run code, links, more than it
            holds, weights that are not finite.
    """
    archive = read_archive(path)
    if not trust:
        reason = config_fault(archive.config, lambda name: keras.saving.get_registered_object(name) is not None)
        if reason is not None:
            raise unsafe(path, f"it {reason}")
    with _as_problems(path), _bounded_variables(path, _weights(path)):
        model = keras.saving.load_model(path, compile=compiled, safe_mode=not trust)
    _check_finite(model, path)
    return model


def load_weights(model: Any, path: Path) -> None:
    """Gives a model the weights of a `.keras` file, which must fit it.

    Raises:
        UsageError: There is no such file.
        EnvironmentProblem: The file is damaged, or of another model, or its weights are not finite.
    """
    with _as_problems(path):
        weights_in(path)
        model.load_weights(path)
    _check_finite(model, path)


def _weights(path: Path) -> int:
    with _as_problems(path):
        return weights_in(path)


@contextmanager
def _as_problems(path: Path) -> Iterator[None]:
    """Says whatever Keras and its libraries raise on a damaged archive as what it is."""
    try:
        yield
    except KerascliError:
        raise
    except Exception as error:  # Keras, h5py and zipfile raise many kinds on bytes that are not what they claim.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise EnvironmentProblem(f"can't load '{path}': {reason[:500]}", code="model-file") from error


@contextmanager
def _bounded_variables(path: Path, weights: int) -> Iterator[None]:
    """Refuses a config that claims more weights than the file holds, before there is memory for them.

    Keras makes every variable of a model, at random, before it reads the weights.
    """
    left = _BESIDE + _PER_WEIGHT * weights
    create, here = keras.Variable.__init__, threading.get_ident()

    def bounded(self: Any, initializer: Any, shape: Any = None, *arguments: Any, **keywords: Any) -> None:
        nonlocal left
        if threading.get_ident() == here:
            left -= math.prod(shape) if shape is not None else int(getattr(initializer, "size", 1) or 1)
            if left < 0:
                raise unsafe(path, f"its config claims more weights than the {weights:,} that it holds")
        create(self, initializer, shape, *arguments, **keywords)

    keras.Variable.__init__ = bounded
    try:
        yield
    finally:
        keras.Variable.__init__ = create


def _check_finite(model: Any, path: Path) -> None:
    for variable in model.weights:
        if keras.backend.is_float_dtype(variable.dtype) and not bool(keras.ops.all(keras.ops.isfinite(variable.value))):
            name = str(variable.path).removeprefix(f"{model.name}/")
            message = f"the weight '{name}' in '{path}' is not finite"
            raise EnvironmentProblem(message, code="model-file", hint="take another copy, or train again")
