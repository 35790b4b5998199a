"""The codes whose warnings a spec silences, and the one place in which they are left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from kerascli.errors import Diagnostic, Note
from kerascli.quick_dataclass import dataclass

_NO_WARNING = Note("'check.ignore' silences warnings; this is an error")


@dataclass(frozen=True)
class IgnoredCode:
    """One code that a spec does not want to hear of.

    Attributes:
        code: The code.
        reason: Why, or None where the spec does not say.
    """

    code: str
    reason: str | None = None


def without_ignored(diagnostics: Iterable[Diagnostic], ignored: Collection[IgnoredCode]) -> tuple[Diagnostic, ...]:
    """All but the warnings and notes that a spec ignores; an error that it names says that it stays."""
    codes = {one.code for one in ignored}
    return tuple(
        replace(one, notes=(*one.notes, _NO_WARNING)) if one.code in codes and _NO_WARNING not in one.notes else one
        for one in diagnostics
        if one.code not in codes or one.severity == "error"
    )
