"""A spec's `tune` in Optuna's terms: distributions, samplers, pruners; and back: suggested values as nodes of the spec."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from kerascli.spec.nodes import Node, Scalar, plain
from kerascli.spec.tune_spec import Dimension, TuneSpec

# Larger seeds are none of NumPy's.
_SEEDS = 2**32
# Neighbouring seeds must not give neighbouring trials.
_STRIDE = 1_000_003


def distributions(tune: TuneSpec) -> dict[str, BaseDistribution]:
    """Path to what Optuna draws from."""
    return {one.path: _distribution(one) for one in tune.space}


def _distribution(one: Dimension) -> BaseDistribution:
    if one.kind == "choice":
        return CategoricalDistribution(labels(one))
    low, high = one.bounds
    if one.kind == "int":
        step = int(one.step or 1)
        return IntDistribution(int(low), int(low) + (int(high) - int(low)) // step * step, step=step)
    return FloatDistribution(
        low, high if one.count is None else low + (one.count - 1) * (one.step or 0), one.kind == "log", one.step
    )


def labels(one: Dimension) -> list[Any]:
    """The choices as Optuna keeps them: plain values, or each as text where one of them is a list or a mapping."""
    values = [plain(node) for node in one.choices]
    simple = all(value is None or isinstance(value, bool | int | float | str) for value in values)
    # 1, 1.0 and true are one value to Optuna.
    if simple and len(set(values)) == len(values):
        return values
    return [json.dumps(value, ensure_ascii=False) for value in values]


def node_of(one: Dimension, value: Any) -> Node:
    """A suggested value as a node at its place in the space."""
    if one.kind == "choice":
        return one.choices[next(index for index, label in enumerate(labels(one)) if label == value)]
    return Scalar(value, one.entry.span, repr(value))


def shown_value(one: Dimension, value: Any) -> Any:
    """A suggested value as the spec has it."""
    return plain(node_of(one, value))


def make_sampler(tune: TuneSpec, seed: int, number: int) -> optuna.samplers.BaseSampler:
    """The sampler for one trial.

    Its seed follows from the trial's number, so that a search that was ended and goes on suggests what it would have
    suggested, and not its first trials again.

    Args:
        tune: The section.
        seed: The seed of the search.
        number: How many trials the study has.
    """
    own = (seed + _STRIDE * number) % _SEEDS
    arguments: dict[str, Any] = dict(tune.sampler.arguments)
    with warnings.catch_warnings():
        # Some of their arguments may change with a version of Optuna: ours is pinned.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        if tune.sampler.name == "random":
            return optuna.samplers.RandomSampler(seed=own)
        if tune.sampler.name == "grid":
            # The seed is the order of its settings, by whose places in it the study knows those that are done.
            return optuna.samplers.GridSampler(_grid(tune.space), seed=seed)
        if tune.sampler.name == "cmaes":
            # One number alone, or choices, are drawn at random, as Optuna says.
            return optuna.samplers.CmaEsSampler(seed=own, warn_independent_sampling=False, **arguments)
        return optuna.samplers.TPESampler(seed=own, **arguments)


def _grid(space: Sequence[Dimension]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for one in space:
        if one.kind == "choice":
            found[one.path] = labels(one)
        else:
            step = one.step or 1
            values = [one.bounds[0] + step * index for index in range(one.count or 0)]
            found[one.path] = [int(value) for value in values] if one.kind == "int" else values
    return found


def make_pruner(tune: TuneSpec, epochs: int) -> optuna.pruners.BasePruner:
    """The pruner; its steps are epochs, from 1.

    Args:
        tune: The section.
        epochs: The epochs of a trial that is not pruned.
    """
    arguments: dict[str, Any] = dict(tune.pruner.arguments)
    name = tune.pruner.name
    if name == "median":
        return optuna.pruners.MedianPruner(**arguments)
    if name == "percentile":
        return optuna.pruners.PercentilePruner(**{"percentile": 25.0, **arguments})
    if name == "hyperband":
        return optuna.pruners.HyperbandPruner(**{"max_resource": max(epochs, 1), **arguments})
    if name == "halving":
        return optuna.pruners.SuccessiveHalvingPruner(**{"min_resource": 1, **arguments})
    return optuna.pruners.NopPruner()
