"""Searches as tables for the terminal: the space, the trials, the settings of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kerascli.view.run_tables import shown

if TYPE_CHECKING:
    from rich.table import Table

    from kerascli.spec.tune_spec import Dimension

_COLORS = {"done": "", "running": "cyan", "pruned": "yellow", "failed": "red", "left": "yellow"}


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """Each path by as many of its last words as tell it from the others."""
    found = {}
    for path in paths:
        parts = path.split(".")
        for count in range(1, len(parts) + 1):
            name = ".".join(parts[-count:])
            if sum(other == name or other.endswith(f".{name}") for other in paths) == 1:
                break
        found[path] = name
    return found


def space_table(space: Sequence[Dimension]) -> Table:
    """What is searched: a row a path."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("path", "kind", "values"):
        table.add_column(name, overflow="fold")
    for one in space:
        table.add_row(Text(one.path), Text(one.kind), Text(_values(one)))
    return table


def _values(one: Dimension) -> str:
    if one.kind == "choice":
        return ", ".join(value_text(value) for value in one.to_json()["choice"])
    step = f" in steps of {one.step:g}" if one.step is not None else ""
    return f"{one.bounds[0]:g} to {one.bounds[1]:g}{step}"


def settings_table(settings: Sequence[Mapping[str, Any]]) -> Table:
    """Settings, a row each."""
    from rich.table import Table
    from rich.text import Text

    paths = list(settings[0]) if settings else []
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in short_names(paths).values():
        table.add_column(Text(name), overflow="fold")
    for one in settings:
        table.add_row(*(Text(value_text(one[path])) for path in paths))
    return table


def trial_table(rows: Sequence[Any], metric: str, epochs: int, best: int | None, *, runs: bool = False) -> Table:
    """Trials, a row each; the best stands out.

    Args:
        rows: Each with `number`, `state`, `values`, `value`, `epochs`, `run` and `reason`.
        metric: What they are judged by.
        epochs: The epochs of one that is not pruned.
        best: The number of the best.
        runs: Whether each one's run is shown.
    """
    from rich.table import Table
    from rich.text import Text

    paths = list(dict.fromkeys(path for row in rows for path in row.values))
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("trial", justify="right")
    for name in short_names(paths).values():
        table.add_column(Text(name), overflow="fold")
    table.add_column(Text(metric), justify="right")
    table.add_column("epochs", justify="right")
    table.add_column("state", overflow="fold")
    if runs:
        table.add_column("run", overflow="fold")
    for row in rows:
        cells = [Text(value_text(row.values[path]) if path in row.values else "") for path in paths]
        state = f"{row.state}: {row.reason}" if row.reason and row.state == "failed" else row.state
        mark = " ★ best" if row.number == best else ""
        more = [Text("/".join(str(row.run).split("/")[-2:]) if row.run else "")] if runs else []
        table.add_row(
            Text(str(row.number)),
            *cells,
            Text("" if row.value is None else shown(row.value)),
            Text(f"{row.epochs}/{epochs}"),
            Text(state + mark, style="green" if mark else _COLORS[row.state]),
            *more,
            style="bold" if mark else "",
        )
    return table


def value_text(value: Any) -> str:
    """A value in a few characters: numbers with four digits, components as a spec writes them."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {value_text(one)}" for key, one in value.items()) + "}"
    return f"[{', '.join(value_text(one) for one in value)}]" if isinstance(value, list | tuple) else str(value)


def sweep_table(settings: Sequence[Any], metrics: Sequence[str], best: Mapping[str, int]) -> Table:
    """Settings, a row each, with means and intervals over their seeds; the best mean of each metric stands out.

    Args:
        settings: Each with `values`, `runs`, `metrics` and `failed`.
        metrics: The metrics to show.
        best: Metric to the place of the best setting.
    """
    from rich.table import Table
    from rich.text import Text

    paths = list(dict.fromkeys(path for one in settings for path in one.values))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in short_names(paths).values():
        table.add_column(Text(name), overflow="fold")
    table.add_column("runs", justify="right")
    for name in metrics:
        table.add_column(Text(name), overflow="fold")
    for place, one in enumerate(settings):
        cells = [Text(value_text(one.values[path])) for path in paths]
        count = str(len(one.runs)) + (f" ({len(one.failed)} failed)" if one.failed else "")
        found = [
            Text(
                interval_text(one.metrics[name]) if name in one.metrics else "-",
                style="bold green" if best.get(name) == place else "",
            )
            for name in metrics
        ]
        table.add_row(*cells, Text(count), *found)
    return table


def interval_text(spread: Any) -> str:
    """`0.9712 ± 0.0013 (95 %: 0.9696 to 0.9728)`; of one run its value."""
    if spread.count == 1:
        return shown(spread.mean)
    low, high = spread.interval
    return f"{shown(spread.mean)} ± {shown(spread.deviation)} (95 %: {shown(low)} to {shown(high)})"
