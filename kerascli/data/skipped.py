"""`SkipLog`: the samples that could not be read and were left out, where the spec says `on_error: skip`."""

from __future__ import annotations

from dataclasses import dataclass, field

# How many are listed by their place; all are counted.
LISTED = 20


@dataclass
class SkipLog:
    """What was left out.

    Attributes:
        count: How many samples.
        first: The first of them, each with its place and reason.
    """

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, what: str) -> None:
        """Counts one, and lists it where there is room."""
        self.count += 1
        if len(self.first) < LISTED:
            self.first.append(what)

    def __str__(self) -> str:
        """How many, and the first of them."""
        verb = "sample was" if self.count == 1 else "samples were"
        more = "" if self.count == 1 else "; 'run.json' lists the first"
        return f"{self.count:,} {verb} left out: {self.first[0]}{more}"
