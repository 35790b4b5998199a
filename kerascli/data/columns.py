"""Fields of a table → one array: taken, checked to be complete, brought to the shape and dtype that the model takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerascli.data.table import Array, Table, is_text
from kerascli.errors import DataError, Span, did_you_mean, nearest


@dataclass(frozen=True)
class Expected:
    """What the model wants of an input, or has as an output.

    Attributes:
        shape: The shape of one sample; None axes are free.
        dtype: The dtype's name, or None for any.
    """

    shape: tuple[int | None, ...]
    dtype: str | None = None


def take_fields(table: Table, fields: tuple[str, ...], stacked: bool, span: Span | None) -> Array:
    """The field, or the fields stacked on a new last axis, `(samples, ...)`.

    Raises:
        DataError: The table has no rows, lacks a field (code `unknown-field`), or the fields can't be stacked.
    """
    missing = [name for name in fields if name not in table.fields]
    if missing:
        names = ", ".join(f"'{name}'" for name in missing)
        word = "field" if len(missing) == 1 else "fields"
        message = f"{table.source} has no {word} {names}"
        raise DataError(message, code="unknown-field", span=span, hint=_field_hint(missing[0], table, span))
    if table.samples == 0:
        raise DataError(f"{table.source} has no samples", code="no-samples", span=span, hint="give it at least one row")
    arrays = [table.fields[name] for name in fields]
    if not stacked:
        return arrays[0]
    for name, array in zip(fields, arrays, strict=True):
        if is_text(array):
            hint = "give it an input of its own, with a transform such as StringLookup"
            raise DataError(f"the field '{name}' is text and can't be stacked", span=span, hint=hint)
        if array.shape != arrays[0].shape:
            message = f"'{name}' and '{fields[0]}' have different shapes and can't be stacked"
            raise DataError(message, span=span, hint="give each an input of its own")
    return np.stack(arrays, axis=-1)


def _field_hint(name: str, table: Table, span: Span | None) -> str | None:
    """The nearest field; else which there are, to be written in the spec, or renamed in a file that no spec names."""
    near = nearest(name, table.fields)
    if near is not None or span is not None:
        return did_you_mean(name, table.fields)
    shown = ", ".join(f"'{field}'" for field in list(table.fields)[:8])
    return f"rename the one that holds it; there are {shown}" if len(table.fields) > 1 else f"rename {shown} to it"


def check_finite(table: Table, array: Array, name: str, span: Span | None, *, can_fill: bool = False) -> None:
    """Refuses missing and infinite numbers: they are counted, and the first is named.

    Args:
        table: The rows.
        array: Their numbers `(samples, ...)`.
        name: The field.
        span: Where the spec reads it.
        can_fill: Whether the spec could say what takes their place.

    Raises:
        DataError: There are any (code `missing-value`).
    """
    if array.dtype.kind == "f":
        hint = "complete or remove such rows"
        hint += ", or write 'missing: mean' beside the field" if can_fill else ""
        _refuse_rows(table, ~np.isfinite(array), "a missing or infinite value", name, span, hint)


def check_labels_present(table: Table, labels: Array, name: str, span: Span | None) -> None:
    """Refuses empty texts among labels, which readers leave where a cell is missing.

    Raises:
        DataError: There are any (code `missing-value`).
    """
    if is_text(labels):
        _refuse_rows(table, labels == "", "no label", name, span)


def refuse_empty(table: Table, texts: Array, name: str, span: Span | None) -> None:
    """Refuses empty texts in an input, which readers leave where a cell is missing.

    Raises:
        DataError: There are any (code `missing-value`).
    """
    hint = "complete or remove such rows, or write 'missing: {value: unknown}' beside the field"
    _refuse_rows(table, texts == "", "no text", name, span, hint)


class MissingValues(DataError):
    """Rows with missing values.

    Attributes:
        name: The fields, as messages call them.
        what: What the rows have instead.
        span: Where the spec reads the fields.
        hint: What to do.
    """

    def __init__(self, count: int, first: str, what: str, name: str, span: Span | None, hint: str) -> None:
        """Takes the number of rows and the place of the first."""
        word = "row has" if count == 1 else "rows have"
        message = f"{count:,} {word} {what} in '{name}', the first is {first}"
        super().__init__(message, code="missing-value", span=span, hint=hint)
        self.name, self.what, self.span, self.hint = name, what, span, hint


def _refuse_rows(
    table: Table, bad: Array, what: str, name: str, span: Span | None, hint: str = "complete or remove such rows"
) -> None:
    rows = bad.reshape(len(bad), -1).any(axis=1)
    if rows.any():
        raise MissingValues(int(rows.sum()), table.place(int(np.argmax(rows))), what, name, span, hint)


def recount(
    error: MissingValues, blocks: Iterable[Table], fields: tuple[str, ...], *, filled: bool = False
) -> MissingValues:
    """The same fault, counted over all rows instead of the block in which it was found.

    Args:
        error: The fault.
        blocks: All rows.
        fields: The fields that have it.
        filled: Whether missing values are filled, so that infinite ones alone are at fault.
    """
    count, first = 0, ""
    for table in blocks:
        rows = table.targets or table
        arrays = [table.fields.get(name, rows.fields[name]) for name in fields]
        bad = np.zeros(table.samples, bool)
        for array in arrays:
            gaps = array == "" if is_text(array) else bad[:, np.newaxis]
            if array.dtype.kind == "f":
                gaps = np.isinf(array) if filled else ~np.isfinite(array)
            bad |= gaps.reshape(table.samples, -1).any(axis=1)
        if bad.any():
            first = first or table.place(int(np.argmax(bad)))
            count += int(bad.sum())
    return MissingValues(count, first, error.what, error.name, error.span, error.hint) if count else error


def single(array: Array) -> Array:
    """Real numbers as float32, the precision that models work in; what is too large for it becomes infinite."""
    if array.dtype.kind != "f":
        return array
    with np.errstate(over="ignore"):
        return array.astype(np.float32, copy=False)


def widen(array: Array, expected: Expected | None) -> Array:
    """A column of numbers `(samples,)` gets a last axis of 1, unless the model takes one number a sample."""
    if array.ndim == 1 and not is_text(array) and (expected is None or len(expected.shape) > 0):
        return array[:, np.newaxis]
    return array


def cast(array: Array, expected: Expected | None, table: Table, name: str, span: Span | None) -> Array:
    """The array in the dtype that the model takes: the written one, or float32 and int32 where none is.

    Raises:
        DataError: A number would be changed: a fraction for an input of integers, or one out of range (code `dtype`).
    """
    if is_text(array):
        return array
    if expected is not None and expected.dtype is not None:
        dtype = _numpy_dtype(expected.dtype)
    else:
        dtype = np.dtype(np.int32 if array.dtype.kind in "biu" else np.float32)
    if dtype.kind in "iu" and not np.can_cast(array.dtype, dtype):
        _check_integers(array, dtype, table, name, span)
    return array.astype(dtype, copy=False)


def _numpy_dtype(name: str) -> Any:
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(np.str_ if name == "string" else name)


def _check_integers(array: Array, dtype: Any, table: Table, name: str, span: Span | None) -> None:
    bounds = np.iinfo(dtype)
    if array.dtype.kind in "iu":
        # Python's integers compare exactly, where NumPy would turn mixed signs into floats.
        if int(array.min()) >= bounds.min and int(array.max()) <= bounds.max:
            return
        own = np.iinfo(array.dtype)
        bad = (array < max(bounds.min, own.min)) | (array > min(bounds.max, own.max))
        hint = "give the model's input a wider dtype, such as int64"
    else:
        bad = (array != np.rint(array)) | (array < bounds.min) | (array > bounds.max)
        hint = "give the model's input 'dtype: float32'"
    if bad.any():
        place = np.unravel_index(int(np.argmax(bad)), bad.shape)
        message = f"'{name}' takes {dtype.name}, which can't hold {array[place]} at {table.place(int(place[0]))}"
        raise DataError(message, code="dtype", span=span, hint=hint)


def check_shape(array: Array, expected: Expected | None, name: str, span: Span | None) -> None:
    """Compares the shape of one sample with what the model takes.

    Raises:
        DataError: They differ (code `shape`).
    """
    if expected is None:
        return
    shape = array.shape[1:]
    fits = len(shape) == len(expected.shape) and all(
        want is None or want == have for want, have in zip(expected.shape, shape, strict=True)
    )
    if not fits:
        want = "[" + ", ".join("null" if size is None else str(size) for size in expected.shape) + "]"
        have = "[" + ", ".join(str(size) for size in shape) + "]"
        message = f"'{name}' has samples of shape {have}, the model takes {want}"
        hint = f"write '{name}: {have}' below 'model.inputs', or add a transform such as Reshape"
        raise DataError(message, code="shape", span=span, hint=hint)
