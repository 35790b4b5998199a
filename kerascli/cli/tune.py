"""`kerascli tune`: searches the values that a spec leaves open, with a live table; or a look at what it would do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerascli.cli import options

if TYPE_CHECKING:
    from kerascli.spec.spec import Spec


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli tune search.yaml --plan",
        "kerascli tune search.yaml",
        "kerascli tune search.yaml --trials 60 --parallel 4",
        "kerascli tune search.yaml --storage postgresql://me@db/studies",
        "kerascli train runs/search-tune/best.yaml",
    )
    app.command("tune", epilog=epilog)(tune)


def tune(
    spec: options.Spec,
    overrides: options.Overrides = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be searched, and write nothing.")] = False,
    trials: Annotated[
        int | None,
        typer.Option("--trials", metavar="N", min=1, help="N trials in all, with those of before.", show_default=False),
    ] = None,
    more: Annotated[
        int | None,
        typer.Option("--more", metavar="N", min=1, help="N trials beyond those of before.", show_default=False),
    ] = None,
    parallel: Annotated[
        int | None, typer.Option("--parallel", metavar="N", min=1, help="So many at once.", show_default=False)
    ] = None,
    study: Annotated[
        str | None,
        typer.Option("--study", metavar="NAME", help="The study's name; the spec's own.", show_default=False),
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            "--storage",
            metavar="URL|FILE",
            help="Where several processes or machines keep it together: a database, or FILE.journal, FILE.db.",
            show_default=False,
        ),
    ] = None,
    strict: options.Strict = False,
    runs: options.Runs = options.DEFAULT_RUNS,
    json: options.Json = False,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Search the values that the spec's 'tune' leaves open; the best are written into a spec that is ready to train.

    The same command goes on with a search that was ended, however it was. Several of it share one study.
    """
    from kerascli.cli.specs import read_spec
    from kerascli.errors import UsageError

    if trials is not None and more is not None:
        raise UsageError("'--trials' and '--more' can't be had together", code="usage", hint="say one of them")
    loaded = read_spec(spec, list(overrides or []), runs, trust=trust, verbose=verbose)
    _check(loaded, runs, study, strict=strict, says=plan)
    if plan:
        _plan(loaded, runs / f"{study or loaded.name}-tune", trials, json=json)
        return
    from kerascli.cli.console import print_json
    from kerascli.cli.quiet import prepare_tensorflow
    from kerascli.cli.search_display import quiet_optuna, search_display

    prepare_tensorflow(verbose=verbose)
    quiet_optuna()
    with search_display(quiet=quiet or json) as display:
        from kerascli.search.tune import tune as search

        result = search(
            loaded,
            runs,
            study=study,
            storage=storage,
            trials=trials,
            more=more,
            parallel=parallel,
            progress=display,
            command=sys.argv,
            strict=strict,
        )
    if json:
        print_json(result.to_json())


def _check(spec: Spec, runs: Path, study: str | None, *, strict: bool, says: bool) -> None:
    """Finds every fault before Optuna, which takes a second to import.

    Raises:
        SpecError: There is one.
        UsageError: There is nothing to search.
        EnvironmentProblem: Optuna is not installed.
    """
    from kerascli.check import check_search, require_sound
    from kerascli.check.verdict import settle
    from kerascli.cli.console import print_diagnostics
    from kerascli.errors import UsageError
    from kerascli.search.one_process import require_one_process
    from kerascli.search.requirements import require_optuna
    from kerascli.spec.load import fitted_name

    if spec.tune is None:
        hint = "write 'tune: {space: {fit.batch_size: {choice: [32, 64]}}}'"
        raise UsageError(f"'{spec.path}' has no section 'tune'", code="no-tune", hint=hint)
    if study is not None and fitted_name(study) != study:
        hint = f"write '{fitted_name(study)}'"
        raise UsageError(f"'{study}' can't name a study", code="name", hint=hint)
    require_one_process(spec)
    found = (*require_sound(spec, strict=strict), *settle(check_search(spec, runs), spec, strict=strict))
    if says:
        print_diagnostics(found)
    require_optuna(spec.tune.sampler.name)


def _plan(spec: Spec, folder: Path, trials: int | None, *, json: bool) -> None:
    from kerascli.cli.console import output_console, print_json
    from kerascli.cli.search_display import quiet_optuna
    from kerascli.view.search_tables import settings_table, space_table

    quiet_optuna()
    from kerascli.search.search_plan import plan_search

    found = plan_search(spec, folder, trials=trials)
    if json:
        print_json(found.to_json())
        return
    console = output_console()
    console.print(space_table(found.tune.space))
    way = "smallest" if found.direction == "minimize" else "largest"
    size = "" if found.grid_size is None else f"; the space has {found.grid_size:,} settings"
    print(f"\ntrials   {found.trials} of {found.epochs} epochs, {found.tune.parallel} at once{size}")
    print(f"judged   by the {way} {found.metric}")
    print(f"sampler  {_method(found.tune.sampler)}")
    print(f"pruner   {_method(found.tune.pruner)}")
    print(f"study    {found.folder}")
    if found.first:
        print("\nthe first settings:")
        console.print(settings_table(found.first))


def _method(method: object) -> str:
    from kerascli.view.search_tables import value_text

    return value_text(method.to_json())  # type: ignore[attr-defined]
