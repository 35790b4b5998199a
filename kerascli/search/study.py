"""`Study`: Optuna's study of one spec: which trial comes next, what its epochs say, how it ended."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import optuna
from filelock import FileLock
from optuna.trial import FrozenTrial, TrialState, create_trial

from kerascli.check.search_space import search_direction, search_metric
from kerascli.errors import UsageError
from kerascli.search.optuna_parts import distributions, make_pruner, make_sampler, node_of
from kerascli.search.presence import Presence, is_alive
from kerascli.search.storage import open_storage
from kerascli.spec.nodes import Node, Scalar, plain
from kerascli.spec.spec import Spec

_LOCK = ".study.lock"
_SPEC = "spec"


@dataclass(frozen=True)
class Next:
    """The trial to run next.

    Attributes:
        number: Its number.
        values: Path to its value, as Optuna keeps it.
        run: The run that it goes on with; None: a new one, or one that its process did not come to tell of.
        left: Whether a process left it that died.
    """

    number: int
    values: Mapping[str, Any]
    run: Path | None = None
    left: bool = False


class Study:
    """One study; several processes may hold it."""

    def __init__(self, spec: Spec, folder: Path, name: str, storage: str | None = None) -> None:
        """Opens the study, or begins it.

        Args:
            spec: The spec, which has a `tune`.
            folder: The study's folder.
            name: The study's name.
            storage: Where it is kept; None: in its folder.

        Raises:
            UsageError: The study is one of another spec, or of another search.
            EnvironmentProblem: The storage can't be opened.
        """
        assert spec.tune is not None
        self.spec, self.tune, self.folder, self.name = spec, spec.tune, folder, name
        self.metric = search_metric(spec)
        self.direction = search_direction(spec) or "minimize"
        self._distributions = distributions(self.tune)
        self._pruner = make_pruner(self.tune, spec.fit.epochs)
        with self._alone():
            self.storage = open_storage(storage, folder)
            self._study = optuna.create_study(
                storage=self.storage,
                study_name=name,
                direction=self.direction,
                pruner=self._pruner,
                sampler=optuna.samplers.RandomSampler(),
                load_if_exists=True,
            )
            self._check_same()
        self.study_id = self.storage.get_study_id_from_name(name)

    @property
    def optuna_study(self) -> optuna.Study:
        """Optuna's own object."""
        return self._study

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """One process of this machine at a time decides what comes next."""
        with FileLock(self.folder / _LOCK):
            yield

    def _check_same(self) -> None:
        """Refuses a study whose trials are not those of this spec.

        Raises:
            UsageError: It is.
        """
        known, ours = self._study.user_attrs.get(_SPEC), self._fingerprint()
        if known is None:
            self._study.set_user_attr(_SPEC, ours)
            return
        for part, message in (
            ("space", "searches another space"),
            ("metric", "judges by another metric"),
            ("rest", "is of another spec: what its trials gave can't be compared with what this one gives"),
        ):
            if known.get(part) != ours[part]:
                text = f"the study '{self.name}' {message}"
                hint = f"begin another with '--study {self.name}-2', or put the spec back"
                raise UsageError(text, code="study", span=self.tune.span, hint=hint)

    def _fingerprint(self) -> dict[str, str]:
        assert self.spec.written is not None
        rest = plain(self.spec.written.without("tune").without("description").without("tags"))
        return {
            "space": _hash({one.path: one.to_json() for one in self.tune.space}),
            "metric": f"{self.direction} {self.metric}",
            "rest": _hash(rest),
        }

    @property
    def trials(self) -> list[FrozenTrial]:
        """All trials that have begun."""
        return [one for one in self._study.get_trials(deepcopy=False) if one.state is not TrialState.WAITING]

    def next(self, presence: Presence, most: int) -> Next | None:
        """The trial to run next: one that a process left that died, else a new one; None where there are enough.

        Args:
            presence: This process.
            most: How many trials there are to be in all.
        """
        with self._alone():
            trials = self.trials
            attributes = self._study.user_attrs
            for trial in trials:
                owner = trial.user_attrs.get("process")
                if trial.state is TrialState.RUNNING and owner != presence.token and not is_alive(owner, attributes):
                    self.note(trial.number, process=presence.token)
                    run = trial.user_attrs.get("run")
                    if set(trial.params) == set(self._distributions):
                        return Next(trial.number, trial.params, Path(run) if run else None, left=True)
                    # It died while its values were being drawn.
                    self.fail(trial.number, "its process died before it began")
            if len(trials) >= most:
                return None
            seed = self.spec.seed if self.tune.seed is None else self.tune.seed
            self._study.sampler = make_sampler(self.tune, seed, len(trials))
            return self._begin(presence)

    def _begin(self, presence: Presence) -> Next:
        """A new trial, which has an owner before it begins: on another machine, it would be taken for one of a dead process."""
        if not self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
            self._study.add_trial(create_trial(state=TrialState.WAITING, user_attrs={"process": presence.token}))
        asked = self._study.ask(self._distributions)
        self.note(asked.number, process=presence.token)
        return Next(asked.number, asked.params)

    def changes(self, values: Mapping[str, Any]) -> list[tuple[Scalar, Node]]:
        """Suggested values as changes to the spec."""
        return [(one.key, node_of(one, values[one.path])) for one in self.tune.space]

    def note(self, number: int, **facts: Any) -> None:
        """Keeps facts of a trial."""
        for name, value in facts.items():
            self.storage.set_trial_user_attr(self._id(number), name, value)

    def report(self, number: int, epoch: int, value: float) -> bool:
        """Keeps what an epoch gave; whether the trial is hopeless.

        Args:
            number: The trial.
            epoch: The epoch, from 1.
            value: The metric.
        """
        trial_id = self._id(number)
        trial = self.storage.get_trial(trial_id)
        if trial.state.is_finished():
            return False
        if epoch not in trial.intermediate_values:
            self.storage.set_trial_intermediate_value(trial_id, epoch, value)
            trial = self.storage.get_trial(trial_id)
        return self._pruner.prune(self._study, trial)

    def complete(self, number: int, value: float) -> None:
        """The trial is done."""
        self._tell(number, TrialState.COMPLETE, value)

    def prune(self, number: int) -> None:
        """The trial was hopeless."""
        self._tell(number, TrialState.PRUNED)

    def fail(self, number: int, reason: str) -> None:
        """The trial failed."""
        self.note(number, reason=reason)
        self._tell(number, TrialState.FAIL)

    def _tell(self, number: int, state: TrialState, value: float | None = None) -> None:
        # A grid's sampler would want to end a loop of Optuna's own.
        self._study.sampler = optuna.samplers.RandomSampler()
        self._study.tell(number, value, state, skip_if_finished=True)

    def _id(self, number: int) -> int:
        return self.storage.get_trial_id_from_study_id_trial_number(self.study_id, number)

    def importances(self) -> dict[str, float]:
        """How much of the difference between trials each path makes; empty where too few trials tell."""
        done = [one for one in self.trials if one.state is TrialState.COMPLETE]
        if len({one.value for one in done}) < 2:
            return {}
        try:
            found = optuna.importance.get_param_importances(self._study)
        except (ValueError, RuntimeError):
            # Too few trials for its method.
            return {}
        return {path: value for path, value in found.items() if math.isfinite(value)}


def _hash(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def best_value(history: Mapping[str, Any], metric: str, direction: str) -> tuple[int, float] | None:
    """The best epoch (from 1) and its value; None where none was finite."""
    values = [(value, epoch) for epoch, value in enumerate(history.get(metric, ()), 1) if math.isfinite(value)]
    if not values:
        return None
    choose = min if direction == "minimize" else max
    # Of equal epochs the first.
    value = choose(value for value, _ in values)
    return next(epoch for one, epoch in values if one == value), value
