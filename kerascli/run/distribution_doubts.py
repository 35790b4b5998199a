"""What the devices that were found mean for a spec, before anything is computed on them."""

from __future__ import annotations

from dataclasses import replace

from kerascli.check import check_spec
from kerascli.check.distribution import distributed
from kerascli.errors import Diagnostic, SpecError
from kerascli.run.distribution import Distribution
from kerascli.spec.ignored import without_ignored
from kerascli.spec.spec import Spec


def doubts_of(spec: Spec, distribution: Distribution) -> tuple[Diagnostic, ...]:
    """What is doubtful, and was not said of the spec alone.

    Raises:
        SpecError: A batch is smaller than the replicas, or its size is fixed.
    """
    if distribution.kind != "none" and distribution.replicas == 1:
        message = f"'{distribution.kind}' finds one device here, and computes as without it"
        return (Diagnostic("one-device", message, spec.distribute.span, severity="note"),)
    if distribution.replicas == 1:
        return ()
    found = list(distributed(spec, distribution.replicas))
    errors = [one for one in found if one.severity == "error"]
    if errors:
        raise SpecError(errors)
    said = {(one.code, one.message) for one in check_spec(spec)}
    left = [one for one in found if (one.code, one.message) not in said]
    if spec.compile is not None and spec.compile.jit_compile is True:
        left.append(_without_jit(spec))
    return without_ignored(tuple(left), spec.ignored)


def _without_jit(spec: Spec) -> Diagnostic:
    assert spec.compile is not None
    message = "XLA does not compile steps on several replicas: they are computed without it"
    return replace(Diagnostic("replica-jit", message, spec.compile.span), severity="note")
