"""The command line of a sweep: `path=a,b` and `path=range(5)` → the settings of the plain grid."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kerascli.errors import SourceText, UsageError
from kerascli.spec.problems import COMMAND_LINE

_RANGE = re.compile(r"\s*range\((.*)\)\s*\Z", re.DOTALL)
_OPEN, _CLOSE = "[{(", "]})"
# What a sweep may have: each is a run.
LARGEST = 10_000
SEED = "seed"


@dataclass(frozen=True)
class Axis:
    """A path, and its values as they are typed."""

    path: str
    values: tuple[str, ...]


def read_axes(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[Axis, ...]]:
    """What is typed behind the spec.

    Args:
        words: `path=a,b`, `path=range(5)`; or an override as it is (`path=a`, `+path=a`, `~path`), which all runs have.

    Returns:
        The overrides that all runs have, and the axes of the grid.

    Raises:
        UsageError: A range can't be read, a value is empty or stands twice, or nothing has several values.
    """
    fixed: list[str] = []
    axes: list[Axis] = []
    for word in words:
        path, equals, text = word.partition("=")
        values = _values(word, path, text) if equals and word[:1] not in ("+", "~") else ()
        if len(values) < 2:
            # A range of one value is that value.
            fixed.append(f"{path}={values[0]}" if len(values) == 1 else word)
        elif path in [one.path for one in axes]:
            raise _fault(word, path, f"'{path}' stands twice", "write all of its values in one list")
        else:
            axes.append(Axis(path, values))
    if not axes:
        hint = "write a path with several values, such as 'fit.batch_size=32,64' or 'seed=range(5)'"
        raise UsageError("there is nothing to sweep: no path has several values", code="sweep", hint=hint)
    count = 1
    for one in axes:
        count *= len(one.values)
    if count > LARGEST:
        raise UsageError(
            f"the sweep has {count:,} settings", code="sweep", hint=f"leave values out: {LARGEST:,} at most"
        )
    return tuple(fixed), tuple(axes)


def settings_of(axes: Sequence[Axis]) -> Iterator[dict[str, str]]:
    """The cross product: path to value, the last axis the fastest; the seed is always the last."""
    ordered = sorted(axes, key=lambda one: one.path == SEED)
    for values in itertools.product(*(one.values for one in ordered)):
        yield {one.path: value for one, value in zip(ordered, values, strict=True)}


def _values(word: str, path: str, text: str) -> tuple[str, ...]:
    found = _RANGE.match(text)
    values = _numbers(word, path, text, found[1]) if found else _parts(text)
    if len(values) > 1:
        for value in values:
            if not value:
                raise _fault(word, text, "a value between the commas is empty", "write it, or leave the comma out")
        for place, value in enumerate(values):
            if value in values[:place]:
                raise _fault(word, text, f"the value '{value}' stands twice", "leave one out")
    return values


def _numbers(word: str, path: str, text: str, inside: str) -> tuple[str, ...]:
    try:
        numbers = [int(one) for one in inside.split(",")]
        values = range(*numbers)
    except (TypeError, ValueError):
        message = f"'{text}' is no range of whole numbers"
        raise _fault(word, text, message, f"write '{path}=range(5)' or '{path}=range(2, 10, 2)'") from None
    if len(values) == 0:
        raise _fault(word, text, f"'{text}' is empty", f"write '{path}=range(5)'")
    if len(values) > LARGEST:
        raise _fault(word, text, f"'{text}' has {len(values):,} values", f"leave some out: {LARGEST:,} at most")
    return tuple(str(value) for value in values)


def _parts(text: str) -> tuple[str, ...]:
    """The text cut at commas that stand in no brackets and no quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
        elif character == "," and depth <= 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return (*parts, text[start:].strip()) if parts else (text,)


def _fault(word: str, part: str, message: str, hint: str) -> UsageError:
    source = SourceText(COMMAND_LINE, word.replace("\n", " "))
    span = source.span(1, word.find(part) + 1, max(1, len(part)))
    return UsageError(message, code="sweep", span=span, hint=hint)
