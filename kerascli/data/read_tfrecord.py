"""TFRecord files of `tf.train.Example` → a table, its features named by the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from kerascli.data.memory import check_size
from kerascli.data.skipped import SkipLog
from kerascli.data.table import Array, Table, make_table
from kerascli.data.tfrecord_lengths import check_lengths
from kerascli.data.transforms import decoded
from kerascli.errors import DataError, Span

# Records that are parsed at once.
_BLOCK = 1024


def read_tfrecord(
    files: list[Path],
    features: Mapping[str, Any],
    compression: str | None,
    source: str,
    span: Span | None,
    skipped: SkipLog | None = None,
) -> Table:
    """Reads all records.

    Args:
        files: The files in their order.
        features: Feature to its dtype (`float32`, `int64`, `string`), or to `{shape: …, dtype: …}`.
        compression: `GZIP`, `ZLIB` or None.
        source: What messages call the files.
        span: Where the source is written.
        skipped: Counts the records that can't be parsed, which are left out; None: the first of them is an error.

    Raises:
        DataError: A file is missing or damaged, a record lacks a feature or has it in another shape.
    """
    wanted = features_of(features)
    parts: list[dict[str, Array]] = []
    row = taken = 0
    for path in files:
        for records in record_batches(path, compression, row, span):
            check_size(path.stat().st_size, str(path), span)
            parts.append(parse_sound(records, wanted, path, row, span, skipped)[0])
            # A packed file can hold any number of records.
            taken += sum(array.nbytes for array in parts[-1].values())
            check_size(taken, str(path), span)
            row += len(records)
    if not any(len(next(iter(part.values()))) for part in parts):
        raise DataError(f"'{source}' has no records", code="no-samples", span=span)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in wanted}
    return make_table(joined, source, span=span)


def features_of(features: Mapping[str, Any]) -> dict[str, Any]:
    """What `tf.io.parse_example` takes."""
    return {name: _feature(value) for name, value in features.items()}


def _feature(value: Any) -> Any:
    shape = value.get("shape", []) if isinstance(value, Mapping) else []
    dtype = value.get("dtype", "float32") if isinstance(value, Mapping) else value
    return tf.io.FixedLenFeature(shape, tf.as_dtype(dtype))


def record_batches(path: Path, compression: str | None, first: int, span: Span | None) -> Iterator[Any]:
    """The records of a file, some at a time, `(records,)` strings; their checksums are compared.

    Args:
        path: The file.
        compression: `GZIP`, `ZLIB` or None.
        first: The records before it, for messages.
        span: Where the source is written.

    Raises:
        DataError: The file is missing or damaged.
    """
    if not path.is_file():
        raise DataError(f"there is no file '{path}'", span=span, hint="check the path")
    check_lengths(path, compression or None, span)
    batches = iter(tf.data.TFRecordDataset(str(path), compression_type=compression or "").batch(_BLOCK))
    while True:
        try:
            records = next(batches, None)
        except tf.errors.OpError as error:
            message = f"'{path}' is damaged, or no TFRecord file, at or behind record {first + 1:,}"
            hint = "write it again, or set 'compression'"
            raise DataError(message, code="unreadable", span=span, hint=hint) from error
        if records is None:
            return
        first += len(records)
        yield records


def parse_sound(
    records: Any, wanted: Mapping[str, Any], path: Path, first: int, span: Span | None, skipped: SkipLog | None
) -> tuple[dict[str, Array], list[int]]:
    """The features of some records, and the places of those that are left out.

    Raises:
        DataError: A record can't be parsed, and none may be left out.
    """
    try:
        return parsed(records, wanted), []
    except tf.errors.OpError as error:
        if skipped is None:
            raise _fault(records, wanted, path, first, span) from error
    bad = [place for place, record in enumerate(records) if not _parses(record, wanted)]
    for place in bad:
        fault = _fault(records[place : place + 1], wanted, path, first + place, span)
        skipped.add(fault.diagnostics[0].message)
    return parsed(tf.gather(records, [place for place in range(len(records)) if place not in set(bad)]), wanted), bad


def _parses(record: Any, wanted: Mapping[str, Any]) -> bool:
    try:
        tf.io.parse_single_example(record, dict(wanted))
    except tf.errors.OpError:
        return False
    return True


def parsed(records: Any, wanted: Mapping[str, Any]) -> dict[str, Array]:
    """Feature to array `(records, …)`; raises what TensorFlow raises."""
    found = tf.io.parse_example(records, dict(wanted))
    arrays = {name: np.asarray(found[name]) for name in wanted}
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
