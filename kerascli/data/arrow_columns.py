"""A column of an Arrow table → a NumPy array, with missing cells as NaN or ''."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kerascli.errors import DataError, Span

if TYPE_CHECKING:
    from kerascli.data.table import Array


def to_numpy(column: pa.ChunkedArray, name: str, source: str, span: Span | None) -> Array:
    """The array of a column, `(rows,)`, or with further axes for lists of one length.

    Integers with gaps become float64 with NaN, missing text becomes ''.

    Raises:
        DataError: The type is no number, text or list of these; lists differ in length; a truth value or a list is
            missing.
    """
    if pa.types.is_string(column.type):
        # A joined chunk of plain strings holds 2 GiB at most.
        column = column.cast(pa.large_string())
    array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    return _convert(array, name, source, span)


def _convert(array: pa.Array, name: str, source: str, span: Span | None) -> Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _convert(array.dictionary_decode(), name, source, span)
    if pa.types.is_null(kind):
        return np.full(len(array), np.nan)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return _text(array.cast(pa.large_string()))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _lists(array, name, source, span)
    if pa.types.is_timestamp(kind):
        return _days(array)
    if pa.types.is_decimal(kind):
        array = array.cast(pa.float64())
    elif pa.types.is_boolean(kind):
        _refuse_gaps(array, name, source, span)
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        hint = "write it as numbers or text"
        raise DataError(f"the column '{name}' of {source} holds {kind}, not numbers or text", span=span, hint=hint)
    if array.null_count and pa.types.is_integer(array.type):
        array = array.cast(pa.float64(), safe=False)
    values: Array = array.to_numpy(zero_copy_only=False)
    # Arrow lends its own read-only memory where it can.
    return values if values.flags.writeable else values.copy()


def _days(array: pa.Array) -> Array:
    """Times as days since 1970, missing ones as NaN."""
    micros = array.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    days: Array = micros.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False) / 86_400e6
    return days


def _text(array: pa.Array) -> Array:
    # Equal texts share one object, so that a column of few words takes eight bytes a row.
    codes = array.fill_null("").dictionary_encode()
    words: Array = np.array([*codes.dictionary.to_pylist(), ""], dtype=object)
    found: Array = words[codes.indices.to_numpy(zero_copy_only=False)]
    return found


def _lists(array: Any, name: str, source: str, span: Span | None) -> Array:
    _refuse_gaps(array, name, source, span)
    lengths = pc.list_value_length(array).to_numpy(zero_copy_only=False)
    size = int(lengths[0]) if len(lengths) else 0
    if (lengths != size).any():
        return _ragged(array, lengths, name, source, span)
    values = _convert(array.flatten(), name, source, span)
    return values.reshape(len(array), size, *values.shape[1:])


def _ragged(array: Any, lengths: Array, name: str, source: str, span: Span | None) -> Array:
    """Lists of different lengths: an array for each row, which `pad` brings to one length."""
    values = _convert(array.flatten(), name, source, span)
    if values.dtype.kind == "O":
        row = int(np.argmax(lengths != lengths[0]))
        message = f"the lists of '{name}' in {source} differ in length: row 1 has {lengths[0]}, row {row + 1} has {lengths[row]}"
        raise DataError(message, span=span, hint="write lists of numbers, or lists of one length")
    found = np.empty(len(array), object)
    found[:] = np.split(values, np.cumsum(lengths)[:-1])
    return found


def _refuse_gaps(array: Any, name: str, source: str, span: Span | None) -> None:
    if array.null_count:
        row = int(np.argmax(array.is_null().to_numpy(zero_copy_only=False)))
        what = "truth value" if pa.types.is_boolean(array.type) else "list"
        message = f"a {what} of '{name}' is missing in row {row + 1} of {source}"
        raise DataError(message, span=span, hint="complete or remove such rows")
