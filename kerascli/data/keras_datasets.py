"""The datasets of `keras.datasets` → tables; Keras downloads each once, and files that are there are used."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerascli.data.table import Array, Table, make_table
from kerascli.errors import DataError, Span

_FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
_CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# Dataset to the names of what it gives.
_FIELDS: Mapping[str, tuple[str, str]] = {
    "fashion_mnist": ("image", "label"),
    "cifar10": ("image", "label"),
    "cifar100": ("image", "label"),
    "imdb": ("sequence", "label"),
    "reuters": ("sequence", "label"),
    "california_housing": ("features", "price"),
}
CLASS_NAMES: Mapping[str, tuple[str, ...]] = {"fashion_mnist": _FASHION, "cifar10": _CIFAR10}


def read_keras_dataset(name: str, arguments: Mapping[str, Any], span: Span) -> tuple[Table, Table]:
    """The training and the test split as Keras gives them; sequences of words are arrays of different lengths.

    Args:
        name: The dataset.
        arguments: Those of its `load_data`.
        span: Where the spec names it.

    Raises:
        DataError: It is not there and can't be downloaded, or a file of it is damaged.
    """
    import keras

    module = getattr(keras.datasets, name)
    try:
        # Keras says what it downloads; standard output is for results.
        with contextlib.redirect_stdout(sys.stderr):
            splits = module.load_data(**arguments)
    except Exception as error:  # Keras and the readers of its files raise many kinds.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        message = f"can't get '{name}' from Keras: {reason}"
        hint = (
            "connect this machine once, or copy the files from another one's '~/.keras/datasets'; remove damaged ones"
        )
        raise DataError(message, code="download", span=span, hint=hint) from error
    train, test = (_table(name, x, y, split, span) for (x, y), split in zip(splits, ("", " (test)"), strict=True))
    return train, test


def _table(name: str, x: Any, y: Any, split: str, span: Span) -> Table:
    inputs, target = _FIELDS[name]
    labels = np.asarray(y)
    return make_table({inputs: _array(x), target: labels.reshape(len(labels))}, f"{name}{split}", span=span)


def _array(x: Any) -> Array:
    if len(x) and isinstance(x[0], list | np.ndarray) and np.ndim(x[0]) == 1 and np.asarray(x, object).ndim == 1:
        found = np.empty(len(x), object)
        found[:] = [np.asarray(one, np.int32) for one in x]
        return found
    return np.asarray(x)
