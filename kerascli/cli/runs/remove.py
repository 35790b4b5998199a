"""`kerascli runs rm` and `prune`: fewer runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kerascli.cli import options
from kerascli.cli.runs.find import row_of, rows_below
from kerascli.cli.runs.list_runs import By

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerascli.record.run_list import RunRow

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("rm", epilog=options.example("kerascli runs rm mnist/2026-11-23_09-15-02"))(rm)
    app.command(
        "prune",
        epilog=options.example(
            "kerascli runs prune mnist --keep-best 3 --dry-run", "kerascli runs prune --keep-best 5 --by val_loss --yes"
        ),
    )(prune)


def rm(
    names: Annotated[list[str], typer.Argument(metavar="RUN…", help="The runs.", show_default=False)],
    yes: Yes = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Remove runs; never one that a process writes."""
    rows = list({row.path: row for row in (row_of(name, runs) for name in names)}.values())
    _remove(rows, yes=yes, json=json)


def prune(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="The runs' name; else each name by itself.", show_default=False),
    ] = None,
    keep_best: Annotated[int, typer.Option("--keep-best", metavar="N", min=1, help="So many of each name stay.")] = 3,
    by: By = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
    yes: Yes = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Remove all but the best runs of a name; never one that runs, or that is tagged 'keep'."""
    from kerascli.cli.console import print_json, tell
    from kerascli.record.best_runs import best_runs
    from kerascli.record.remove_runs import prunable

    rows = rows_below(runs, name)
    going: list[RunRow] = []
    for one in sorted({row.path.parent.name for row in rows}):
        own = [row for row in rows if row.path.parent.name == one]
        if any(row.metrics for row in own):
            going += prunable(own, best_runs(own, by)[:keep_best])
    if dry_run:
        if json:
            print_json({"would_remove": [row.run for row in going]})
        else:
            tell("\n".join(row.run for row in going) or "nothing to remove")
        return
    _remove(going, yes=yes, json=json)


def _remove(rows: Sequence[RunRow], *, yes: bool, json: bool) -> None:
    """Asks, where somebody can answer, and removes.

    Raises:
        UsageError: Nobody can answer, and nobody said `--yes`.
    """
    from kerascli.cli.console import print_json, tell
    from kerascli.errors import UsageError
    from kerascli.record.remove_runs import remove_run

    if rows and not yes:
        if not sys.stdin.isatty():
            raise UsageError(
                f"this would remove {len(rows)} runs", code="ask", hint="say '--yes', or '--dry-run' to see which"
            )
        tell("\n".join(row.run for row in rows))
        typer.confirm(f"remove {len(rows)} runs?", abort=True)
    for row in rows:
        remove_run(row.path)
    if json:
        print_json({"removed": [row.run for row in rows]})
    else:
        tell("\n".join(f"removed {row.run}" for row in rows) or "nothing to remove")
