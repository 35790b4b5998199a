"""A plugin's function as a data source: what it returns becomes tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import tensorflow as tf

from kerascli.components import keras_object
from kerascli.data.table import Table, make_table
from kerascli.data.transforms import decoded
from kerascli.errors import DataError, Diagnostic, ExitCode, Note, Span
from kerascli.spec.component import Component
from kerascli.spec.plugins.own_line import own_line

SPLITS = ("train", "validation", "test")
# A dataset that says neither its length nor that it has no end is read up to here.
MAXIMUM_SAMPLES = 50_000_000


def call_source(component: Component) -> dict[str, Table]:
    """The tables by split, at least `train`.

    Args:
        component: The source `python`, its function one of a plugin in work.

    Raises:
        DataError: The function raises, or returns nothing that can be a table; at its name in the spec.
    """
    argument = component.argument("function")
    assert argument is not None
    name = str(argument.value)
    function = keras_object(Component("functions", name, (), component.span))
    keywords = cast("Mapping[str, Any]", component.value("arguments") or {})
    try:
        returned = function(**keywords)
    except Exception as error:  # Whatever the plugin raises is said at its name.
        message = f"'{name}' raised {type(error).__name__}: {error}".splitlines()[0]
        place = own_line(error)
        notes = (Note("raised here", place),) if place is not None else ()
        raise DataError([Diagnostic("plugin", message, argument.span, notes=notes, status=ExitCode.DATA)]) from error
    if isinstance(returned, Mapping) and "train" in returned and set(returned) <= set(SPLITS):
        return {split: _table(value, f"{name} ({split})", argument.span) for split, value in returned.items()}
    return {"train": _table(returned, name, argument.span)}


def _table(value: Any, source: str, span: Span) -> Table:
    if isinstance(value, tf.data.Dataset):
        value = _arrays(value, source, span)
    if not isinstance(value, Mapping) or not value:
        what = type(value).__name__
        hint = "return {'field': array, …}, a tf.data.Dataset of such, or {'train': …, 'test': …}"
        raise DataError(f"'{source}' returned {what}, not arrays by field", code="plugin", span=span, hint=hint)
    fields = {str(field): _array(array, str(field), source, span) for field, array in value.items()}
    return make_table(fields, source, span=span)


def _array(value: Any, field: str, source: str, span: Span) -> Any:
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        message = f"'{field}' of {source} is no array: {error}".splitlines()[0]
        raise DataError(message, code="plugin", span=span) from error
    if array.dtype.kind == "S" or (array.dtype.kind == "O" and all(isinstance(one, bytes) for one in array.flat)):
        return decoded(array.astype(object))
    return array


def _arrays(dataset: Any, source: str, span: Span) -> Mapping[str, Any]:
    """A dataset of samples (not batches), each a mapping of fields, read into memory."""
    if not isinstance(dataset.element_spec, Mapping):
        hint = "let each sample be a mapping from field to value"
        raise DataError(f"the samples of '{source}' have no names", code="plugin", span=span, hint=hint)
    if int(dataset.cardinality()) == tf.data.INFINITE_CARDINALITY:
        message = f"the dataset of '{source}' has no end"
        raise DataError(message, code="plugin", span=span, hint="cut it, with 'dataset.take(n)'")
    rows = list(dataset.take(MAXIMUM_SAMPLES).as_numpy_iterator())
    if not rows:
        raise DataError(f"the dataset of '{source}' has no samples", code="no-samples", span=span)
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}
