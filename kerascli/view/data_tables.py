"""What `kerascli data` prints: a few tables, the widest no wider than it must be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from kerascli.data.data_report import ColumnReport, DataReport

# Classes that are listed; more are counted alone.
_CLASSES = 20
_BAR = 20


def data_tables(report: DataReport) -> Iterator[Any]:
    """The parts of the report, one after the other, for Rich's console."""
    yield Text.assemble((report.name, "bold"), f"  source {report.source}, samples {report.cache}")
    yield ""
    yield _splits(report)
    yield ""
    yield _columns(report)
    if report.counted < report.splits["train"]["samples"]:
        yield Text(f"of the first {report.counted:,} training samples", style="dim")
    for column in report.columns:
        if column.classes:
            yield ""
            yield _classes(column, list(report.splits))
    if report.samples:
        yield ""
        yield _samples(report)
    yield ""
    timing = report.timing
    rate = timing.samples / max(timing.seconds, 1e-9)
    part = "a pass over the training batches" if timing.whole else f"{timing.samples:,} training samples"
    yield Text(f"{part} took {timing.seconds:.2f} s: {rate:,.0f} samples/s, {timing.batch_size} a batch")
    for warning in report.warnings:
        yield Text.assemble(("warning: ", "bold yellow"), warning)


def _table(*columns: str, right: tuple[str, ...] = ()) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def _splits(report: DataReport) -> Table:
    table = _table("split", "samples", "share", "drawn", right=("samples", "share"))
    for name, split in report.splits.items():
        drawn = "what is left" if name == "train" else split["drawn"]
        table.add_row(name, f"{split['samples']:,}", f"{split['share']:.1%}", drawn)
    return table


def _columns(report: DataReport) -> Table:
    right = ("min", "max", "mean", "missing")
    table = _table("", "name", "reads", "shape", "dtype", *right, right=right)
    for column in report.columns:
        reads = ", ".join(column.fields)
        if column.through:
            reads += " → " + " → ".join(column.through)
        shape = "[" + ", ".join("null" if size is None else str(size) for size in column.shape) + "]"
        numbers = [_number(value) for value in (column.minimum, column.maximum, column.mean)]
        missing = f"{column.missing:,}" if column.missing else "–"
        table.add_row(column.role, column.name, reads, shape, column.dtype, *numbers, missing)
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _classes(column: ColumnReport, splits: list[str]) -> Table:
    assert column.classes is not None
    table = _table(f"class of {column.name}", *splits, "", right=tuple(splits))
    largest = max(max(counts.values()) for counts in column.classes.values()) or 1
    for name, counts in list(column.classes.items())[:_CLASSES]:
        bar = "█" * max(1 if counts.get("train") else 0, round(counts.get("train", 0) / largest * _BAR))
        table.add_row(name, *(f"{counts.get(split, 0):,}" for split in splits), Text(bar, style="blue"))
    if len(column.classes) > _CLASSES:
        table.add_row(f"… {len(column.classes) - _CLASSES} more", *("" for _ in splits), "")
    return table


def _samples(report: DataReport) -> Table:
    """A row a field, a column a sample: fields are many, samples few."""
    table = _table("sample", *(str(number + 1) for number in range(len(report.samples))))
    for name in report.samples[0]:
        table.add_row(name, *(sample.get(name, "") for sample in report.samples))
    return table
