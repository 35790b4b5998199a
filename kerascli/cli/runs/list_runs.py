"""`kerascli runs list`, `show`, `best`, `path`: finding runs, and reading one."""

from __future__ import annotations

from typing import Annotated

import typer

from kerascli.cli import options
from kerascli.cli.runs.find import row_of, rows_below, value_of

Filter = Annotated[
    str | None,
    typer.Argument(metavar="[FILTER]", help="Such as 'val_accuracy > 0.97 and status == done'.", show_default=False),
]
Name = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="Runs of this name alone.", show_default=False)
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="LOG", help="The log that decides; else the runs' own monitor.", show_default=False),
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command(
        "list",
        epilog=options.example(
            "kerascli runs list",
            "kerascli runs list 'val_accuracy > 0.97 and status == done' --sort -val_accuracy",
            'kerascli runs list "baseline in tags" --columns val_loss,spec.compile.optimizer.learning_rate',
        ),
    )(list_)
    app.command("show", epilog=options.example("kerascli runs show mnist", "kerascli runs show latest --json"))(show)
    app.command(
        "best",
        epilog=options.example("kerascli runs best mnist", "kerascli evaluate $(kerascli runs best --path mnist)"),
    )(best)
    app.command("path", epilog=options.example("cd $(kerascli runs path mnist)"))(path)


def list_(
    wanted: Filter = None,
    name: Name = None,
    sort: Annotated[
        str, typer.Option("--sort", metavar="KEYS", help="'-val_accuracy,started'; '-' turns a key round.")
    ] = "started",
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns", metavar="NAMES", help="Values to show, instead of the usual ones.", show_default=False
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help="So many at most.", show_default=False)
    ] = None,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """List runs, the newest last; filters and sort keys are metrics, keys of run.json, or values below 'spec.'."""
    from kerascli.cli.console import output_console, print_json, tell
    from kerascli.record.run_filter import check_names, filter_runs, sort_runs

    rows = list(rows_below(runs, name))
    if wanted is not None:
        rows = filter_runs(rows, wanted, value_of)
    rows = sort_runs(rows, sort, value_of)
    names = [one.strip() for one in (columns or "").split(",") if one.strip()]
    check_names(rows, names, value_of)
    shown = rows if limit is None else rows[:limit] if sort != "started" else rows[-limit:]
    if json:
        print_json([{**row.to_json(), **{one: value_of(row, one) for one in names}} for row in shown])
        return
    from kerascli.view.run_tables import run_table

    if not shown:
        tell("no runs" if wanted is None else f"no run has {wanted}")
        return
    output_console().print(run_table(shown, names, value_of))
    if len(shown) < len(rows):
        print(f"{len(shown)} of {len(rows):,} runs")


def show(run: options.Run, runs: options.Runs = options.DEFAULT_RUNS, json: options.Json = False) -> None:
    """Show what a run is and how it went."""
    from kerascli.cli.console import output_console, print_json

    row = row_of(run, runs)
    if json:
        print_json(row.to_json())
        return
    from kerascli.view.run_tables import facts_table

    output_console().print(facts_table(row))


def best(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The runs' name.", show_default=False)] = None,
    by: By = None,
    only_path: Annotated[bool, typer.Option("--path", help="Print the run's folder alone.")] = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Print the best run: by the log that the runs monitor, or by another one."""
    from kerascli.cli.console import output_console, print_json
    from kerascli.record.best_runs import best_runs

    row = best_runs(rows_below(runs, name), by)[0]
    if json:
        print_json(row.to_json())
    elif only_path:
        print(row.path)
    else:
        from kerascli.view.run_tables import run_table

        output_console().print(run_table([row], () if by is None else (by,), value_of))


def path(run: options.Run, runs: options.Runs = options.DEFAULT_RUNS, json: options.Json = False) -> None:
    """Print the folder of a run."""
    from kerascli.cli.console import print_json

    row = row_of(run, runs)
    if json:
        print_json({"run": row.run, "path": str(row.path)})
    else:
        print(row.path)
