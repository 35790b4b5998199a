"""How many workers there are and where they listen: what the command line says, and what the spec says, if they agree."""

from __future__ import annotations

import ipaddress
import socket

from kerascli.check.distribution import distributed
from kerascli.errors import SpecError, UsageError
from kerascli.search.launch.addresses import LOOPBACK, Address
from kerascli.spec.distribute_spec import DistributeSpec
from kerascli.spec.spec import Spec

_LAST_PORT = 65_535


def agree(workers: int | None, port: int | None, spec: DistributeSpec) -> tuple[int, list[Address]]:
    """The number of workers, and their addresses where these were said; else none.

    Args:
        workers: What `--workers` says.
        port: What `--port` says.
        spec: What the spec says.

    Raises:
        UsageError: The command line does not suffice, or can't be meant.
        SpecError: The spec says otherwise.
    """
    if spec.workers:
        return len(spec.workers), _of_spec(workers, port, spec)
    if workers is None:
        raise UsageError("how many workers is not said", hint="say '--workers 2'")
    if spec.kind == "mirrored" and workers > 1:
        message = f"the spec wants one process, and '--workers' says {workers}"
        hint = "remove 'distribute' from the spec, or train it with 'kerascli train'"
        raise SpecError(message, code="cluster-conflict", span=spec.span, hint=hint)
    if port is None:
        return workers, []
    if port + workers - 1 > _LAST_PORT:
        hint = f"say '--port {_LAST_PORT + 1 - workers}' or less"
        raise UsageError(f"there is no port {port + workers - 1}", hint=hint)
    return workers, [(LOOPBACK, port + index) for index in range(workers)]


def require_parts(spec: Spec, workers: int) -> None:
    """Refuses a training of whose batches not every worker would have a part; each may have several devices, at least one.

    Raises:
        SpecError: A batch is too small, or its size is fixed, or the optimizer can't be shared.
    """
    found = [one for one in distributed(spec, workers) if one.severity == "error"] if workers > 1 else []
    if found:
        raise SpecError(found)


def _of_spec(workers: int | None, port: int | None, spec: DistributeSpec) -> list[Address]:
    if workers is not None and workers != len(spec.workers):
        message = f"the spec names {len(spec.workers)} workers, and '--workers' says {workers}"
        raise SpecError(message, code="cluster-conflict", span=spec.span, hint="leave '--workers' out")
    if port is not None:
        raise UsageError("the spec names the ports, and so does '--port'", hint="leave '--port' out")
    found: list[Address] = []
    for one, span in zip(spec.workers, spec.worker_spans, strict=True):
        host, _, number = one.rpartition(":")
        if not _is_here(host):
            message = f"'launch' starts the workers of one machine, and the spec has '{one}'"
            hint = "start each where it belongs, as 'docs/scale.md' says, or leave 'workers' out of the spec"
            raise SpecError(message, code="cluster-conflict", span=span, hint=hint)
        found.append((host.strip("[]"), int(number)))
    return found


def _is_here(host: str) -> bool:
    if host.lower() in ("localhost", socket.gethostname().lower()):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
