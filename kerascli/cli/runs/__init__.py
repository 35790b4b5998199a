"""`kerascli runs`: what lies below `runs/`: found, compared, marked, tidied; without TensorFlow."""

from __future__ import annotations

import typer

from kerascli.cli.runs import compare, list_runs, marks, remove


def register(app: typer.Typer) -> None:
    """Adds the commands below `runs`."""
    group = typer.Typer(
        help="List, compare, tag and tidy runs, without TensorFlow.", no_args_is_help=True, rich_markup_mode=None
    )
    for part in (list_runs, compare, marks, remove):
        part.register(group)
    app.add_typer(group, name="runs")
