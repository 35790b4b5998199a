"""What a search tells while it goes on: a protocol that a terminal (or a notebook) implements, silent by default."""

from __future__ import annotations

from typing import Literal, Protocol

from kerascli.errors import Diagnostic
from kerascli.search.search_result import SearchResult, SearchState, TrialRow

Event = Literal["started", "resumed", "epoch", "ended"]


class SearchProgress(Protocol):
    """Told in this order: `began`; `changed` for each trial; `ended` last."""

    def began(self, state: SearchState) -> None:
        """The study is open; `state` has the trials of before."""

    def changed(self, state: SearchState, row: TrialRow, event: Event) -> None:
        """A trial began, goes on, has had an epoch, or ended."""

    def warned(self, diagnostic: Diagnostic) -> None:
        """Something is doubtful."""

    def ended(self, result: SearchResult) -> None:
        """The search is over."""


class SearchSilence:
    """Tells nothing."""

    def began(self, state: SearchState) -> None:
        """Ignored."""

    def changed(self, state: SearchState, row: TrialRow, event: Event) -> None:
        """Ignored."""

    def warned(self, diagnostic: Diagnostic) -> None:
        """Ignored."""

    def ended(self, result: SearchResult) -> None:
        """Ignored."""
