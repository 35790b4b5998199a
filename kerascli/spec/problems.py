"""All that is wrong with a spec, gathered while it is read and raised once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kerascli.errors import Diagnostic, ExitCode, Note, Severity, Span, SpecError
from kerascli.spec.component import Component
from kerascli.spec.ignored import IgnoredCode, without_ignored
from kerascli.spec.nodes import COMMAND_LINE as COMMAND_LINE
from kerascli.spec.nodes import Node

# Nobody reads more, and each costs a search for the word that was meant.
MAXIMUM_FAULTS = 200


class Problems:
    """The diagnostics found so far; the parser goes on after each."""

    def __init__(self) -> None:
        """Starts with none."""
        self.found: list[Diagnostic] = []
        # What the spec does not want to hear of, once that is read.
        self.ignored: tuple[IgnoredCode, ...] = ()
        # The layers that were read, also of a model with a fault.
        self.components: list[Component] = []
        self._notes: tuple[Note, ...] = ()
        self._seen: set[tuple[str, str, Span | None]] = set()
        self._settled: set[Span] = set()

    def add(
        self,
        code: str,
        message: str,
        place: Node | Span | None,
        hint: str | None = None,
        *,
        notes: tuple[Note, ...] = (),
        severity: Severity = "error",
        status: ExitCode = ExitCode.SPEC,
    ) -> None:
        """Adds one; `place` is the offending token, or the node that it is."""
        span = place if place is None or isinstance(place, Span) else place.span
        # A fault inside a block is one, however often the block is used.
        if span not in self._settled and (code, message, span) not in self._seen:
            self._seen.add((code, message, span))
            if len(self.found) >= MAXIMUM_FAULTS:
                self.found.append(too_many(span))
                raise SpecError(self.ordered())
            self.found.append(Diagnostic(code, message, span, hint, (*notes, *self._notes), severity, status))

    def warn(self, code: str, message: str, place: Node | Span | None, hint: str | None = None) -> None:
        """Adds a warning."""
        self.add(code, message, place, hint, severity="warning")

    def not_yet(self, what: str, place: Node | Span | None, hint: str | None = None) -> None:
        """Refuses a part of the language that this version does not have."""
        self.add("not-supported", f"{what} is not supported by this version of kerascli", place, hint)

    def settle(self, place: Node) -> None:
        """Says nothing more of a value that is at fault already: what follows from the fault is no news."""
        self._settled.add(place.span)

    @contextmanager
    def noted(self, notes: tuple[Note, ...]) -> Iterator[None]:
        """Adds notes to all that is found within: where a block is used."""
        before, self._notes = self._notes, notes
        try:
            yield
        finally:
            self._notes = before

    @property
    def failed(self) -> bool:
        """Whether an error was found (warnings do not count)."""
        return self.errors > 0

    @property
    def errors(self) -> int:
        """How many errors were found."""
        return sum(diagnostic.severity == "error" for diagnostic in self.found)

    def ordered(self) -> tuple[Diagnostic, ...]:
        """All that the spec does not ignore, in the order of the file; what stands on the command line comes last."""
        return without_ignored(in_order(self.found), self.ignored)

    def raise_errors(self) -> None:
        """Raises all that was found when there is an error among it.

        Raises:
            SpecError: With every diagnostic, warnings included.
        """
        if self.failed:
            raise SpecError(self.ordered())


def too_many(span: Span | None) -> Diagnostic:
    """What is said where a text has so many faults that nobody reads them all."""
    message = f"more than {MAXIMUM_FAULTS} faults: what is behind this place was not looked at"
    return Diagnostic("too-many-faults", message, span, "mend those above first", severity="note")


def in_order(diagnostics: list[Diagnostic] | tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The diagnostics by place: those of the file by line and column, those of files that it extends, the command line's, those without."""

    def key(diagnostic: Diagnostic) -> tuple[int, str, int, int]:
        span = diagnostic.span
        if span is None:
            return (3, "", 0, 0)
        if span.source.used is not None:
            return (1, span.source.name, span.line, span.column)
        return (2 if span.source.name == COMMAND_LINE else 0, "", span.line, span.column)

    return tuple(sorted(diagnostics, key=key))
