"""Reads Keras's docstrings: the summary, and the text on each argument."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADING = re.compile(r"^(Args|Arguments|Parameters|Call arguments|Call Args):\s*$")
# `axis: Integer …`, `**kwargs: …`, `x1, x2: …`, "`alpha`: …"; the word may be quoted or have its type beside it.
_ARGUMENT = re.compile(
    r"^`?\*{0,2}(?P<names>\w+`?(?:\s*,\s*`?\*{0,2}\w+`?)*)\s*(?:\([^)]*\))?\s*:(?:\s+(?P<text>.*))?$"
)


def clean(docstring: str | None) -> str:
    """The docstring without its indentation; empty for None."""
    return inspect.cleandoc(docstring) if docstring else ""


def summary(text: str) -> str:
    """The first sentence of a clean docstring, on one line."""
    paragraph = " ".join(text.split("\n\n", 1)[0].split())
    sentence = re.match(r".*?[.!?](?=\s|$)", paragraph)
    return sentence.group(0) if sentence else paragraph


def arguments(text: str) -> Mapping[str, str]:
    """The text on each argument, on one line each, out of the sections for arguments of a clean docstring.

    The arguments of the constructor come first: where the call has one of the same name, the constructor's text stays.
    """
    found: dict[str, str] = {}
    for section in _sections(text.split("\n")):
        for names, description in _items(section):
            for name in names:
                found.setdefault(name, description)
    return found


def _sections(lines: list[str]) -> list[list[str]]:
    """The indented lines below each heading of arguments."""
    sections: list[list[str]] = []
    inside = False
    for line in lines:
        if _HEADING.match(line):
            sections.append([])
            inside = True
        elif inside and line and not line[0].isspace():
            inside = False
        elif inside:
            sections[-1].append(line)
    return sections


def _items(section: list[str]) -> list[tuple[list[str], str]]:
    """The names and the text of each item, which begins at the section's own indentation; deeper lines belong to it."""
    depths = [len(line) - len(line.lstrip()) for line in section if line.strip()]
    if not depths:
        return []
    items: list[tuple[list[str], list[str]]] = []
    for line in section:
        begin = _ARGUMENT.match(line.strip()) if len(line) - len(line.lstrip()) == min(depths) else None
        if begin is not None:
            names = [name.strip(" `*") for name in begin.group("names").split(",")]
            items.append((names, [begin.group("text") or ""]))
        elif items:
            items[-1][1].append(line)
    return [(names, " ".join(" ".join(lines).split())) for names, lines in items]


def quoted(description: str) -> tuple[str, ...]:
    """The words that stand in quotes in the text on an argument, in order, each once."""
    words = re.findall(r"\"([\w.-]+)\"|'([\w.-]+)'", description)
    return tuple(dict.fromkeys(first or second for first, second in words))
