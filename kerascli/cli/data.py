"""`kerascli data`: what the model will get of its data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerascli.cli import options


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli data configs/mnist.yaml",
        "kerascli data configs/mnist.yaml data.validation=0.2 -o sheet.png",
        "kerascli data configs/regression.yaml --json",
    )
    app.command("data", epilog=epilog)(data)


def data(
    spec: options.SpecOrRun,
    overrides: options.Overrides = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Draws samples into a png, svg or pdf.", show_default=False
        ),
    ] = None,
    samples: Annotated[int, typer.Option("--samples", metavar="N", min=0, help="How many samples to show.")] = 3,
    json: options.Json = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show what the model will get: splits, shapes, ranges, classes, samples, warnings, and how quickly it comes."""
    from kerascli.cli.console import output_console, print_diagnostics, print_json, tell
    from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow
    from kerascli.cli.specs import spec_or_run
    from kerascli.view.figure_file import check_picture_ending

    if output is not None:
        check_picture_ending(output)
    loaded, _ = spec_or_run(spec, overrides or [], runs, trust=trust, verbose=verbose)
    from kerascli.check import require_sound
    from kerascli.errors import SpecError

    if loaded.data is None:
        raise SpecError("the spec has no section 'data'", code="missing-section", hint="add 'data:'")
    print_diagnostics(require_sound(loaded))
    prepare_tensorflow(verbose=verbose)
    import_tensorflow()
    from kerascli.cli.sample_bar import reading_bar
    from kerascli.run.inspect_data import inspect_data
    from kerascli.view.contact_sheet import draw_sheet
    from kerascli.view.data_tables import data_tables

    with reading_bar(quiet=quiet or json):
        report = inspect_data(loaded, samples)
    if output is not None:
        inputs, labels = report.pictures
        draw_sheet(inputs, labels, output, augmented=report.augmented, title=f"{report.name}, training samples")
    if json:
        print_json(report.to_json())
        return
    if not quiet:
        for part in data_tables(report):
            output_console().print(part)
    if output is not None and not quiet:
        tell(str(output))
