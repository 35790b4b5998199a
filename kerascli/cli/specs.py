"""SPEC|RUN on the command line: a YAML file, or a run whose resolved spec is meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kerascli.errors import SpecError, UsageError

if TYPE_CHECKING:
    from kerascli.record.run_folder import RunFolder
    from kerascli.spec.spec import Spec


def read_spec(path: Path, overrides: list[str], runs: Path, *, trust: bool, verbose: bool = False) -> Spec:
    """Reads a spec file as every command does.

    Raises:
        UsageError: The file can't be read.
        SpecError: The spec is wrong.
    """
    from kerascli.spec.load import load_spec
    from kerascli.spec.partly_wrong import PartlyWrong

    if trust:
        # Plugins import Keras while the spec is read.
        from kerascli.cli.quiet import prepare_tensorflow

        prepare_tensorflow(verbose=verbose)
    try:
        return load_spec(path, overrides, trust=trust, runs=runs)
    except PartlyWrong as error:
        from kerascli.check import check_partly

        raise SpecError(check_partly(error)) from error


def warn_of_environment(run: RunFolder) -> None:
    """Says on standard error where a run would read other values of the environment than it was made with."""
    from kerascli.cli.console import print_diagnostics
    from kerascli.errors import Diagnostic
    from kerascli.record.run_record import changed_environment, read_record

    for name in changed_environment(read_record(run.record)):
        message = f"the environment variable '{name}' is not what it was when the run was made"
        print_diagnostics([Diagnostic("environment-changed", message, hint="set it as it was", severity="warning")])


def spec_or_run(
    name: str, overrides: list[str], runs: Path, *, trust: bool, verbose: bool = False
) -> tuple[Spec, RunFolder | None]:
    """The spec that is meant, and the run that it belongs to, if it does.

    Raises:
        UsageError: It is neither a file nor a run, or a run is given overrides.
        SpecError: The spec is wrong.
        EnvironmentProblem: A plugin of the run was changed.
    """
    from kerascli.record.run_folder import find_run
    from kerascli.record.sources import check_sources

    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return read_spec(path, overrides, runs, trust=trust, verbose=verbose), None
    run = find_run(name, runs)
    if overrides:
        raise UsageError(f"the run '{name}' is what it is", code="override", hint="give overrides to a spec")
    check_sources(run.source)
    return read_spec(run.spec, [], runs, trust=trust, verbose=verbose), run
