"""`kerascli summary`: the layers of a model, with shapes, parameters and what each reads; what is done for its speed."""

from __future__ import annotations

import typer

from kerascli.cli import options


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli summary configs/news.yaml",
        "kerascli summary configs/mnist.yaml model.layers.dense.units=64",
        "kerascli summary mnist --json",
    )
    app.command("summary", epilog=epilog)(summary)


def summary(
    spec: options.SpecOrRun,
    overrides: options.Overrides = None,
    json: options.Json = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    trust: options.Trust = False,
    verbose: options.Verbose = False,
) -> None:
    """Show the layers of a model: output shapes, dtypes, parameters, what each layer reads; what is done for its speed."""
    from kerascli.cli.console import output_console, print_diagnostics, print_json
    from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow
    from kerascli.cli.specs import spec_or_run

    loaded, run = spec_or_run(spec, overrides or [], runs, trust=trust, verbose=verbose)
    from kerascli.check import check_spec

    print_diagnostics(check_spec(loaded))
    prepare_tensorflow(verbose=verbose)
    import_tensorflow()
    from kerascli.run.describe import describe
    from kerascli.view.summary import summary_table

    found = describe(loaded, run)
    if json:
        speed = None if found.performance is None else found.performance.to_json()
        print_json({**found.model.to_json(), "performance": speed})
        return
    output_console().print(summary_table(found.model, None if found.performance is None else found.performance.words()))
