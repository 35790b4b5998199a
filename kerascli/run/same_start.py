"""Compares, before any work, what every process of a training was started with: their steps must be the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from kerascli.errors import EnvironmentProblem, UsageError
from kerascli.record.run_record import versions
from kerascli.run.distribution import Distribution
from kerascli.spec.dump import resolve
from kerascli.spec.places import ROOT
from kerascli.spec.spec import Spec

_HINT = "start all workers with the same spec, overrides and options"


def compare_start(spec: Spec, distribution: Distribution, options: Mapping[str, Any] | None = None) -> None:
    """Compares versions, specs and what the command lines say beside them.

    Args:
        spec: The spec of this process, after the overrides.
        distribution: The processes; each has to compare.
        options: Option to value, for those that decide how long the training goes on.

    Raises:
        EnvironmentProblem: A version is not the chief's.
        UsageError: A part of the spec, or an option, is not.
    """
    if distribution.workers == 1:
        return
    found = versions()
    worker = _differing(distribution, found)
    if worker is not None:
        message = f"{_name(distribution, worker[1])} has not the chief's version of '{worker[0]}'"
        hint = f"install the same everywhere; here it is {found[worker[0]]}"
        raise EnvironmentProblem(message, code="workers-differ", hint=hint)
    written = resolve(spec)
    # What each process is told of the others is its own.
    parts = {key: _alike(written.get(key)) for key in ROOT.keys if key not in ("plugins", "distribute")}
    worker = _differing(distribution, parts)
    if worker is not None:
        message = f"{_name(distribution, worker[1])} has not the chief's spec: '{worker[0]}' differs"
        raise UsageError(message, code="workers-differ", hint=_HINT)
    compare_options(distribution, options or {})


def compare_options(distribution: Distribution, options: Mapping[str, Any]) -> None:
    """Compares what the command lines say.

    Raises:
        UsageError: An option is not the chief's.
    """
    worker = _differing(distribution, options) if distribution.workers > 1 else None
    if worker is not None:
        message = f"{_name(distribution, worker[1])} has not the chief's '{worker[0]}'"
        raise UsageError(message, code="workers-differ", hint=_HINT)


def compare_data(fingerprint: str | None, distribution: Distribution) -> None:
    """Compares what the data was found to be.

    Raises:
        EnvironmentProblem: It is not the chief's.
    """
    worker = _differing(distribution, {"data": fingerprint}) if distribution.workers > 1 else None
    if worker is not None:
        message = f"{_name(distribution, worker[1])} has not the chief's data"
        hint = "give all workers the same files, in a folder that they share or in copies"
        raise EnvironmentProblem(message, code="workers-differ", hint=hint)


def _differing(distribution: Distribution, facts: Mapping[str, Any]) -> tuple[str, int] | None:
    """The first fact that is not the chief's, and the first worker that has another; the same for every process."""
    if not facts:
        return None
    table = distribution.gathered([_number(value) for value in facts.values()])
    for place, name in enumerate(facts):
        for worker in range(1, len(table)):
            if table[worker, place] != table[0, place]:
                return name, worker
    return None


def _alike(section: Any) -> Any:
    """A section without the places of the data: it may lie elsewhere, and what it holds is compared itself."""
    if not isinstance(section, Mapping):
        return section
    return {key: _alike(value) for key, value in section.items() if key != "source"}


def _number(value: Any) -> int:
    text = json.dumps(value, sort_keys=True, default=str)
    return int.from_bytes(sha256(text.encode("utf-8", "surrogateescape")).digest()[:7], "big")


def _name(distribution: Distribution, worker: int) -> str:
    assert distribution.cluster is not None
    return f"worker {worker} ({distribution.cluster.workers[worker]})"
