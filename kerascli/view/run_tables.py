"""Runs as tables for the terminal: the list, and what several differ in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kerascli.record.run_list import RunRow
from kerascli.record.spread import SeedGroup, Spread

if TYPE_CHECKING:
    from rich.table import Table

_COLORS = {"done": "green", "running": "cyan", "stopped": "yellow", "failed": "red", "died": "red"}


def run_table(
    rows: Sequence[RunRow], columns: Sequence[str] = (), value: Callable[[RunRow, str], Any] = RunRow.value
) -> Table:
    """The list: a row a run, with the columns asked for instead of the usual ones."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    names = ("status", "epochs", *columns) if columns else ("status", "epochs", "best", "test", "time", "tags")
    table.add_column("run", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right" if name in ("epochs", "time") else "left", overflow="fold")
    for row in rows:
        cells = [Text(row.status, style=_COLORS.get(row.status, ""))]
        cells += [Text(_cell(row, name, value)) for name in names[1:]]
        table.add_row(Text(row.run), *cells)
    return table


def _cell(row: RunRow, name: str, value_of: Callable[[RunRow, str], Any]) -> str:
    record = row.record
    if name == "best":
        best, monitor = record.get("best"), (record.get("monitor") or {}).get("name")
        return f"{monitor} {shown(best.get('value'))}" if best else ""
    if name == "test":
        return "  ".join(f"{log} {shown(value)}" for log, value in (record.get("test") or {}).items())
    if name == "time":
        return duration(record.get("seconds"))
    if name == "tags":
        return " ".join(row.tags)
    value = value_of(row, name)
    return "" if value is None else shown(value)


def facts_table(row: RunRow) -> Table:
    """What one run is."""
    from rich.table import Table
    from rich.text import Text

    record = row.record
    data, model = record.get("data") or {}, record.get("model") or {}
    samples = ", ".join(f"{count:,} {name}" for name, count in (data.get("samples") or {}).items())
    versions = record.get("versions") or {}
    reason = f": {record['reason']}" if record.get("reason") else ""
    best = record.get("best")
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, value in (
        ("run", str(row.path)),
        ("status", row.status + reason),
        ("started", f"{record.get('started')}, {duration(record.get('seconds'))}"),
        ("command", " ".join(record.get("command") or ())),
        ("data", f"{data.get('source')}: {samples}" if data else ""),
        ("model", f"{model.get('parameters', 0):,} parameters" if model else ""),
        ("epochs", f"{record.get('epochs')}, {record.get('steps'):,} steps" if record.get("steps") else "none"),
        ("best", f"epoch {best['epoch']}, {_cell(row, 'best', RunRow.value)}" if best else ""),
        ("logs", "  ".join(f"{log} {shown(found)}" for log, found in row.metrics.items())),
        ("resumed", "; ".join(f"{one['at']} (it was {one['was']})" for one in record.get("resumed") or ())),
        ("made with", ", ".join(f"{name} {versions[name]}" for name in ("keras", "tensorflow") if name in versions)),
        ("tags", " ".join(row.tags)),
        ("note", row.marks.note or ""),
    ):
        if value:
            table.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
    return table


def difference_table(
    runs: Sequence[str], rows: Mapping[str, Sequence[Any]], best: Mapping[str, int | None] | None = None
) -> Table:
    """What each run has, a row a value; the best of a row stands out."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("")
    for run in runs:
        table.add_column(run, overflow="fold")
    for name, values in rows.items():
        place = (best or {}).get(name)
        cells = [Text(shown(value), style="bold green" if index == place else "") for index, value in enumerate(values)]
        table.add_row(Text(name, overflow="fold"), *cells)
    return table


def shown(value: Any) -> str:
    """A value in a few characters; `-` for none."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.3e}"
    if isinstance(value, list | tuple):
        return ", ".join(shown(one) for one in value) or "[]"
    return str(value)


def duration(seconds: Any) -> str:
    """`0.4 s`, `12 min 5 s`, `3 h 20 min`."""
    if not isinstance(seconds, int | float):
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def spread_table(groups: Sequence[SeedGroup]) -> Table:
    """Each metric over the seeds of each group: mean, deviation, and the 95 % interval of the mean."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("")
    for group in groups:
        table.add_column(Text(group.name), overflow="fold")
    for name in dict.fromkeys(name for group in groups for name in group.metrics):
        cells = [Text(spread_text(group.metrics[name]) if name in group.metrics else "-") for group in groups]
        table.add_row(Text(name, overflow="fold"), *cells)
    return table


def spread_text(spread: Spread) -> str:
    """`0.9712 ± 0.0013 (95 %: 0.9696 to 0.9728, 5 runs)`."""
    if spread.count == 1:
        return f"{shown(spread.mean)} (1 run)"
    low, high = spread.interval
    return (
        f"{shown(spread.mean)} ± {shown(spread.deviation)} (95 %: {shown(low)} to {shown(high)}, {spread.count} runs)"
    )
