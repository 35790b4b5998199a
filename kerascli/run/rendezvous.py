"""Finds out whether all workers can be reached, before TensorFlow waits for them without an end."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator

from kerascli.errors import Diagnostic, EnvironmentProblem, ExitCode, render_plain
from kerascli.run.cluster import Cluster

# Seconds for one attempt to reach a worker, and between two of them.
_ATTEMPT = 1.0
_PAUSE = 0.1


def look_around(cluster: Cluster) -> None:
    """What can be known of the addresses at once.

    Raises:
        EnvironmentProblem: A host is not known, or the own port is in use.
    """
    addresses = {worker: _look_up(worker) for worker in cluster.workers}
    own = cluster.workers[cluster.index]
    with _listening(own, addresses[own][0]):
        pass


def meet(cluster: Cluster) -> None:
    """Returns when every worker has been there; each listens at its own address while it waits.

    Raises:
        EnvironmentProblem: A host is not known, the own port is in use, or some did not come in time.
    """
    addresses = {worker: _look_up(worker) for worker in cluster.workers}
    own = cluster.workers[cluster.index]
    with _listening(own, addresses[own][0]):
        end = time.monotonic() + cluster.timeout
        missing = [worker for worker in cluster.workers if worker != own]
        while missing:
            missing = [worker for worker in missing if not _is_there(addresses[worker], end)]
            if missing and time.monotonic() > end:
                raise EnvironmentProblem(
                    f"{_names(missing)} could not be reached within {cluster.timeout} seconds",
                    code="worker-unreachable",
                    span=cluster.span,
                    hint="start all workers, or give them more time with 'distribute.multi_worker.timeout'",
                )
            time.sleep(_PAUSE)
        # The others may be between two attempts; after that TensorFlow listens at the port.
        time.sleep(3 * _PAUSE)


@contextlib.contextmanager
def joining(cluster: Cluster) -> Iterator[None]:
    """Ends the process when the block, in which TensorFlow joins the workers, takes longer than they are given.

    TensorFlow waits in native code, where no exception gets in and no signal is heeded.
    """
    timer = threading.Timer(cluster.timeout + 10, _give_up, [cluster])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _give_up(cluster: Cluster) -> None:
    message = f"the {len(cluster.workers)} workers did not join within {cluster.timeout + 10} seconds"
    hint = "one of them has ended since it could be reached: look at its messages"
    sys.stderr.write(render_plain(Diagnostic("worker-unreachable", message, hint=hint)) + "\n")
    sys.stderr.flush()
    os._exit(int(ExitCode.ENVIRONMENT))


def _names(workers: list[str]) -> str:
    listed = ", ".join(f"'{worker}'" for worker in workers)
    return f"the worker {listed}" if len(workers) == 1 else f"the workers {listed}"


def _look_up(worker: str) -> list[tuple[socket.AddressFamily, tuple[str, int]]]:
    """The addresses of a worker.

    Raises:
        EnvironmentProblem: Its host is not known.
    """
    host, _, port = worker.rpartition(":")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
    except OSError as error:
        message = f"the host of the worker '{worker}' can't be found: {error.strerror or error}"
        raise EnvironmentProblem(
            message, code="worker-unreachable", hint="write its name as the network knows it"
        ) from error
    return [(family, (str(address[0]), int(address[1]))) for family, _, _, _, address in found]


@contextlib.contextmanager
def _listening(worker: str, address: tuple[socket.AddressFamily, tuple[str, int]]) -> Iterator[None]:
    """Takes the own port for as long as the block runs, as TensorFlow will after it.

    Raises:
        EnvironmentProblem: It is in use.
    """
    family, (_, port) = address
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        if os.name == "posix":
            # A port that was in use a minute ago is free.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            # On all addresses of the machine, as TensorFlow does; behind a name may stand one that is not its own.
            listener.bind(("", port))
            listener.listen(128)
        except OSError as error:
            message = f"the port of this worker, '{worker}', can't be had: {error.strerror or error}"
            hint = "choose a port that no other process uses"
            raise EnvironmentProblem(message, code="port-in-use", hint=hint) from error
        yield


def _is_there(addresses: list[tuple[socket.AddressFamily, tuple[str, int]]], end: float) -> bool:
    for family, address in addresses:
        left = end - time.monotonic()
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as attempt:
            attempt.settimeout(max(0.05, min(_ATTEMPT, left)))
            attempt.connect(address)
            return True
    return False
