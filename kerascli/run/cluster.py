"""Which processes a training is made by, and which of them this one is: from the spec, the command line and `TF_CONFIG`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kerascli.errors import EnvironmentProblem, SourceText, Span, SpecError, UsageError
from kerascli.spec.distribute_parser import address_fault
from kerascli.spec.distribute_spec import TIMEOUT, DistributeSpec

VARIABLE = "TF_CONFIG"
# Tasks that are no workers of a training in step: `ps` and `evaluator` belong to other strategies.
_TRAINING = ("chief", "worker")


@dataclass(frozen=True)
class Cluster:
    """The processes of one training.

    Attributes:
        workers: The address (`host:port`) of each, the chief's first.
        index: Which of them this process is.
        timeout: Seconds to wait for the others.
        span: Where the spec or `TF_CONFIG` names this one.
    """

    workers: tuple[str, ...]
    index: int
    timeout: int = field(default=TIMEOUT, compare=False)
    span: Span | None = field(default=None, compare=False, repr=False)

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run."""
        return self.index == 0

    def config(self) -> str:
        """The value of `TF_CONFIG` that says the same to TensorFlow."""
        task = {"type": "worker", "index": self.index}
        return json.dumps({"cluster": {"worker": list(self.workers)}, "task": task})


def find_cluster(spec: DistributeSpec, worker: int | None = None) -> Cluster | None:
    """The cluster that this process belongs to, or None where it trains alone.

    Args:
        spec: The section of the spec.
        worker: What `--worker` says.

    Raises:
        SpecError: The spec and `TF_CONFIG` contradict each other, or nothing tells which worker this is.
        UsageError: There is no such worker.
        EnvironmentProblem: `TF_CONFIG` is no cluster.
    """
    given = given_cluster()
    if given is not None and worker is not None and worker != given.index:
        message = f"'--worker {worker}' contradicts {VARIABLE}, which says that this is worker {given.index}"
        raise UsageError(message, code="cluster-conflict", hint="say one of them")
    if spec.kind == "mirrored" and given is not None and len(given.workers) > 1:
        _conflict(spec.span, f"the spec wants one process, and {VARIABLE} names {len(given.workers)} workers")
    if spec.kind != "multi_worker":
        if given is None and worker is not None:
            hint = "add 'distribute: {multi_worker: {workers: [host:port, host:port]}}'"
            raise UsageError("'--worker' says which worker this is, and there are none", code="usage", hint=hint)
        return given if given is not None and len(given.workers) > 1 else None
    cluster = _of_spec(spec, given, worker)
    return cluster if len(cluster.workers) > 1 else None


def _of_spec(spec: DistributeSpec, given: Cluster | None, worker: int | None) -> Cluster:
    """The cluster of a spec that wants several workers."""
    if given is not None:
        if spec.workers and tuple(one.lower() for one in given.workers) != spec.workers:
            _conflict(spec.span, f"the spec and {VARIABLE} name other workers: {', '.join(given.workers)}")
        return Cluster(given.workers, given.index, spec.timeout, spec.span)
    if not spec.workers:
        hint = f"write 'workers: [host:port, host:port]', or set {VARIABLE}"
        raise SpecError("nothing names the workers", code="no-workers", span=spec.span, hint=hint)
    if len(spec.workers) == 1:
        return Cluster(spec.workers, 0, spec.timeout, spec.span)
    if worker is None:
        hint = f"say '--worker 0' on the first machine, '--worker 1' on the next, or set {VARIABLE}"
        message = f"nothing tells which of the {len(spec.workers)} workers this is"
        raise SpecError(message, code="no-worker-index", span=spec.span, hint=hint)
    if worker >= len(spec.workers):
        hint = f"say a number from 0 to {len(spec.workers) - 1}"
        raise UsageError(f"there is no worker {worker}", code="no-worker-index", hint=hint)
    span = spec.worker_spans[worker] if spec.worker_spans else spec.span
    return Cluster(spec.workers, worker, spec.timeout, span)


def _conflict(span: Span | None, message: str) -> None:
    """Raises what it says, at the spec."""
    hint = f"unset {VARIABLE}, or remove 'distribute' from the spec"
    raise SpecError(message, code="cluster-conflict", span=span, hint=hint)


def given_cluster() -> Cluster | None:
    """What `TF_CONFIG` says; None where it is not set.

    Raises:
        EnvironmentProblem: It is no JSON, or no cluster with this task in it.
    """
    text = os.environ.get(VARIABLE, "")
    if not text.strip():
        return None
    source = SourceText(VARIABLE, text)
    try:
        config = json.loads(text)
    except json.JSONDecodeError as error:
        place = source.span(error.lineno, error.colno)
        raise _fault(f"{VARIABLE} is no JSON: {error.msg.lower()}", place) from error
    except RecursionError as error:
        raise _fault(f"{VARIABLE} is nested too deeply", source.span(1, 1)) from error
    cluster = config.get("cluster") if isinstance(config, Mapping) else None
    if not isinstance(cluster, Mapping):
        raise _fault(f"{VARIABLE} has no 'cluster' of named tasks", source.span(1, 1))
    for kind in cluster:
        if kind not in _TRAINING:
            raise _fault(f"{VARIABLE} has tasks of the kind '{kind}', which no training in step has", _at(source, kind))
    workers = [address for kind in _TRAINING for address in _addresses(cluster.get(kind, []), kind, source)]
    if not workers:
        raise _fault(f"{VARIABLE} names no worker", _at(source, "cluster"))
    for number, address in enumerate(workers):
        fault = address_fault(address)
        if fault is not None or address in workers[:number]:
            raise _fault(fault or f"the worker '{address}' is named twice", _at(source, address))
    return Cluster(tuple(workers), _index(config, cluster, source), span=_at(source, "task"))


def _addresses(value: Any, kind: str, source: SourceText) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _fault(f"'{kind}' of {VARIABLE} is no list of addresses", _at(source, kind))
    return list(value)


def _index(config: Mapping[str, Any], cluster: Mapping[str, Any], source: SourceText) -> int:
    """The place of this process among the chief and the workers."""
    task = config.get("task")
    if not isinstance(task, Mapping):
        raise _fault(f"{VARIABLE} has no 'task' that says which worker this is", source.span(1, 1))
    kind, index = str(task.get("type")), task.get("index")
    if kind not in cluster:
        raise _fault(
            f"the task of {VARIABLE} is of the kind '{kind}', which its cluster does not have", _at(source, "type")
        )
    if isinstance(index, str) and index.isdecimal():
        # Some schedulers quote it.
        index = int(index)
    count = len(cluster[kind])
    if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < count:
        names = f"{count} of the kind '{kind}'"
        raise _fault(f"{VARIABLE} says that this is task {index}, and there are {names}", _at(source, "index"))
    return index + (len(cluster.get("chief", [])) if kind == "worker" else 0)


def _at(source: SourceText, word: str) -> Span:
    """Where a word of the JSON stands; its start where it is written with escapes."""
    for number, line in enumerate(source.lines, 1):
        place = line.find(f'"{word}"')
        if place >= 0:
            return source.span(number, place + 1, len(word) + 2)
    return source.span(1, 1)


def _fault(message: str, span: Span) -> EnvironmentProblem:
    hint = f'unset {VARIABLE}, or write {{"cluster": {{"worker": ["host:port", …]}}, "task": {{"type": "worker", "index": 0}}}}'
    return EnvironmentProblem(message, code="tf-config", span=span, hint=hint)
