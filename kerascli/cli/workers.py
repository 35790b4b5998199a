"""Which of several processes of a training this one is, as far as a command has to know before TensorFlow is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerascli.spec.distribute_spec import DistributeSpec


def is_chief(spec: DistributeSpec, worker: int | None, *, alone: bool = False) -> bool:
    """Whether this process tells how it goes.

    Args:
        spec: The section of the spec.
        worker: What `--worker` says.
        alone: Whether the command computes in one process, whatever the spec says.

    Raises:
        SpecError: The spec contradicts `TF_CONFIG`, or nothing tells which worker this is.
        UsageError: There is no such worker.
        EnvironmentProblem: `TF_CONFIG` is no cluster, a host is not known, or the own port is in use.
    """
    from kerascli.run.cluster import find_cluster

    if alone:
        return True
    cluster = find_cluster(spec, worker)
    if cluster is None:
        return True
    from kerascli.run.rendezvous import look_around

    look_around(cluster)
    return cluster.is_chief


def is_chief_of_run(worker: int | None = None) -> bool:
    """The same for a run that there is, by `--worker` and `TF_CONFIG` alone.

    Raises:
        EnvironmentProblem: `TF_CONFIG` is no cluster.
    """
    from kerascli.run.cluster import given_cluster

    given = given_cluster()
    return not worker and (given is None or given.is_chief)
