"""Refuses a search whose trials would have to be trained by several processes: each is trained by one, on all its devices."""

from __future__ import annotations

from kerascli.errors import SpecError, UsageError
from kerascli.run.cluster import VARIABLE, given_cluster
from kerascli.spec.spec import Spec


def require_one_process(spec: Spec) -> None:
    """Looks at the spec and at `TF_CONFIG`; workers that each search for themselves would wait for each other.

    Raises:
        SpecError: The spec names workers.
        UsageError: `TF_CONFIG` does.
        EnvironmentProblem: It is no cluster.
    """
    message = "a search trains each trial in one process, and {} wants several workers"
    if spec.distribute.kind == "multi_worker" and len(spec.distribute.workers) != 1:
        hint = "write 'distribute: mirrored' for all devices of a machine, or remove it"
        raise SpecError(message.format("the spec"), code="cluster-conflict", span=spec.distribute.span, hint=hint)
    given = given_cluster()
    if given is not None and len(given.workers) > 1:
        raise UsageError(message.format(VARIABLE), code="cluster-conflict", hint=f"unset {VARIABLE}")
