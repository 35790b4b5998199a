"""`kerascli resume`: a run that was killed, stopped, or is to have more epochs, goes on."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from kerascli.cli import options


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli resume mnist",
        "kerascli resume mnist --until-epoch 200",
        "kerascli resume mnist/2026-11-23_09-15-02 checkpoints.keep=5",
    )
    app.command("resume", epilog=epilog)(resume)


def resume(
    run: options.Run,
    overrides: options.Overrides = None,
    until_epoch: Annotated[
        int | None,
        typer.Option(
            "--until-epoch", metavar="N", min=1, help="Train until this epoch of the run.", show_default=False
        ),
    ] = None,
    max_time: options.MaxTime = None,
    worker: options.Worker = None,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Go on with a run from its newest checkpoint, as if it had never ended."""
    from kerascli.cli.console import print_json, tell
    from kerascli.cli.durations import seconds_of
    from kerascli.cli.quiet import prepare_tensorflow
    from kerascli.cli.specs import warn_of_environment
    from kerascli.cli.workers import is_chief_of_run
    from kerascli.record.run_folder import find_run

    limit = None if max_time is None else seconds_of(max_time, "--max-time")
    folder = find_run(run, runs)
    warn_of_environment(folder)
    chief = is_chief_of_run(worker)
    quiet, json = quiet or not chief, json and chief
    prepare_tensorflow(verbose=verbose)
    from kerascli.cli.progress import training_display

    with training_display(quiet=quiet or json) as display:
        from kerascli.run.resume import resume as resume_run

        result = resume_run(
            folder.path,
            overrides or [],
            until_epoch=until_epoch,
            runs=runs,
            progress=display,
            command=sys.argv,
            trust=trust,
            max_seconds=limit,
            worker=worker,
        )
    if json:
        print_json(result.to_json())
    elif result.model is None and not quiet:
        tell(f"complete: the run '{run}' has had its {result.epochs} epochs; say '--until-epoch N' for more")
