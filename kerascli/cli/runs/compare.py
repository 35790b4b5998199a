"""`kerascli runs compare` and `diff`: what runs differ in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerascli.cli import options
from kerascli.cli.runs.find import row_of, spec_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kerascli.record.run_list import RunRow
    from kerascli.record.spread import SeedGroup

Runs = Annotated[list[str], typer.Argument(metavar="RUN RUN…", help="The runs.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command(
        "compare",
        epilog=options.example(
            "kerascli runs compare mnist mnist_cnn",
            "kerascli runs compare mnist/2026-11-23_09-15-02 mnist -o compare.html",
            "kerascli runs compare mnist mnist_cnn --seeds",
        ),
    )(compare)
    app.command("diff", epilog=options.example("kerascli runs diff mnist/2026-11-23_09-15-02 mnist"))(diff)


def compare(
    names: Runs,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="An html page, or the curves as png, svg, pdf.", show_default=False
        ),
    ] = None,
    seeds: Annotated[
        bool, typer.Option("--seeds", help="Each run that 'train --seeds' made stands for all of its seeds.")
    ] = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Compare runs: metrics, differences of specs, versions, machine and data; '-o' overlays their curves.

    Of runs that differ in their seed alone, mean, deviation and confidence interval are shown too.
    """
    from kerascli.cli.console import output_console, print_json, tell
    from kerascli.record.compare_runs import metric_table
    from kerascli.record.directions import best_places
    from kerascli.record.spread import seed_groups

    rows = _several(names, runs, seeds=seeds)
    metrics, parts = metric_table(rows), _parts(rows)
    groups = seed_groups(rows, [spec_values(row) for row in rows])
    best = best_places(metrics, rows)
    titles = [row.run for row in rows]
    if output is not None:
        _write(output, rows, metrics, best, parts, groups)
    if json:
        spreads = [group.to_json() for group in groups]
        print_json({"runs": titles, "metrics": metrics, "seeds": spreads, "differences": parts})
        return
    from kerascli.view.run_tables import difference_table, spread_table

    console = output_console()
    console.print(difference_table(titles, metrics, best))
    if groups:
        console.print("\nover seeds:")
        console.print(spread_table(groups))
    for title, found in parts.items():
        console.print(f"\n{title}:" if found else f"\n{title}: the same")
        if found:
            console.print(difference_table(titles, found))
    if output is not None:
        tell(str(output))


def diff(
    one: options.Run,
    other: options.Run,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Print what the resolved specs of two runs differ in, key by key."""
    from kerascli.cli.console import output_console, print_json
    from kerascli.record.compare_runs import differences
    from kerascli.view.run_tables import difference_table

    rows = [row_of(one, runs), row_of(other, runs)]
    found = differences([spec_values(row) for row in rows])
    if json:
        print_json({"runs": [row.run for row in rows], "differences": found})
    elif not found:
        print("the specs are the same")
    else:
        output_console().print(difference_table([row.run for row in rows], found))


def _several(names: Sequence[str], runs: Path, *, seeds: bool) -> list[RunRow]:
    from kerascli.errors import UsageError

    rows = [row_of(name, runs) for name in names]
    if seeds:
        found = [one for row in rows for one in _all_seeds(row)]
        rows = list({row.path: row for row in found}.values())
    if len(rows) < 2:
        raise UsageError("one run has nothing to be compared with", code="compare", hint="name two runs or more")
    return rows


def _all_seeds(row: RunRow) -> list[RunRow]:
    """The runs that were trained with this one by 'train --seeds'; itself where it was trained alone."""
    from kerascli.record.run_list import list_runs

    said = row.record.get("seeds")
    if not said:
        return [row]
    first = said.get("first") or row.path.name
    others = list_runs(row.path.parent.parent, row.path.parent.name).rows
    return [one for one in others if one.path.name == first or (one.record.get("seeds") or {}).get("first") == first]


def _parts(rows: Sequence[RunRow]) -> dict[str, dict[str, list[Any]]]:
    from kerascli.record.compare_runs import differences, surroundings

    return {
        "spec": differences([spec_values(row) for row in rows]),
        "made with": differences([surroundings(row) for row in rows]),
    }


def _write(
    output: Path,
    rows: Sequence[RunRow],
    metrics: Mapping[str, Sequence[float | None]],
    best: Mapping[str, int | None],
    parts: Mapping[str, Mapping[str, Sequence[Any]]],
    groups: Sequence[SeedGroup],
) -> None:
    from kerascli.record.history import read_history

    histories = {
        row.run: read_history(row.path / "history.csv") for row in rows if (row.path / "history.csv").is_file()
    }
    if output.suffix.lower() == ".html":
        from kerascli.view.compare_page import write_page

        write_page(output, [row.run for row in rows], metrics, best, parts, histories, groups)
    else:
        from kerascli.view.compare_curves import draw_comparison

        draw_comparison(histories, output)
