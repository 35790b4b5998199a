"""Leaves out what only follows from something else that is said: one fault is one diagnostic."""

from __future__ import annotations

from collections.abc import Sequence

from kerascli.errors import Diagnostic

# What follows, and what it follows from.
_CAUSES = {"target-shape": "unflattened-head", "shape-mismatch": "arguments-disagree"}


def without_consequences(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """All but what follows from another one about the same thing: at the same token, or about the same name."""
    causes = [one for one in found if one.code in _CAUSES.values()]
    return [one for one in found if one.code not in _CAUSES or not any(_causes(other, one) for other in causes)]


def _causes(cause: Diagnostic, other: Diagnostic) -> bool:
    if _CAUSES.get(other.code) != cause.code:
        return False
    same_place = cause.span is not None and cause.span == other.span
    return same_place or _named(cause) == _named(other) is not None


def _named(diagnostic: Diagnostic) -> str | None:
    """The name that the message quotes first."""
    parts = diagnostic.message.split("'")
    return parts[1] if len(parts) > 2 else None
