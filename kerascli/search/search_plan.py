"""What a search would do, without doing it: its space, its size, and the settings that it would begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna

from kerascli.check.search_space import search_direction, search_metric
from kerascli.search.optuna_parts import distributions, make_sampler, shown_value
from kerascli.search.tune import require_tune, wanted_trials
from kerascli.spec.spec import Spec
from kerascli.spec.tune_spec import TuneSpec

# So many settings are shown: more of them depend on what the first give.
_SHOWN = 5


@dataclass(frozen=True)
class SearchPlan:
    """What a search would do.

    Attributes:
        tune: The section.
        metric: The log that trials are judged by.
        direction: `minimize` or `maximize`.
        trials: How many trials there would be in all.
        epochs: The epochs of each that is not pruned.
        grid_size: How many settings the space has; None: without end.
        folder: The study's folder.
        first: The first settings, path to value; fewer where they depend on what trials give.
    """

    tune: TuneSpec
    metric: str
    direction: str
    trials: int
    epochs: int
    grid_size: int | None
    folder: Path
    first: tuple[Mapping[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            **self.tune.to_json(),
            "metric": self.metric,
            "direction": self.direction,
            "trials": self.trials,
            "epochs": self.epochs,
            "grid_size": self.grid_size,
            "folder": str(self.folder),
            "first": [dict(one) for one in self.first],
        }


def plan_search(spec: Spec, folder: Path, *, trials: int | None = None) -> SearchPlan:
    """The plan; nothing is written.

    Args:
        spec: The spec.
        folder: Where the study would be.
        trials: How many trials there are to be, instead of what the spec says.

    Raises:
        UsageError: The spec has no `tune`.
    """
    section = require_tune(spec)
    wanted = wanted_trials(section, trials, None, 0)
    return SearchPlan(
        section,
        search_metric(spec),
        search_direction(spec) or "minimize",
        wanted,
        spec.fit.epochs,
        section.grid_size,
        folder,
        _first(spec, section, min(wanted, _SHOWN)),
    )


def _first(spec: Spec, section: TuneSpec, count: int) -> tuple[Mapping[str, Any], ...]:
    """The first settings, as the study would draw them before any trial has told something."""
    study = optuna.create_study()
    seed = spec.seed if section.seed is None else section.seed
    known = int(section.sampler.arguments.get("n_startup_trials", 10 if section.sampler.name == "tpe" else 1))
    if section.sampler.name in ("tpe", "cmaes"):
        count = min(count, known)
    found = []
    for number in range(count):
        study.sampler = make_sampler(section, seed, number)
        values = study.ask(distributions(section)).params
        found.append({one.path: shown_value(one, values[one.path]) for one in section.space})
    return tuple(found)
