"""`kerascli eject`: a spec as a plain Keras script."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerascli.cli import options
from kerascli.errors import EnvironmentProblem, UsageError

if TYPE_CHECKING:
    from kerascli.translate.script import Script


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli eject configs/mnist.yaml -o train.py",
        "kerascli eject configs/residual.yaml fit.epochs=1 -o - | less",
    )
    app.command("eject", epilog=epilog)(eject)


def eject(
    spec: options.Spec,
    overrides: options.Overrides = None,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The script to write; '-' for standard output.")
    ] = "-",
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    trust: options.Trust = False,
    verbose: options.Verbose = False,
) -> None:
    """Write a plain Keras script that makes the same model and trains it in the same way, without kerascli."""
    from kerascli.cli.console import print_diagnostics
    from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow
    from kerascli.cli.specs import read_spec

    path = None if output == "-" else Path(output)
    if path is not None:
        _check_target(path, force=force)
    loaded = read_spec(Path(spec), overrides or [], runs, trust=trust, verbose=verbose)
    from kerascli.check import require_sound

    print_diagnostics(require_sound(loaded))
    prepare_tensorflow(verbose=verbose)
    import_tensorflow()
    from kerascli.run.eject import eject as eject_spec

    script = eject_spec(loaded)
    if path is None:
        print(script.text, end="")
    else:
        _write(script, path, force=force)


def _check_target(path: Path, *, force: bool) -> None:
    if path.is_dir():
        raise UsageError(f"'{path}' is a folder", code="output", hint="name a file")
    if path.exists() and not force:
        raise UsageError(f"'{path}' is there already", code="output", hint="say '--force' to replace it")


def _write(script: Script, path: Path, *, force: bool) -> None:
    """The script, and beside it the plugins that it imports."""
    copies = {file: path.parent / file.name for file in script.files}
    for file, copy in copies.items():
        if copy.exists() and not copy.samefile(file):
            _check_target(copy, force=force)
    from kerascli.record.atomic import write_text

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, script.text)
        for file, copy in copies.items():
            if not copy.exists() or not copy.samefile(file):
                shutil.copyfile(file, copy)
    except OSError as error:
        raise EnvironmentProblem(f"can't write '{path}': {error.strerror or error}", code="output") from error
    from kerascli.cli.console import tell

    tell(f"{path} written")
