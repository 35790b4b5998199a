"""`history.csv`: one row an epoch, columns fixed by the first row, complete after every epoch."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from kerascli.record.atomic import write_text
from kerascli.record.regular_file import read_regular


def format_history(rows: Sequence[Mapping[str, float]]) -> str:
    """The rows as CSV: `epoch` (from 1) first, the logs in the order in which they first came up.

    A log that an epoch lacks (validation that is not run each epoch) is an empty cell.
    """
    columns = ["epoch"]
    for row in rows:
        columns += [name for name in row if name not in columns]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        # `repr` of a float reads back as the same number.
        writer.writerow([number, *("" if name not in row else repr(float(row[name])) for name in columns[1:])])
    return out.getvalue()


def write_history(path: Path, rows: Sequence[Mapping[str, float]]) -> None:
    """Writes the whole table anew, so that no crash can leave half a row.

    Raises:
        OSError: It can't be written.
    """
    write_text(path, format_history(rows))


def read_history(path: Path) -> dict[str, list[float]]:
    """The columns of a history; an empty cell is NaN, and `epoch` is left out.

    Raises:
        OSError: It can't be read.
    """
    rows = list(csv.DictReader(io.StringIO(read_regular(path).decode("utf-8"), newline="")))
    names = [name for name in (rows[0] if rows else {}) if name != "epoch"]
    return {name: [float(row[name]) if row[name] else float("nan") for row in rows] for name in names}
