"""The ports that workers listen on, and `TF_CONFIG`, which tells each of them where all are."""

from __future__ import annotations

import errno
import json
import random
import socket
from collections.abc import Sequence
from pathlib import Path

from kerascli.errors import EnvironmentProblem

LOOPBACK = "127.0.0.1"
_LOWEST = 20_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_TRIES = 200
# Seconds that a look at a port may take.
_PATIENCE = 0.5

Address = tuple[str, int]


def free_addresses(count: int) -> list[Address]:
    """So many addresses of this machine that nobody listens on.

    They lie below the ports that the system gives to outgoing connections: none of these can take one before the
    worker does.

    Raises:
        EnvironmentProblem: There are none.
    """
    found: list[Address] = []
    ports = random.SystemRandom().sample(range(_LOWEST, _highest()), _TRIES)
    for port in ports:
        if len(found) < count and _is_free(LOOPBACK, port):
            found.append((LOOPBACK, port))
    if len(found) < count:
        raise EnvironmentProblem(f"this machine has no {count} free ports", code="port-in-use")
    return found


def require_free(addresses: Sequence[Address]) -> None:
    """Looks at addresses that were asked for.

    Raises:
        EnvironmentProblem: One can't be listened on.
    """
    for host, port in addresses:
        if not _is_free(host, port):
            message = f"the port {port} of '{host}' is in use"
            raise EnvironmentProblem(message, code="port-in-use", hint="name other ports, or none: free ones are found")


def listens(address: Address) -> bool:
    """Whether somebody listens there."""
    try:
        with socket.create_connection(address, _PATIENCE) as connection:
            # A port may be connected with itself where nobody listens.
            return bool(connection.getsockname() != connection.getpeername())
    except OSError:
        return False


def tf_config(addresses: Sequence[Address], index: int) -> str:
    """What TensorFlow reads: where all workers are, and which of them this one is."""
    workers = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in addresses]
    return json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}})


def _highest() -> int:
    try:
        first = int(_RANGE.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        first = 32_768
    return first if first > _LOWEST + _TRIES else 65_536


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as one:
        # As a server does: what an earlier one left to the system is no hindrance, a living one is.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, port))
            one.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise EnvironmentProblem(
                f"can't listen on '{host}:{port}': {error.strerror}", code="port-in-use"
            ) from error
    return True
