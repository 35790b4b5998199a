"""`kerascli config show` and `config why`: the resolved spec, and where each value of it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerascli.cli import options


def register(app: typer.Typer) -> None:
    """Adds the commands below `config`."""
    group = typer.Typer(
        help="Show the resolved spec, and where a value comes from.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command(
        "show",
        epilog=options.example(
            "kerascli config show configs/mnist.yaml",
            "kerascli config show configs/mnist.yaml fit.epochs=5 --brief",
        ),
    )(show)
    group.command(
        "why",
        epilog=options.example(
            "kerascli config why configs/mnist.yaml compile.optimizer.learning_rate",
            "kerascli config why configs/mnist.yaml fit.epochs fit.epochs=5",
        ),
    )(why)
    app.add_typer(group, name="config")


def show(
    spec: options.Spec,
    overrides: options.Overrides = None,
    brief: Annotated[bool, typer.Option("--brief", help="Leave out Keras's own defaults.")] = False,
    json: options.Json = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    trust: options.Trust = False,
) -> None:
    """Print the resolved spec: every value written out. Training on it repeats the run."""
    from kerascli.cli.console import print_json
    from kerascli.cli.specs import read_spec
    from kerascli.spec.dump import dump_spec, resolve
    from kerascli.spec.yaml_writer import as_written

    loaded = read_spec(Path(spec), overrides or [], runs, trust=trust)
    if json:
        print_json(as_written(resolve(loaded, defaults=not brief)))
    else:
        print(dump_spec(loaded, defaults=not brief), end="")


def why(
    spec: options.Spec,
    path: Annotated[str, typer.Argument(metavar="PATH", help="As in overrides: 'fit.epochs'.", show_default=False)],
    overrides: options.Overrides = None,
    json: options.Json = False,
) -> None:
    """Say where a value comes from (file and line, variable, environment, command line, default), and what it beat."""
    from kerascli.cli.console import print_json, tell
    from kerascli.errors import UsageError
    from kerascli.spec.load import read_tree
    from kerascli.spec.paths import UnknownPath
    from kerascli.spec.problems import Problems
    from kerascli.spec.text import read_text
    from kerascli.spec.variables import fill_variables
    from kerascli.spec.why import why as find_origins

    problems = Problems()
    tree, _ = read_tree(read_text(Path(spec)), overrides or [], problems)
    tree, _ = fill_variables(tree, problems)
    problems.raise_errors()
    try:
        origins = find_origins(tree, path)
    except UnknownPath as error:
        raise UsageError(error.message, code="unknown-path", hint=error.hint) from None
    if json:
        print_json({"path": path, **origins[0].to_json(), "beat": [origin.to_json() for origin in origins[1:]]})
        return
    for number, origin in enumerate(origins):
        place = f"the default of {origin.default_of}" if origin.span is None else str(origin.span)
        tell(
            f"{path} = {_shown(origin.value)}    {place}"
            if number == 0
            else f"  beat {_shown(origin.value)}    {place}"
        )
        for note in origin.through:
            tell(f"    {note.message}" + (f"    {note.span}" if note.span is not None else ""))


def _shown(value: object) -> str:
    import json as encoder

    return encoder.dumps(value, ensure_ascii=False, default=str)
