"""JSON lines on standard input → tables, as soon as some lines are there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from typing import IO

import numpy as np
import pyarrow as pa

from kerascli.data.arrow_columns import to_numpy
from kerascli.data.read_rows import parse_lines
from kerascli.data.rows import BLOCK
from kerascli.data.table import Table, make_table
from kerascli.errors import DataError

NAME = "standard input"
# Lines that come one by one are answered after a wait of so many seconds for more.
WAIT = 0.2


def read_lines(stream: IO[bytes]) -> Iterator[Table]:
    """The rows in blocks: of `BLOCK` lines, or of those that are there when no more come for a moment.

    Raises:
        DataError: A line is no JSON object; there is no line.
    """
    lines: Queue[bytes | None] = Queue(2 * BLOCK)
    threading.Thread(target=_fill, args=(stream, lines), daemon=True, name="stdin").start()
    row, line, ended = 0, 1, False
    while not ended:
        block = []
        found = lines.get()
        while found is not None:
            block.append(found)
            if len(block) == BLOCK:
                break
            try:
                found = lines.get(timeout=WAIT)
            except Empty:
                break
        ended = found is None
        content = b"".join(block)
        if content.strip():
            table = _table(content, line, row)
            row += table.samples
            yield table
        line += len(block)
    if not row:
        raise DataError(f"{NAME} has no rows", code="no-samples", hint="write one JSON object a line")


def _fill(stream: IO[bytes], lines: Queue[bytes | None]) -> None:
    # In pieces of what is there: a buffered reader would hold its lock while it waits, and Python could not end.
    read = getattr(stream, "raw", stream).read
    rest = b""
    try:
        while piece := read(1 << 16):
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                lines.put(line + b"\n")
    finally:
        if rest:
            lines.put(rest)
        lines.put(None)


def _table(content: bytes, line: int, row: int) -> Table:
    rows, numbers = parse_lines(pa.py_buffer(content), Path(NAME), None, first_line=line)
    fields = {name: to_numpy(rows.column(name), name, NAME, None) for name in rows.column_names}
    table = make_table(fields, NAME, numbers)
    return Table(table.fields, NAME, numbers, np.arange(row, row + table.samples))
