"""`kerascli reproduce`: a run is trained again as it was, and compared with what it left."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from kerascli.cli import options
from kerascli.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli reproduce mnist",
        "kerascli reproduce mnist/2026-11-23_09-15-02 --tolerance 0.001 --json",
    )
    app.command("reproduce", epilog=epilog)(reproduce)


def reproduce(
    run: options.Run,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance", min=0, max=1, help="How much a metric may differ, as a part of itself, and still be close."
        ),
    ] = 0.01,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Train a run again as it was (same spec, data, threads, oneDNN setting) and compare metrics and weights.

    The new run is kept beside the old one. Exit status 0: the same bit for bit, or close; 4: different.
    """
    from kerascli.cli.console import output_console, print_json
    from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow
    from kerascli.cli.specs import warn_of_environment
    from kerascli.record.run_folder import find_run
    from kerascli.record.run_record import read_record

    folder = find_run(run, runs)
    warn_of_environment(folder)
    _set_onednn((read_record(folder.record).get("machine") or {}).get("onednn"))
    prepare_tensorflow(verbose=verbose)
    from kerascli.cli.progress import training_display

    with training_display(quiet=quiet or json) as display:
        import_tensorflow()
        from kerascli.run.reproduce import reproduce as reproduce_run

        found = reproduce_run(
            folder.path, runs=runs, tolerance=tolerance, progress=display, command=sys.argv, trust=trust
        )
    if json:
        print_json(found.to_json())
    else:
        from kerascli.view.reproduction import reproduction_table, verdict_lines

        console = output_console()
        if not quiet:
            console.print()
            console.print(reproduction_table(found))
        for line in verdict_lines(found):
            print(line)
    if found.verdict == "different":
        raise typer.Exit(int(ExitCode.TRAINING))


def _set_onednn(setting: object) -> None:
    """TensorFlow reads it when it is imported."""
    if setting == "default":
        os.environ.pop("TF_ENABLE_ONEDNN_OPTS", None)
    elif isinstance(setting, str):
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = setting
