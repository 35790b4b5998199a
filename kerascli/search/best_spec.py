"""`best.yaml`: the spec with the best values written in, ready to train."""

from __future__ import annotations

from pathlib import Path

from kerascli.record.atomic import write_text
from kerascli.search.search_result import SearchState
from kerascli.search.study import Study
from kerascli.spec.dump import dump_spec
from kerascli.spec.variants import variant

_FILE = "best.yaml"


def write_best_spec(study: Study, state: SearchState, folder: Path, runs: Path) -> Path | None:
    """Writes the spec of the best trial; its paths are such that it can be moved.

    Args:
        study: The study.
        state: Its trials.
        folder: Its folder.
        runs: The folder that holds all runs.

    Returns:
        The file; None where no trial is done.

    Raises:
        OSError: It can't be written.
    """
    best = state.best
    if best is None:
        return None
    kept = next(trial for trial in study.trials if trial.number == best.number)
    spec = variant(study.spec, study.changes(kept.params), runs).read()
    lines = [
        f"# The best of {state.count('done') + state.count('pruned')} trials of the study '{state.study}': trial {best.number}, "
        f"{state.metric} {best.value:.6g}.",
        *(f"# {path}: {value}" for path, value in best.values.items()),
        "",
    ]
    path = folder / _FILE
    write_text(path, "\n".join(lines) + dump_spec(spec, defaults=False))
    return path
