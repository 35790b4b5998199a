"""TFRecord files that are larger than memory shall hold → `ChunkedRows`, every record checked in one pass."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf

from kerascli.data.line_chunks import RANGE, LineRange, Stamp, read_range, stamp
from kerascli.data.read_tfrecord import features_of, parse_sound, parsed, record_batches
from kerascli.data.rows import Chunk, ChunkedRows, chunked_rows
from kerascli.data.skipped import SkipLog
from kerascli.data.table import Table, make_table
from kerascli.data.tfrecord_lengths import HEAD, TAIL
from kerascli.data.told import tell
from kerascli.errors import Span


def chunk_tfrecord(
    files: list[Path],
    features: Mapping[str, Any],
    source: str,
    span: Span | None,
    *,
    skipped: SkipLog | None = None,
    size: int = RANGE,
) -> ChunkedRows:
    """The records of some files in parts.

    Args:
        files: The files in their order, not packed.
        features: As in `read_tfrecord`.
        source: What messages call the source.
        span: Where it is written.
        skipped: Counts the records that can't be parsed, which are left out; None: the first of them is an error.
        size: The bytes of a part.

    Raises:
        DataError: A file is missing or damaged, a record lacks a feature or has it in another shape.
    """
    wanted = features_of(features)
    chunks = [
        Chunk(samples, partial(_read, file, where, gone, wanted, source, span), where.stop - where.start)
        for file, where, gone, samples in _parts(files, wanted, span, skipped, size)
    ]
    return chunked_rows(chunks, source, span, "write records into it")


def _parts(
    files: list[Path], wanted: Mapping[str, Any], span: Span | None, skipped: SkipLog | None, size: int
) -> Iterator[tuple[Stamp, LineRange, frozenset[int], int]]:
    """Files, bytes, the places of records that are left out, and the number of those that stay."""
    row = 0
    for path in files:
        start = stop = kept = count = 0
        gone: set[int] = set()
        file: Stamp | None = None
        for records in record_batches(path, None, row, span):
            file = file or stamp(path)
            _, bad = parse_sound(records, wanted, path, row, span, skipped)
            gone |= {count + place for place in bad}
            row, count, kept = row + len(records), count + len(records), kept + len(records) - len(bad)
            lengths = tf.strings.length(records).numpy()
            stop += int(lengths.sum()) + len(lengths) * (HEAD + TAIL)
            tell("bytes", stop, file.size)
            if stop - start >= size:
                yield file, LineRange(start, stop, 0), frozenset(gone), kept
                start, gone, count, kept = stop, set(), 0, 0
        if count and file is not None:
            yield file, LineRange(start, stop, 0), frozenset(gone), kept


def _read(
    file: Stamp,
    where: LineRange,
    gone: Collection[int],
    wanted: Mapping[str, Any],
    source: str,
    span: Span | None,
    fields: Collection[str] | None,
) -> Table:
    """The records of one part; their checksums were compared when it was found."""
    content = read_range(file, where, span)
    records, at, place = [], 0, 0
    while at < len(content):
        end = at + HEAD + int.from_bytes(content[at : at + 8], "little")
        if place not in gone:
            records.append(content[at + HEAD : end])
        at, place = end + TAIL, place + 1
    some = {name: feature for name, feature in wanted.items() if fields is None or name in fields}
    some = some or dict(list(wanted.items())[:1])
    return make_table(parsed(tf.constant(records, tf.string), some), source, span=span)
