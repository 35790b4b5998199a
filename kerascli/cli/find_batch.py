"""`kerascli find-batch`: the batch sizes of a spec by their speed, and the largest that the memory holds."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from kerascli.cli import options
from kerascli.errors import ExitCode

if TYPE_CHECKING:
    from pathlib import Path

    from kerascli.search.batch_size import BatchSearch


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli find-batch configs/mnist.yaml",
        "kerascli find-batch configs/mnist_cnn.yaml --max 512 -o batches.png",
        "kerascli find-batch configs/news.yaml --json",
    )
    app.command("find-batch", epilog=epilog)(find_batch)


def find_batch(
    spec: options.Spec,
    overrides: options.Overrides = None,
    most: Annotated[
        int | None,
        typer.Option("--max", metavar="N", min=1, help="The largest size to try.", show_default="all samples"),
    ] = None,
    output: options.Picture = None,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find a batch size: 8, 16, 32 … are timed until one does not fit. Writes nothing but the picture.

    Suggested is the smallest size that is at most 5 % slower than the fastest. A size that may take more than half of
    the free memory is tried in a process of its own.
    """
    from kerascli.cli.picture_path import check_picture_path
    from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow
    from kerascli.cli.specs import read_spec

    check_picture_path(output)
    loaded = read_spec(spec, list(overrides or []), runs, trust=trust, verbose=verbose)
    prepare_tensorflow(verbose=verbose)
    from kerascli.cli.console import output_console, print_json
    from kerascli.cli.progress import training_display

    with training_display(quiet=quiet or json) as display:
        import_tensorflow(loaded)
        from kerascli.search.batch_size import find_batch_size

        found = find_batch_size(loaded, most=most, progress=display)
    if output is not None and found.trials:
        _draw(found, output, loaded.name)
    if json:
        print_json(found.to_json())
    else:
        from kerascli.cli.find_batch_report import trials_table, verdict_lines

        if not quiet and found.trials:
            output_console().print(trials_table(found))
        words = ["kerascli", "train", str(spec), *(overrides or [])]
        more = (["--trust"] if trust else []) + ([] if runs == options.DEFAULT_RUNS else ["--runs", str(runs)])
        for line in verdict_lines(found, shlex.join(words), shlex.join(more), quiet=quiet):
            print(line)
        if output is not None and found.trials and not quiet:
            print(output)
    _end(found)


def _end(found: BatchSearch) -> None:
    if found.status is not ExitCode.OK:
        raise typer.Exit(int(found.status))
    if not found.trials:
        raise typer.Exit(int(ExitCode.ENVIRONMENT))


def _draw(found: BatchSearch, output: Path, name: str) -> None:
    from kerascli.view.batch_curve import draw_batch_curve

    assert found.verdict is not None
    draw_batch_curve(
        [trial.batch_size for trial in found.trials],
        [trial.samples_per_second for trial in found.trials],
        [trial.memory for trial in found.trials],
        output,
        marks={"enough": found.verdict.sensible, "fastest": found.verdict.fastest},
        title=name,
    )
