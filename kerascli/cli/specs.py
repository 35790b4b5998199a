"""SPEC|RUN on the command line: a YAML file, or a run whose resolved spec is meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kerascli.errors import UsageError

if TYPE_CHECKING:
    from kerascli.record.run_folder import RunFolder
    from kerascli.spec.spec import Spec


def spec_or_run(name: str, overrides: list[str], runs: Path, *, trust: bool) -> tuple[Spec, RunFolder | None]:
    """The spec that is meant, and the run that it belongs to, if it does.

    Raises:
        UsageError: It is neither a file nor a run, or a run is given overrides.
        SpecError: The spec is wrong.
    """
    from kerascli.record.run_folder import find_run
    from kerascli.spec.load import load_spec

    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return load_spec(path, overrides, trust=trust), None
    run = find_run(name, runs)
    if overrides:
        raise UsageError(f"the run '{name}' is what it is", code="override", hint="give overrides to a spec")
    return load_spec(run.spec, trust=trust), run
