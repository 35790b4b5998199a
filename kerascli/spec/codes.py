"""The codes of all diagnostics: each has a page of that name, which `explain` prints and `check.ignore` is checked by."""

from __future__ import annotations

from pathlib import Path

# Data of the package, not a module of a higher room.
EXPLANATIONS = Path(__file__).parent.parent / "check" / "explanations"


def all_codes() -> tuple[str, ...]:
    """Every code, sorted."""
    return tuple(sorted(page.stem for page in EXPLANATIONS.glob("*.md")))
