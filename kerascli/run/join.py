"""Makes the `Distribution` that a spec, the command line and `TF_CONFIG` ask for, before TensorFlow's first operation."""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import tensorflow as tf

from kerascli.errors import EnvironmentProblem, Span
from kerascli.run.cluster import Cluster, find_cluster, given_cluster
from kerascli.run.distribution import ALONE, Distribution
from kerascli.run.rendezvous import joining, meet
from kerascli.spec.distribute_spec import DistributeSpec


def distribute(spec: DistributeSpec, worker: int | None = None) -> Distribution:
    """The devices and processes, joined.

    Args:
        spec: The section of the spec.
        worker: Which worker this is, where `TF_CONFIG` does not say so.

    Raises:
        SpecError: The spec contradicts `TF_CONFIG`.
        UsageError: There is no such worker.
        EnvironmentProblem: A device or a worker is not there.
    """
    cluster = find_cluster(spec, worker)
    if cluster is not None:
        return _join(cluster)
    if spec.kind == "none":
        return ALONE
    devices = _devices(spec.devices, spec.span)
    if len(devices) == 1:
        # As one process on one device computes.
        return Distribution(spec.kind)
    return Distribution(spec.kind, len(devices), _mirrored(devices))


def distribute_again(spec: DistributeSpec) -> Distribution:
    """What evaluates, or predicts, with a run: the workers of `TF_CONFIG`, or the devices of its spec that are here.

    Raises:
        EnvironmentProblem: `TF_CONFIG` is no cluster, or a worker is not there.
    """
    given = given_cluster()
    if given is not None and len(given.workers) > 1:
        return _join(replace(given, timeout=spec.timeout))
    if spec.kind != "mirrored":
        return ALONE
    there = {*_logical("GPU"), *_logical("CPU")}
    return ALONE if not there.issuperset(spec.devices) else distribute(spec)


def planned(spec: DistributeSpec, worker: int | None = None) -> Distribution:
    """The same without joining anything, to tell what would be."""
    if spec.kind == "multi_worker" and len(spec.workers) > 1 and worker is None:
        worker = 0
    cluster = find_cluster(spec, worker)
    if spec.kind == "none" and cluster is None:
        return ALONE
    count = len(_devices(spec.devices, spec.span)) if cluster is None else max(1, len(_logical("GPU")))
    return Distribution(
        spec.kind if cluster is None else "multi_worker",
        count * (len(cluster.workers) if cluster else 1),
        None,
        cluster,
    )


def _logical(kind: str) -> list[str]:
    return [device.name.removeprefix("/device:") for device in tf.config.list_logical_devices(kind)]


def _devices(wanted: Sequence[str], span: Span | None) -> tuple[str, ...]:
    """The devices that were asked for; all GPUs, or where there are none all CPUs, if nothing was.

    Raises:
        EnvironmentProblem: One of them is not there.
    """
    if not wanted:
        return tuple(_logical("GPU") or _logical("CPU"))
    there = [*_logical("GPU"), *_logical("CPU")]
    for device in wanted:
        if device not in there:
            hint = f"there are {', '.join(there)}"
            raise EnvironmentProblem(f"there is no device '{device}'", code="no-device", span=span, hint=hint)
    return tuple(wanted)


@cache
def _mirrored(devices: tuple[str, ...]) -> Any:
    return tf.distribute.MirroredStrategy(list(devices))


@cache
def _join(cluster: Cluster) -> Distribution:
    """Joins the workers; a process can do it once.

    Raises:
        EnvironmentProblem: One of them is not there, or TensorFlow has been used before.
    """
    meet(cluster)
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.workers)}),
        task_type="worker",
        task_id=cluster.index,
        rpc_layer="grpc",
    )
    try:
        with joining(cluster):
            strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    except RuntimeError as error:
        message = f"TensorFlow can't join the workers: {str(error).splitlines()[0]}"
        hint = "begin it in a process that has not used TensorFlow yet"
        raise EnvironmentProblem(message, code="worker-join", hint=hint) from error
    except tf.errors.OpError as error:
        message = f"TensorFlow can't join the workers: {error.message.splitlines()[0]}"
        raise EnvironmentProblem(
            message, code="worker-join", hint="look at the messages of the other workers"
        ) from error
    _take_signals_back()
    return Distribution("multi_worker", strategy.num_replicas_in_sync, strategy, cluster)


def _take_signals_back() -> None:
    """TensorFlow takes SIGTERM for itself when it joins workers; Python's handlers are set again."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        handler = signal.getsignal(number)
        signal.signal(number, handler if handler is not None else signal.SIG_DFL)
