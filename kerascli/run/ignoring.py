"""Tells how a run goes on, but nothing of what its spec ignores."""

from __future__ import annotations

from typing import Any, cast

from kerascli.errors import Diagnostic
from kerascli.run.progress import Progress
from kerascli.spec.ignored import without_ignored
from kerascli.spec.spec import Spec


class _Ignoring:
    """Passes everything on, warnings only where the spec does not ignore them."""

    def __init__(self, told: Progress, spec: Spec) -> None:
        self._told, self._ignored = told, spec.ignored

    def __getattr__(self, name: str) -> Any:
        return getattr(self._told, name)

    def warned(self, diagnostic: Diagnostic) -> None:
        for one in without_ignored([diagnostic], self._ignored):
            self._told.warned(one)


def ignoring(progress: Progress, spec: Spec) -> Progress:
    """The one that is told, without the warnings that the spec ignores."""
    return cast(Progress, _Ignoring(progress, spec)) if spec.ignored else progress
