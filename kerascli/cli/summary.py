"""`kerascli summary`: the layers of a model, with shapes, parameters and what each reads."""

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
    """Show the layers of a model: output shapes, dtypes, parameters, what each layer reads."""
    from kerascli.cli.console import output_console, print_diagnostics, print_json
    from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow
    from kerascli.cli.specs import spec_or_run

    loaded, _ = spec_or_run(spec, overrides or [], runs, trust=trust, verbose=verbose)
    from kerascli.check import check_spec

    print_diagnostics(check_spec(loaded))
    prepare_tensorflow(verbose=verbose)
    import_tensorflow()
    from kerascli.run.describe import describe_model
    from kerascli.view.summary import summary_table

    described = describe_model(loaded)
    if json:
        print_json(described.to_json())
    else:
        output_console().print(summary_table(described))
