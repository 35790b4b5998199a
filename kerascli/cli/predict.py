"""`kerascli predict`: the outputs of a run on a file of new data."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from kerascli.cli import options
from kerascli.cli.evaluate import Weights, check_weights
from kerascli.cli.specs import warn_of_environment
from kerascli.cli.workers import is_chief_of_run

Input = Annotated[
    str,
    typer.Option(
        "--input",
        "-i",
        metavar="FILE",
        help="npz, npy, csv, jsonl or parquet; a folder of files; '-' reads JSON lines; or a source in YAML.",
        show_default=False,
    ),
]
Output = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE", help="Likewise; '-' prints JSON lines.", show_default=False),
]
Ids = Annotated[
    list[str] | None,
    typer.Option(
        "--id", metavar="COLUMN", help="Copies a column of the input; may be repeated.", show_default="id, file"
    ),
]
TopK = Annotated[
    int | None, typer.Option("--top-k", metavar="K", min=1, help="The K likeliest classes with their probabilities.")
]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli predict mnist --input digits.npy --output digits.csv",
        "kerascli predict latest --input new.csv --output - | head",
        "kerascli predict flowers --input photos --output flowers.csv --top-k 3",
        "cat new.jsonl | kerascli predict latest --input - --output -",
    )
    app.command("predict", epilog=epilog)(predict)


def predict(
    run: options.Run,
    input: Input,
    output: Output,
    ids: Ids = None,
    top_k: TopK = None,
    batch_size: options.BatchSize = None,
    weights: Weights = "result",
    runs: options.Runs = options.DEFAULT_RUNS,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Predict on a file: class names and probabilities of a classifier, values in the units of the data."""
    check_weights(weights)
    from pathlib import Path

    from kerascli.data.write_predictions import check_output
    from kerascli.record.run_folder import find_run

    check_output(output)
    quiet = quiet or not is_chief_of_run()
    warn_of_environment(find_run(run, Path(runs)))
    from kerascli.cli.quiet import prepare_tensorflow

    prepare_tensorflow(verbose=verbose)
    from kerascli.cli.sample_bar import sample_bar
    from kerascli.cli.terminated import exit_on_sigterm
    from kerascli.run.predict import predict as predict_run

    try:
        with exit_on_sigterm(), sample_bar("predicting", quiet=quiet) as stepped:
            result = predict_run(
                run,
                input,
                output,
                batch_size,
                runs=runs,
                weights=weights,
                trust=trust,
                ids=ids or (),
                top_k=top_k,
                keep=False,
                stepped=stepped,
            )
        if not quiet and output != "-":
            from kerascli.cli.console import tell

            tell(f"{result.samples:,} predictions in {output}: {', '.join(result.names)}")
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has had enough; Python would complain again when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
