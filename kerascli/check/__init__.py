"""Lints: one function each, from a `Spec` (and plain facts) to diagnostics."""

from __future__ import annotations

from kerascli.check.preprocessing_layers import not_adaptable
from kerascli.check.starting_weights import missing_weights
from kerascli.check.wiring import reads_head, unreachable_layers, unused_inputs
from kerascli.errors import Diagnostic, SpecError
from kerascli.spec.problems import in_order
from kerascli.spec.spec import Spec

# A new lint is a function in a file of this room and a name in this list.
LINTS = (unused_inputs, unreachable_layers, reads_head, missing_weights, not_adaptable)


def check_spec(spec: Spec) -> tuple[Diagnostic, ...]:
    """All that is doubtful about a valid spec: the parser's warnings and every lint's, in the order of the file."""
    found = [diagnostic for lint in LINTS for diagnostic in lint(spec)]
    return in_order([*spec.warnings, *found])


def require_sound(spec: Spec) -> tuple[Diagnostic, ...]:
    """What `check_spec` finds, where none of it is an error.

    Raises:
        SpecError: A lint found an error; with every diagnostic.
    """
    found = check_spec(spec)
    if any(diagnostic.severity == "error" for diagnostic in found):
        raise SpecError(found)
    return found
