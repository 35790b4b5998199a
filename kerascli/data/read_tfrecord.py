"""TFRecord files of `tf.train.Example` → a table, its features named by the spec."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kerascli.data.memory import check_size
from kerascli.data.table import Array, Table, make_table
from kerascli.data.transforms import decoded
from kerascli.errors import DataError, Span

# Records that are parsed at once.
_BLOCK = 1024


def read_tfrecord(
    files: list[Path], features: Mapping[str, Any], compression: str | None, source: str, span: Span | None
) -> Table:
    """Reads all records.

    Args:
        files: The files in their order.
        features: Feature to its dtype (`float32`, `int64`, `string`), or to `{shape: …, dtype: …}`.
        compression: `GZIP`, `ZLIB` or None.
        source: What messages call the files.
        span: Where the source is written.

    Raises:
        DataError: A file is missing or damaged, a record lacks a feature or has it in another shape.
    """
    wanted = {name: _feature(value) for name, value in features.items()}
    parts: list[dict[str, Array]] = []
    row = 0
    for path in files:
        if not path.is_file():
            raise DataError(f"there is no file '{path}'", span=span, hint="check the path")
        check_size(path.stat().st_size, str(path), span)
        batches = iter(tf.data.TFRecordDataset(str(path), compression_type=compression or "").batch(_BLOCK))
        while True:
            try:
                records = next(batches, None)
            except tf.errors.OpError as error:
                message = f"'{path}' is damaged, or no TFRecord file, at or behind record {row + 1:,}"
                hint = "write it again, or set 'compression'"
                raise DataError(message, code="unreadable", span=span, hint=hint) from error
            if records is None:
                break
            parts.append(_parsed(records, wanted, path, row, span))
            row += len(records)
    if not row:
        raise DataError(f"'{source}' has no records", code="no-samples", span=span)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in wanted}
    return make_table(joined, source, span=span)


def _feature(value: Any) -> Any:
    shape = value.get("shape", []) if isinstance(value, Mapping) else []
    dtype = value.get("dtype", "float32") if isinstance(value, Mapping) else value
    return tf.io.FixedLenFeature(shape, tf.as_dtype(dtype))


def _parsed(records: Any, wanted: Mapping[str, Any], path: Path, first: int, span: Span | None) -> dict[str, Array]:
    try:
        found = tf.io.parse_example(records, wanted)
    except tf.errors.OpError as error:
        raise _fault(records, wanted, path, first, span) from error
    arrays = {name: np.asarray(value) for name, value in found.items()}
    return {name: decoded(array) if array.dtype.kind == "O" else array for name, array in arrays.items()}


def _fault(records: Any, wanted: Mapping[str, Any], path: Path, first: int, span: Span | None) -> DataError:
    """The first record and feature that can't be parsed."""
    for row, record in enumerate(records):
        for name, feature in wanted.items():
            try:
                tf.io.parse_single_example(record, {name: feature})
            except tf.errors.OpError:
                example = tf.train.Example()
                try:
                    example.ParseFromString(record.numpy())
                    there = ", ".join(f"'{one}'" for one in sorted(example.features.feature)) or "none"
                except Exception:  # noqa: BLE001 - what protobuf raises on other bytes
                    there = "none: it is no tf.train.Example"
                kind = f"{feature.dtype.name} of shape {list(feature.shape)}"
                message = f"record {first + row + 1:,} of '{path}' has no feature '{name}' that is {kind}"
                return DataError(message, code="unknown-field", span=span, hint=f"its features: {there}")
    return DataError(f"can't read the records of '{path}'", span=span)
