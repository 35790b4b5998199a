"""`kerascli check`: every fault of a spec, without TensorFlow; the model and the data too where asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerascli.cli import options
from kerascli.errors import Diagnostic, ExitCode, KerascliError, Severity


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
    strict: options.Strict = False,
    json: options.Json = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find every mistake of a spec: unknown names, wrong types, loops, dangling layers."""
    from kerascli.cli.console import print_diagnostics, print_json, tell

    found, status = check_file(spec, overrides or [], build=build, data=data, runs=runs, trust=trust, verbose=verbose)
    if strict:
        from kerascli.check.verdict import as_errors

        found = as_errors(found)
        status = KerascliError(found).exit_code if _count(found, "error") else ExitCode.OK
    if json:
        print_json({"ok": status == ExitCode.OK, "diagnostics": [diagnostic.to_json() for diagnostic in found]})
    else:
        print_diagnostics(found)
        if status == ExitCode.OK and not quiet:
            tell(f"{spec}: {_verdict(found, build=build, data=data)}")
    raise typer.Exit(int(status))


def _verdict(found: tuple[Diagnostic, ...], *, build: bool, data: bool) -> str:
    looked_at = "spec, model and data" if data else "spec and model" if build else "spec"
    count = _count(found, "warning")
    return f"{looked_at} ok" + (f", {count} warning{'s' if count > 1 else ''}" if count else "")


def _count(found: tuple[Diagnostic, ...], severity: Severity) -> int:
    return sum(diagnostic.severity == severity for diagnostic in found)


def check_file(
    spec: Path,
    overrides: list[str],
    *,
    build: bool = False,
    data: bool = False,
    runs: Path = options.DEFAULT_RUNS,
    trust: bool = False,
    verbose: bool = False,
) -> tuple[tuple[Diagnostic, ...], ExitCode]:
    """What the checks found, and the status that it leads to."""
    from kerascli.check import check_search, require_sound
    from kerascli.check.verdict import settle
    from kerascli.cli.specs import read_spec

    found: tuple[Diagnostic, ...] = ()
    try:
        loaded = read_spec(spec, overrides, runs, trust=trust, verbose=verbose)
        found = require_sound(loaded)
        found += settle(check_search(loaded, runs), loaded)
        if build or data:
            from kerascli.cli.quiet import import_tensorflow, prepare_tensorflow

            prepare_tensorflow(verbose=verbose)
            import_tensorflow(loaded if data else None)
            from kerascli.run.preflight import check_build, check_data

            found += check_data(loaded) if data else check_build(loaded)
    except KerascliError as error:
        earlier = tuple(diagnostic for diagnostic in found if diagnostic not in error.diagnostics)
        return earlier + error.diagnostics, error.exit_code
    return found, ExitCode.OK
