"""`kerascli train`: a spec → a run folder, with a live line while it trains."""

from __future__ import annotations

import sys
from json import dumps
from typing import Annotated

import typer

from kerascli.cli import options


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli train configs/mnist.yaml",
        "kerascli train configs/mnist.yaml fit.epochs=5 compile.optimizer.learning_rate=3e-4",
        "kerascli train configs/mnist.yaml --init-from mnist/2026-11-23_09-15-02",
        "kerascli train configs/news.yaml +callbacks='{EarlyStopping: {patience: 2}}' --runs /tmp/runs",
    )
    app.command("train", epilog=epilog)(train)


def train(
    spec: options.Spec,
    overrides: options.Overrides = None,
    init_from: Annotated[
        str | None,
        typer.Option(
            "--init-from",
            metavar="RUN",
            help="Start from the weights of another run, or of a .keras file, and say what matched.",
            show_default=False,
        ),
    ] = None,
    max_time: options.MaxTime = None,
    strict: options.Strict = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Train the model of a spec. Every mistake is found before the first step."""
    from kerascli.check import require_sound
    from kerascli.cli.console import print_json
    from kerascli.cli.durations import seconds_of
    from kerascli.cli.quiet import prepare_tensorflow
    from kerascli.cli.specs import read_spec

    limit = None if max_time is None else seconds_of(max_time, "--max-time")
    # A wrong spec is said at once; TensorFlow takes seconds to import.
    changes = list(overrides or [])
    if init_from is not None:
        changes.append(f"model.weights={{from: {dumps(init_from)}}}")
    loaded = read_spec(spec, changes, runs, trust=trust, verbose=verbose)
    require_sound(loaded, strict=strict)
    prepare_tensorflow(verbose=verbose)
    from kerascli.cli.progress import training_display

    with training_display(quiet=quiet or json) as display:
        from kerascli.run.train import train as train_spec

        result = train_spec(loaded, runs, progress=display, command=sys.argv, max_seconds=limit, strict=strict)
    if json:
        print_json(result.to_json())
