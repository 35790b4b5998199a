"""`kerascli sweep`: the plain grid of some values, with a table of means and intervals over the seeds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kerascli.cli import options

if TYPE_CHECKING:
    from kerascli.search.sweep import Sweep
    from kerascli.search.sweep_result import SweepResult

Values = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH=A,B]...",
        help="Paths and their values: 'path=a,b' or 'path=range(5)'; 'path=a' is for all runs.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli sweep configs/mnist.yaml 'fit.batch_size=32,64' 'seed=range(5)'",
        "kerascli sweep configs/mnist.yaml 'compile.optimizer=adam,{SGD: {momentum: 0.9}}' fit.epochs=3 --plan",
    )
    app.command("sweep", epilog=epilog)(sweep)


def sweep(
    spec: options.Spec,
    values: Values = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be trained, and write nothing.")] = False,
    parallel: Annotated[int, typer.Option("--parallel", metavar="N", min=1, help="So many at once.")] = 1,
    strict: options.Strict = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Train every setting of a grid; print means and intervals, seeds taken together.

    The same command goes on where it was ended: settings that are done are not trained again.
    """
    from kerascli.cli.quiet import prepare_tensorflow

    if trust:
        # Plugins import Keras while the spec is read.
        prepare_tensorflow(verbose=verbose)
    from kerascli.search.sweep import read_sweep

    read = read_sweep(spec, list(values or []), runs, trust=trust, strict=strict)
    if plan:
        _plan(read, json=json)
        return
    prepare_tensorflow(verbose=verbose)
    from kerascli.cli.console import output_console, print_json
    from kerascli.cli.search_display import search_display

    with search_display(quiet=quiet or json) as display:
        from kerascli.search.sweep import sweep as train_all

        result = train_all(read, parallel=parallel, progress=display, command=sys.argv)
    if json:
        print_json(result.to_json())
    else:
        from kerascli.view.search_tables import sweep_table

        output_console().print(sweep_table(result.settings, _metrics(result), result.best))
    _raise_failures(result)


def _plan(read: Sweep, *, json: bool) -> None:
    from kerascli.cli.console import output_console, print_diagnostics, print_json
    from kerascli.search.sweep import known_runs, shown_settings, sweep_folder
    from kerascli.view.search_tables import settings_table

    known = known_runs(read)
    done = sum(cell.key in known and known[cell.key].record["status"] == "done" for cell in read.cells)
    print_diagnostics(read.warnings)
    if json:
        settings = [dict(one) for one in shown_settings(read.cells)]
        print_json({"runs": len(read.cells), "done": done, "epochs": read.spec.fit.epochs, "settings": settings})
        return
    output_console().print(settings_table(shown_settings(read.cells)))
    print(f"\nruns     {len(read.cells)} of {read.spec.fit.epochs} epochs, {done} of them done")
    print(f"sweep    {sweep_folder(read)}")


def _metrics(result: SweepResult) -> list[str]:
    """What the table shows: the log that decides the best epoch, and what the test split tells; else all."""
    names = list(dict.fromkeys(name for one in result.settings for name in one.metrics))
    return [name for name in names if name == result.monitor or name.startswith("test_")] or names


def _raise_failures(result: SweepResult) -> None:
    """Ends with status 4 where some failed.

    Raises:
        TrainingError: They did.
    """
    from kerascli.errors import Diagnostic, ExitCode, Note, TrainingError
    from kerascli.view.search_tables import value_text

    failed = [one for one in result.settings if one.failed]
    if not failed:
        return
    notes = tuple(
        Note(f"{', '.join(f'{path} {value_text(value)}' for path, value in one.values.items())}: {reason}")
        for one in failed[:5]
        for reason in one.failed[:2]
    )
    message = f"{len(failed)} of {len(result.settings)} settings failed"
    hint = "the same command tries them again"
    raise TrainingError([Diagnostic("all-failed", message, None, hint, notes, status=ExitCode.TRAINING)])
