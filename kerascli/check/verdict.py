"""What is said of a spec in the end: what it does not ignore, with each warning an error where the user is strict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kerascli.errors import DataError, Diagnostic, ExitCode, KerascliError, Note, SpecError
from kerascli.spec.ignored import without_ignored
from kerascli.spec.spec import Spec

_STRICT = Note("a warning, which '--strict' makes an error")


def settle(found: Iterable[Diagnostic], spec: Spec, *, strict: bool = False) -> tuple[Diagnostic, ...]:
    """What is to be said of what was found.

    Args:
        found: The diagnostics of lints, or of the data.
        spec: The spec, which may ignore some.
        strict: Whether warnings are errors.

    Raises:
        SpecError: There is an error among them, or a warning and `strict`; with every diagnostic.
        DataError: The same, where the data alone is at fault.
    """
    said = without_ignored(found, spec.ignored)
    said = as_errors(said) if strict else said
    statuses = {one.status for one in said if one.severity == "error"}
    if statuses:
        kind: type[KerascliError] = DataError if statuses == {ExitCode.DATA} else SpecError
        raise kind(said)
    return said


def as_errors(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics, each warning an error that says what it was."""
    return tuple(
        replace(one, severity="error", notes=(*one.notes, _STRICT)) if one.severity == "warning" else one
        for one in found
    )
