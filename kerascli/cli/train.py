"""`kerascli train`: a spec → a run folder, with a live line while it trains; or a look at what it would do."""

from __future__ import annotations

import sys
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerascli.cli import options
from kerascli.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from kerascli.spec.spec import Spec


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli train configs/mnist.yaml",
        "kerascli train configs/mnist.yaml fit.epochs=5 compile.optimizer.learning_rate=3e-4",
        "kerascli train configs/mnist.yaml --seeds 5",
        "kerascli train configs/mnist.yaml --dry-run",
        "kerascli train configs/news.yaml --overfit",
        "kerascli train configs/mnist.yaml fit.epochs=1 --profile",
        "kerascli train configs/mnist.yaml distribute=mirrored",
        "kerascli train configs/mnist.yaml --init-from mnist/2026-11-23_09-15-02",
        "kerascli train configs/news.yaml +callbacks='{EarlyStopping: {patience: 2}}' --runs /tmp/runs",
    )
    app.command("train", epilog=epilog)(train)


def train(
    context: typer.Context,
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
    seeds: Annotated[
        int | None,
        typer.Option(
            "--seeds",
            metavar="N",
            min=2,
            help="Train N runs, from the spec's seed on; print means and intervals.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would run (shapes, steps, memory, files), and write nothing.")
    ] = False,
    overfit: Annotated[
        bool, typer.Option("--overfit", help="Learn one batch by heart; if a head can't, say which. Writes nothing.")
    ] = False,
    profile: Annotated[
        bool, typer.Option("--profile", help="Say where the time goes, and what would make it less.")
    ] = False,
    max_time: options.MaxTime = None,
    worker: options.Worker = None,
    strict: options.Strict = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Train the model of a spec. Every mistake is found before the first step."""
    from kerascli.check import require_sound
    from kerascli.cli.durations import seconds_of
    from kerascli.cli.quiet import prepare_tensorflow
    from kerascli.cli.specs import read_spec
    from kerascli.cli.workers import is_chief
    from kerascli.run.timeline import part, recording

    _check_together({"--seeds": seeds is not None, "--dry-run": dry_run, "--overfit": overfit, "--profile": profile})
    if profile:
        # Until the command ends.
        context.with_resource(recording())
    limit = None if max_time is None else seconds_of(max_time, "--max-time")
    # A wrong spec is said at once; TensorFlow takes seconds to import.
    changes = list(overrides or [])
    if init_from is not None:
        changes.append(f"model.weights={{from: {dumps(init_from)}}}")
    with part("spec"):
        loaded = read_spec(spec, changes, runs, trust=trust, verbose=verbose)
        require_sound(loaded, strict=strict)
        chief = is_chief(loaded.distribute, worker, alone=dry_run or overfit)
    # One of several processes tells how it goes.
    quiet, json = quiet or not chief, json and chief
    prepare_tensorflow(verbose=verbose)
    if dry_run:
        _outline(loaded, runs, worker, strict=strict, json=json, quiet=quiet)
    elif overfit:
        _overfit(loaded, limit, json=json, quiet=quiet)
    elif seeds is not None:
        _train_seeds(loaded, seeds, runs, limit, worker, strict=strict, json=json, quiet=quiet)
    else:
        _train(loaded, runs, limit, worker, strict=strict, json=json, quiet=quiet)


def _check_together(said: dict[str, bool]) -> None:
    """Refuses two ways at once.

    Raises:
        UsageError: There are two.
    """
    ways = [option for option, is_said in said.items() if is_said]
    if len(ways) > 1:
        raise UsageError(f"'{ways[0]}' and '{ways[1]}' can't be had together", code="usage", hint="say one of them")


def _train(
    spec: Spec, runs: Path, limit: float | None, worker: int | None, *, strict: bool, json: bool, quiet: bool
) -> None:
    from kerascli.cli.console import output_console, print_json
    from kerascli.cli.progress import training_display
    from kerascli.run.timeline import part

    with training_display(quiet=quiet or json) as display:
        with part("import"):
            from kerascli.run.train import train as train_spec

        result = train_spec(
            spec, runs, progress=display, command=sys.argv, max_seconds=limit, strict=strict, worker=worker
        )
    if json:
        print_json(result.to_json())
    elif result.profile is not None:
        from kerascli.cli.profile_report import profile_table, verdict_lines

        if not quiet:
            output_console().print(profile_table(result.profile))
        for line in verdict_lines(result.profile):
            print(line)


def _train_seeds(
    spec: Spec,
    count: int,
    runs: Path,
    limit: float | None,
    worker: int | None,
    *,
    strict: bool,
    json: bool,
    quiet: bool,
) -> None:
    from kerascli.cli.console import output_console, print_json
    from kerascli.cli.progress import training_display

    with training_display(quiet=quiet or json, closing=False) as display:
        from kerascli.run.train_seeds import train_seeds

        result = train_seeds(
            spec,
            count,
            runs,
            progress=display,
            command=sys.argv,
            max_seconds=limit,
            strict=strict,
            worker=worker,
        )
    if json:
        print_json(result.to_json())
        return
    from kerascli.view.run_tables import spread_table

    output_console().print(spread_table([result.group]))
    if not quiet:
        print(f"next     kerascli runs compare {' '.join(result.group.runs)}")


def _outline(spec: Spec, runs: Path, worker: int | None, *, strict: bool, json: bool, quiet: bool) -> None:
    from kerascli.cli.console import output_console, print_json
    from kerascli.cli.progress import training_display

    with training_display(quiet=quiet or json) as display:
        from kerascli.run.outline import outline

        found = outline(spec, runs, progress=display, strict=strict, worker=worker)
    if json:
        print_json(found.to_json())
        return
    from kerascli.cli.outline_report import outline_table
    from kerascli.view.summary import summary_table

    console = output_console()
    console.print(summary_table(found.model))
    console.print()
    console.print(outline_table(found))


def _overfit(spec: Spec, limit: float | None, *, json: bool, quiet: bool) -> None:
    from kerascli.cli.console import output_console, print_json
    from kerascli.cli.progress import training_display

    with training_display(quiet=quiet or json) as display:
        from kerascli.run.overfit import overfit

        result = overfit(spec, max_seconds=limit, progress=display)
    if json:
        print_json(result.to_json())
    else:
        from kerascli.cli.overfit_report import heads_table, verdict_lines

        if not quiet:
            output_console().print(heads_table(result))
        for line in verdict_lines(result):
            print(line)
    if result.verdict != "learnt":
        raise typer.Exit(int(ExitCode.TRAINING))
