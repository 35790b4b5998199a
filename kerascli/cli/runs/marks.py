"""`kerascli runs tag` and `note`: what people say of a run."""

from __future__ import annotations

from typing import Annotated

import typer

from kerascli.cli import options
from kerascli.cli.runs.find import row_of


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command(
        "tag", epilog=options.example("kerascli runs tag mnist baseline keep", "kerascli runs tag mnist keep --remove")
    )(tag)
    app.command("note", epilog=options.example("kerascli runs note mnist 'larger batches, no gain'"))(note)


def tag(
    run: options.Run,
    tags: Annotated[list[str], typer.Argument(metavar="TAG…", help="Words; 'keep' saves a run from 'prune'.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take them away.")] = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Give a run tags."""
    from kerascli.cli.console import print_json, tell
    from kerascli.record.run_marks import tag_run

    row = row_of(run, runs)
    tag_run(row.path, tags, remove=remove)
    found = row_of(str(row.path), runs)
    if json:
        print_json({"run": found.run, "tags": list(found.tags)})
    else:
        tell(f"{found.run}: {' '.join(found.tags) or 'no tags'}")


def note(
    run: options.Run,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; '' takes it away.")],
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Give a run a note, in place of the one that it has."""
    from kerascli.cli.console import print_json, tell
    from kerascli.record.run_marks import note_run

    row = row_of(run, runs)
    marks = note_run(row.path, text)
    if json:
        print_json({"run": row.run, "note": marks.note})
    else:
        tell(f"{row.run}: {marks.note or 'no note'}")
