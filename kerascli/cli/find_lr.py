"""`kerascli find-lr`: which learning rates the model of a spec learns with, and the one to begin with."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerascli.cli import options
from kerascli.errors import ExitCode

if TYPE_CHECKING:
    from kerascli.search.learning_rate import RateTest


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli find-lr configs/mnist.yaml",
        "kerascli find-lr configs/mnist.yaml 'compile.optimizer={SGD: {momentum: 0.9}}' -o rates.png",
        "kerascli find-lr configs/news.yaml --from 1e-6 --to 1 --steps 100 --json",
    )
    app.command("find-lr", epilog=epilog)(find_lr)


def find_lr(
    spec: options.Spec,
    overrides: options.Overrides = None,
    start: Annotated[float, typer.Option("--from", metavar="RATE", help="The rate of the first step.")] = 1e-7,
    end: Annotated[float, typer.Option("--to", metavar="RATE", help="The rate of the last step.")] = 10.0,
    steps: Annotated[
        int, typer.Option("--steps", metavar="N", help="Steps, one a batch; passes go on across epochs.")
    ] = 200,
    output: options.Picture = None,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find a learning rate: it grows from step to step until the loss explodes. Writes nothing but the picture.

    It is suggested where the loss falls the most steeply. The test ends early when the averaged loss is four times the
    best, or not finite.
    """
    from kerascli.cli.picture_path import check_picture_path
    from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow
    from kerascli.cli.specs import read_spec

    check_picture_path(output)
    loaded = read_spec(spec, list(overrides or []), runs, trust=trust, verbose=verbose)
    prepare_tensorflow(verbose=verbose)
    from kerascli.cli.console import print_json
    from kerascli.cli.progress import training_display

    with training_display(quiet=quiet or json) as display:
        import_tensorflow(loaded)
        from kerascli.search.learning_rate import find_learning_rate

        test = find_learning_rate(loaded, start=start, end=end, steps=steps, progress=display)
    if output is not None:
        _draw(test, output, loaded.name)
    if json:
        print_json(test.to_json())
    else:
        from kerascli.cli.find_lr_report import report_lines

        words = ["kerascli", "train", str(spec), *(overrides or [])]
        more = (["--trust"] if trust else []) + ([] if runs == options.DEFAULT_RUNS else ["--runs", str(runs)])
        for line in report_lines(test, shlex.join(words), shlex.join(more), quiet=quiet, plot=output is None):
            print(line)
        if output is not None and not quiet:
            print(output)
    if test.status is not ExitCode.OK:
        raise typer.Exit(int(test.status))


def _draw(test: RateTest, output: Path, name: str) -> None:
    from kerascli.search.learning_rate import rate_text
    from kerascli.view.rate_curve import draw_rate_curve

    marks = {}
    if test.curve.suggestion is not None:
        suggestion = test.curve.suggestion
        marks[f"steepest descent: {rate_text(suggestion.rate)}"] = suggestion.rate
        marks[f"a tenth of where it is lowest: {rate_text(suggestion.tenth)}"] = suggestion.tenth
    title = f"{name}, batches of {test.batch_size}"
    draw_rate_curve(test.rates, test.losses, test.curve.smooth, output, marks=marks, title=title)
