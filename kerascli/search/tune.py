"""`tune`: searches the values that a spec leaves open, each trial a run; goes on where a search before it ended."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from kerascli.check import check_search, require_sound
from kerascli.check.verdict import settle
from kerascli.errors import EnvironmentProblem, ExitCode, Interrupted, UsageError
from kerascli.run.interrupts import watch_signals
from kerascli.search.best_spec import write_best_spec
from kerascli.search.one_process import require_one_process
from kerascli.search.search_loop import SearchLoop
from kerascli.search.search_progress import SearchProgress, SearchSilence
from kerascli.search.search_result import SearchResult, SearchState
from kerascli.search.storage import shown_storage, storage_faults
from kerascli.search.study import Study
from kerascli.search.trial_processes import TrialProcesses
from kerascli.spec.load import fitted_name
from kerascli.spec.spec import Spec
from kerascli.spec.tune_spec import TuneSpec
from kerascli.view.search_pictures import draw_search

# What lies beside the runs of a spec: `runs/<study>-tune`.
_ENDING = "-tune"


def tune(
    spec: Spec,
    runs: str | os.PathLike[str] = "runs",
    *,
    study: str | None = None,
    storage: str | None = None,
    trials: int | None = None,
    more: int | None = None,
    parallel: int | None = None,
    progress: SearchProgress | None = None,
    command: Sequence[str] | None = None,
    strict: bool = False,
) -> SearchResult:
    """Searches as the spec's `tune` says; every value that it may try is checked before the first trial.

    A study that is there goes on: trials that a process left which died go on with their runs, and no more are begun
    than are wanted.

    Args:
        spec: The spec.
        runs: The folder that holds all runs, and the study's folder.
        study: The study's name; None: the spec's own.
        storage: Where the study is kept, instead of where the spec says.
        trials: How many trials there are to be in all, instead of what the spec says.
        more: How many there are to be beyond those that there are.
        parallel: How many run at once, instead of what the spec says.
        progress: Who is told how it goes.
        command: The command line, for the records.
        strict: Whether warnings are errors.

    Raises:
        SpecError: The spec, its `tune`, or a value that would be tried is wrong.
        UsageError: The study is one of another spec, or of another search.
        EnvironmentProblem: The storage can't be opened.
        TrainingError: All trials failed; or one did, and `on_error` is `stop`.
        Interrupted: SIGINT or SIGTERM came; the trials that were at it can go on.
    """
    progress = progress or SearchSilence()
    section = require_tune(spec)
    require_one_process(spec)
    for diagnostic in (
        *require_sound(spec, strict=strict),
        *settle(check_search(spec, Path(runs)), spec, strict=strict),
    ):
        progress.warned(diagnostic)
    folder = study_folder(Path(runs), study or spec.name)
    place = storage or section.storage
    with storage_faults(place or str(folder)):
        opened = Study(spec, folder, fitted_name(study or spec.name), place)
        most = wanted_trials(section, trials, more, len(opened.trials))
        with watch_signals() as interrupts, TrialProcesses(parallel or section.parallel) as processes:
            loop = SearchLoop(opened, processes, interrupts, progress, Path(runs), most, command)
            state = loop.run()
        result = _result(opened, state, place, Path(runs), interrupts.exit_code)
    progress.ended(result)
    loop.raise_failures()
    if interrupts.received is not None:
        left = state.count("left") + state.count("running")
        message = f"stopped by {interrupts.name} after {len(state.rows) - left} of {most} trials; all of them are kept in '{folder}'"
        raise Interrupted(message, exit_code=interrupts.exit_code, hint="the same command goes on")
    return result


def _result(opened: Study, state: SearchState, place: str | None, runs: Path, status: ExitCode) -> SearchResult:
    """What came out, written into the study's folder."""
    folder, importances = opened.folder, opened.importances()
    return SearchResult(
        state=state,
        folder=folder,
        storage=shown_storage(place or str(folder / "study.db")),
        best_spec=write_best_spec(opened, state, folder, runs),
        pictures=draw_search(state, importances, opened.tune.space, folder),
        importances=importances,
        status=status,
        runs_code=bool(opened.spec.plugins.plugins),
    )


def require_tune(spec: Spec) -> TuneSpec:
    """The section.

    Raises:
        UsageError: The spec has none.
    """
    if spec.tune is None:
        hint = "write 'tune: {space: {fit.batch_size: {choice: [32, 64]}}}'"
        raise UsageError(f"'{spec.path}' has no section 'tune'", code="no-tune", hint=hint)
    return spec.tune


def study_folder(runs: Path, study: str) -> Path:
    """The folder of a study, made.

    Raises:
        EnvironmentProblem: It can't be made.
    """
    folder = runs / f"{fitted_name(study)}{_ENDING}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"can't make the study's folder '{folder}': {error.strerror}"
        raise EnvironmentProblem(message, code="run-folder", hint="say '--runs DIR' for another place") from error
    return folder


def wanted_trials(section: TuneSpec, trials: int | None, more: int | None, known: int) -> int:
    """How many trials there are to be in all; of a grid never more than it has."""
    wanted = known + more if more is not None else trials if trials is not None else section.trials
    size = section.grid_size
    if section.sampler.name == "grid" and size is not None:
        return size if wanted is None else min(size, wanted)
    assert wanted is not None
    return wanted
