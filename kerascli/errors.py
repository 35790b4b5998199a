"""Where a fault stands and what is said about it: `Span`, `Diagnostic`, the error tree and the exit codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from enum import IntEnum, unique
from functools import cached_property
from typing import Any, Literal

from kerascli.quick_dataclass import dataclass


@unique
class ExitCode(IntEnum):
    """The exit status of every command."""

    OK = 0
    BUG = 1
    SPEC = 2
    DATA = 3
    TRAINING = 4
    ENVIRONMENT = 5
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True)
class SourceText:
    """A text that a fault can stand in: a file, or the overrides of the command line, one a line."""

    name: str
    text: str = field(repr=False)
    # Where another file took this one in.
    used: Note | None = field(default=None, repr=False, compare=False)

    @cached_property
    def lines(self) -> list[str]:
        """The lines, without their ends, as YAML counts them."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def span(self, line: int, column: int, length: int = 1) -> Span:
        """A place in this text; `line` and `column` count from 1."""
        return Span(self, line, column, length)


@dataclass(frozen=True)
class Span:
    """A place in a text: one token, on one line.

    Attributes:
        source: The text.
        line: The line, from 1.
        column: The column in characters, from 1.
        length: The token's length in characters, at least 1.
        notes: Where the value that stands there was filled in, when it is a variable's.
    """

    source: SourceText = field(repr=False)
    line: int
    column: int
    length: int = 1
    notes: tuple[Note, ...] = field(default=(), repr=False, compare=False)

    @property
    def excerpt(self) -> str:
        """The whole line that the token stands on."""
        lines = self.source.lines
        return lines[self.line - 1] if 0 < self.line <= len(lines) else ""

    def __str__(self) -> str:
        """`file:line:column`, as editors read it."""
        return f"{self.source.name}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Note:
    """A second remark of a diagnostic, at a place of its own where it has one."""

    message: str
    span: Span | None = None


Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Diagnostic:
    """One fault, as data.

    Attributes:
        code: A stable slug such as `unknown-argument`.
        message: One sentence in lower case, the offender in quotes.
        span: Where; None where no text is at fault.
        hint: One imperative sentence, or None.
        notes: Further places and remarks.
        severity: `error`, `warning` (the status stays 0) or `note`.
        status: The exit status that an error leads to.
    """

    code: str
    message: str
    span: Span | None = None
    hint: str | None = None
    notes: tuple[Note, ...] = ()
    severity: Severity = "error"
    status: ExitCode = ExitCode.SPEC

    @property
    def remarks(self) -> tuple[Note, ...]:
        """The notes, and how the text that is at fault came into the spec: by a variable, by `extends`."""
        found = [*self.notes, *(self.span.notes if self.span is not None else ())]
        source = self.span.source if self.span is not None else None
        while source is not None and source.used is not None:
            found.append(source.used)
            source = source.used.span.source if source.used.span is not None else None
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """The diagnostic as JSON values, for `--json`."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            **_place(self.span),
            "hint": self.hint,
            "notes": [{"message": note.message, **_place(note.span)} for note in self.remarks],
        }


def _place(span: Span | None) -> dict[str, Any]:
    if span is None:
        return {"file": None, "line": None, "column": None, "length": None, "excerpt": None}
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "length": span.length,
        "excerpt": span.excerpt,
    }


class KerascliError(Exception):
    """Everything that a user, the data or the machine can cause; the command prints it without a traceback.

    Attributes:
        diagnostics: What is wrong, in the order of the file.
        exit_code: The exit status that the command ends with.
    """

    exit_code: ExitCode = ExitCode.BUG
    # What a diagnostic is called that is given no code of its own.
    code: str

    def __init__(
        self,
        message: str | Iterable[Diagnostic],
        *,
        hint: str | None = None,
        span: Span | None = None,
        code: str | None = None,
    ) -> None:
        """Takes one message (with its hint and place), or ready diagnostics."""
        if isinstance(message, str):
            diagnostic = Diagnostic(code or self.code, message, span, hint, status=self.exit_code)
            self.diagnostics: tuple[Diagnostic, ...] = (diagnostic,)
        else:
            self.diagnostics = tuple(message)
            errors = [diagnostic.status for diagnostic in self.diagnostics if diagnostic.severity == "error"]
            if errors:
                # A fault of the spec is mended first, so its status goes before that of the data.
                self.exit_code = min(errors)
        super().__init__("\n".join(render_plain(diagnostic) for diagnostic in self.diagnostics))


class SpecError(KerascliError):
    """The spec is wrong (status 2)."""

    exit_code = ExitCode.SPEC
    code = "spec"


class UsageError(KerascliError):
    """The command line is wrong (status 2)."""

    exit_code = ExitCode.SPEC
    code = "usage"


class DataError(KerascliError):
    """The data is wrong (status 3)."""

    exit_code = ExitCode.DATA
    code = "data"


class TrainingError(KerascliError):
    """Training went bad: weights or losses that are not finite (status 4)."""

    exit_code = ExitCode.TRAINING
    code = "training"


class EnvironmentProblem(KerascliError):
    """Disk, memory, a lock, a checkpoint that can't be read or written (status 5)."""

    exit_code = ExitCode.ENVIRONMENT
    code = "environment"


class Interrupted(KerascliError):
    """A signal ended the run after it was saved (status 130 or 143)."""

    code = "interrupted"

    def __init__(self, message: str, *, exit_code: ExitCode, hint: str | None = None) -> None:
        """Takes the status of the signal that came."""
        self.exit_code = exit_code
        super().__init__(message, hint=hint)


def visible(text: str) -> str:
    """The text with its control characters written out, so that no name can steer a terminal."""
    return "".join(
        character if character.isprintable() or character == "\t" else f"\\x{ord(character):02x}" for character in text
    )


def render_plain(diagnostic: Diagnostic) -> str:
    """The diagnostic as plain text: place, message and code, excerpt with carets, help and notes.

    The form follows compilers (`file:line:column: error: …`), so that editors and CI logs link it.
    """
    place = f"{visible(str(diagnostic.span))}: " if diagnostic.span else ""
    out = [f"{place}{diagnostic.severity}: {visible(diagnostic.message)} [{diagnostic.code}]"]
    width = 5
    if diagnostic.span is not None and diagnostic.span.excerpt.strip():
        out += _excerpt(diagnostic.span)
        width = max(width, len(str(diagnostic.span.line)) + 1)
    if diagnostic.hint:
        out.append(f"{' ' * width} = help: {visible(diagnostic.hint)}")
    for note in diagnostic.remarks:
        where = f" ({visible(str(note.span))})" if note.span else ""
        out.append(f"{' ' * width} = note: {visible(note.message)}{where}")
    return "\n".join(out)


def _excerpt(span: Span, limit: int = 160) -> list[str]:
    """The line and the carets below it; a long line is cut around the token."""
    text, start = span.excerpt.replace("\t", " "), span.column - 1
    cut = max(0, start - limit // 4) if len(text) > limit else 0
    shown = text[cut : cut + limit]
    before = ("…" if cut else "") + visible(shown[: start - cut])
    token = visible(shown[start - cut : start - cut + span.length])
    text = before + token + visible(shown[start - cut + span.length :])
    start, length = len(before), max(1, len(token))
    number = str(span.line).rjust(max(5, len(str(span.line)) + 1))
    return [f"{number} | {text}", f"{' ' * len(number)} | {' ' * start}{'^' * length}"]


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of `words` that the writer most likely meant, or None when none is near."""
    choices = list(words)
    folded = {choice.lower().replace("_", "").replace("-", ""): choice for choice in reversed(choices)}
    key = word.lower().replace("_", "").replace("-", "")
    if key in folded:
        return folded[key]
    # Only a mistake needs the matcher, and it is slow to import.
    from difflib import get_close_matches

    close = get_close_matches(key, list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def did_you_mean(word: str, words: Iterable[str]) -> str | None:
    """The hint with the nearest right word; with few words, all of them; else None."""
    choices = list(words)
    found = nearest(word, choices)
    if found is not None:
        return f"did you mean '{found}'?"
    if 0 < len(choices) <= 12:
        return "write one of " + ", ".join(f"'{choice}'" for choice in choices)
    return None
