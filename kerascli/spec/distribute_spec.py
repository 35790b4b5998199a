"""`DistributeSpec`: the devices and machines that a training goes on."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from kerascli.errors import Span
from kerascli.quick_dataclass import dataclass

# Seconds in which all workers have to be there: the others may still import TensorFlow.
TIMEOUT = 60

Kind = Literal["none", "mirrored", "multi_worker"]


@dataclass(frozen=True)
class DistributeSpec:
    """What the spec says; without the section, one process computes on one device.

    Attributes:
        kind: `none`; `mirrored`: all devices of one machine; `multi_worker`: one process on each of several.
        devices: For `mirrored`, the devices as TensorFlow names them (`GPU:0`); empty: all of them.
        workers: For `multi_worker`, the address (`host:port`) of each, the chief's first; empty: `TF_CONFIG` tells.
        timeout: Seconds to wait for the other workers.
        span: Where the section stands.
        worker_spans: Where each address stands.
    """

    kind: Kind = "none"
    devices: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    timeout: int = TIMEOUT
    span: Span | None = field(default=None, compare=False, repr=False)
    worker_spans: tuple[Span, ...] = field(default=(), compare=False, repr=False)
