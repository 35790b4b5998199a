"""`kerascli plot`: a drawing of the model's graph, or the curves of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerascli.cli import options
from kerascli.errors import UsageError


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli plot configs/news.yaml -o news.svg",
        "kerascli plot configs/residual.yaml -o residual.md",
        "kerascli plot mnist --history -o curves.png",
    )
    app.command("plot", epilog=epilog)(plot)


def plot(
    spec: options.SpecOrRun,
    overrides: options.Overrides = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="svg, png, pdf or md; default: NAME.svg.", show_default=False
        ),
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="Draw the curves of a run instead.")] = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Draw the graph of a model with names, classes, shapes, branches and heads."""
    from kerascli.cli.specs import spec_or_run

    loaded, run = spec_or_run(spec, overrides or [], runs, trust=trust)
    default = f"{loaded.name}-history.svg" if history else f"{loaded.name}.svg"
    path = output if output is not None else Path(default)
    _check_folder(path)
    if history:
        if run is None:
            raise UsageError("'--history' needs a run", code="usage", hint="name a run, such as 'latest'")
        _draw_history(run.history, run.name, path)
    else:
        _draw_graph(loaded, path, verbose=verbose)
    if not quiet:
        from kerascli.cli.console import tell

        tell(str(path))


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder '{path.parent}'", code="output", hint="make it first")


def _draw_history(history: Path, title: str, path: Path) -> None:
    from kerascli.record.history import read_history
    from kerascli.record.run_record import read_record
    from kerascli.view.curves import draw_curves

    if not history.is_file():
        raise UsageError(f"the run '{title}' has no 'history.csv' yet", code="no-history")
    best = read_record(history.with_name("run.json")).get("best")
    draw_curves(read_history(history), path, best_epoch=best["epoch"] if best else None, title=title)


def _draw_graph(spec: object, path: Path, *, verbose: bool) -> None:
    from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow
    from kerascli.spec.spec import Spec
    from kerascli.view.graph import ENDINGS, draw_graph

    if path.suffix not in ENDINGS:
        raise UsageError(f"can't draw '{path.name}'", code="output", hint=f"use one of {', '.join(ENDINGS)}")
    prepare_tensorflow(verbose=verbose)
    import_tensorflow()
    from kerascli.run.describe import describe_model

    assert isinstance(spec, Spec)
    draw_graph(describe_model(spec), path)
