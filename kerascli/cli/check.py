"""`kerascli check`: every fault of a spec, without TensorFlow; the model and the data too where asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerascli.cli import options
from kerascli.errors import Diagnostic, ExitCode, KerascliError


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli check configs/mnist.yaml",
        "kerascli check configs/mnist.yaml --data",
        "kerascli check configs/mnist.yaml model.layers.digit.units=11 --json",
    )
    app.command("check", epilog=epilog)(check)


def check(
    spec: options.Spec,
    overrides: options.Overrides = None,
    build: Annotated[bool, typer.Option("--build", help="Build the model too (shapes).")] = False,
    data: Annotated[bool, typer.Option("--data", help="Read the data and try a first batch too.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are errors.")] = False,
    json: options.Json = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find every mistake of a spec: unknown names, wrong types, loops, dangling layers."""
    from kerascli.cli.console import print_diagnostics, print_json, tell

    found, status = _diagnostics(spec, overrides or [], build=build, data=data, runs=runs, trust=trust, verbose=verbose)
    if strict and _warnings(found) and status == ExitCode.OK:
        status = ExitCode.SPEC
    if json:
        print_json({"ok": status == ExitCode.OK, "diagnostics": [diagnostic.to_json() for diagnostic in found]})
    else:
        print_diagnostics(found)
        if status == ExitCode.OK and not quiet:
            tell(f"{spec}: {_verdict(found, build=build, data=data)}")
    raise typer.Exit(int(status))


def _verdict(found: tuple[Diagnostic, ...], *, build: bool, data: bool) -> str:
    looked_at = "spec, model and data" if data else "spec and model" if build else "spec"
    count = _warnings(found)
    return f"{looked_at} ok" + (f", {count} warning{'s' if count > 1 else ''}" if count else "")


def _warnings(found: tuple[Diagnostic, ...]) -> int:
    """How many warnings; a note is none."""
    return sum(diagnostic.severity == "warning" for diagnostic in found)


def _diagnostics(
    spec: object, overrides: list[str], *, build: bool, data: bool, runs: Path, trust: bool, verbose: bool
) -> tuple[tuple[Diagnostic, ...], ExitCode]:
    """What the checks found, and the status that it leads to."""
    from kerascli.check import require_sound
    from kerascli.cli.specs import read_spec

    found: tuple[Diagnostic, ...] = ()
    try:
        loaded = read_spec(Path(str(spec)), overrides, runs, trust=trust, verbose=verbose)
        found = require_sound(loaded)
        if build or data:
            from kerascli.cli.quiet import prepare_tensorflow

            prepare_tensorflow(verbose=verbose)
            from kerascli.run.preflight import check_build, check_data

            found += check_data(loaded) if data else check_build(loaded)
    except KerascliError as error:
        earlier = tuple(diagnostic for diagnostic in found if diagnostic not in error.diagnostics)
        return earlier + error.diagnostics, error.exit_code
    return found, ExitCode.OK
