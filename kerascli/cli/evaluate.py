"""`kerascli evaluate`: the metrics of a run or a saved model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerascli.cli import options
from kerascli.cli.specs import warn_of_environment
from kerascli.cli.workers import is_chief_of_run

Weights = Annotated[
    str,
    typer.Option("--weights", metavar="WHICH", help="'result' (model.keras), 'best' or 'last' (of the checkpoints)."),
]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli evaluate mnist",
        "kerascli evaluate latest --data new.csv --batch-size 512",
        "kerascli evaluate model.keras --data test.npz --json",
    )
    app.command("evaluate", epilog=epilog)(evaluate)


def evaluate(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN|MODEL.keras", help="A run (folder, name, name/id, 'latest'), or a model.", show_default=False
        ),
    ],
    data: Annotated[
        str | None,
        typer.Option(
            "--data", metavar="SOURCE", help="A file by its ending, or a source in YAML.", show_default="the test split"
        ),
    ] = None,
    batch_size: options.BatchSize = None,
    weights: Weights = "result",
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Evaluate a run on its test split, or on other data."""
    check_weights(weights)
    _check_run(run, runs)
    chief = run.endswith(".keras") or is_chief_of_run()
    from kerascli.cli.console import from_here, output_console, print_json, tell
    from kerascli.cli.quiet import prepare_tensorflow

    prepare_tensorflow(verbose=verbose)
    from kerascli.cli.sample_bar import sample_bar
    from kerascli.run.evaluate import evaluate as evaluate_run

    with sample_bar("evaluating", quiet=quiet or json or not chief) as stepped:
        result = evaluate_run(run, data, batch_size, runs=runs, weights=weights, trust=trust, stepped=stepped)
    if not chief:
        return
    if json:
        path = None if result.path is None else str(result.path)
        print_json({"metrics": result.metrics, "samples": result.samples, "data": result.data, "path": path})
        return
    from rich.table import Table

    if not quiet:
        tell(f"{run} on {result.data}: {result.samples:,} samples")
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("metric")
    table.add_column("value", justify="right")
    for name, value in result.metrics.items():
        table.add_row(name, f"{value:.4f}")
    output_console().print(table)
    if result.path is not None and not quiet:
        tell(f"written to {from_here(result.path)}")


def _check_run(run: str, runs: object) -> None:
    """A run that does not exist is said before TensorFlow is imported."""
    if not run.endswith(".keras"):
        from kerascli.record.run_folder import find_run

        warn_of_environment(find_run(run, Path(str(runs))))


def check_weights(weights: str) -> None:
    """Refuses another word than the three.

    Raises:
        UsageError: It is another.
    """
    from kerascli.errors import UsageError, did_you_mean

    words = ("result", "best", "last")
    if weights not in words:
        raise UsageError(f"'--weights' does not take '{weights}'", hint=did_you_mean(weights, words))
