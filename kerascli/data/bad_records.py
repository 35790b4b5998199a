"""The records of a text that a reader refuses: found by halves, and blanked so that the lines of all others stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from kerascli.data.text_file import record_spans

# The bytes of a part of a text and the line that it starts on → what is wrong with it, or None.
Fault = Callable[[bytes, int], str | None]


def find_bad(
    content: pa.Buffer, fault: Fault, *, quotes: bool, first: int = 0, first_line: int = 1
) -> list[tuple[tuple[int, int], str]]:
    """The records that are at fault by themselves, in their order.

    Args:
        content: UTF-8.
        fault: Tries a part of it.
        quotes: Whether a line's end between double quotes belongs to the record.
        first: The first record to try.
        first_line: The line that the content starts on.

    Returns:
        The bytes from and to which each stands, and what is wrong with it.
    """
    spans = record_spans(content, quotes=quotes)
    text = content.to_pybytes()
    bad: list[tuple[tuple[int, int], str]] = []

    def look(start: int, stop: int, line: int) -> None:
        part = text[spans[start][0] : spans[stop - 1][1]]
        reason = fault(part, line)
        if reason is None:
            return
        if stop - start == 1:
            bad.append(((int(spans[start][0]), int(spans[start][1])), reason))
            return
        middle = (start + stop) // 2
        look(start, middle, line)
        look(middle, stop, line + text.count(b"\n", spans[start][0], spans[middle][0]))

    if first < len(spans):
        look(first, len(spans), first_line + text.count(b"\n", 0, spans[first][0]))
    return bad


def blanked(content: bytes, spans: Sequence[tuple[int, int]]) -> bytes:
    """The text with nothing but line ends in some places: readers pass over empty lines."""
    parts, end = [], 0
    for start, stop in spans:
        parts += [content[end:start], b"\n" * content.count(b"\n", start, stop)]
        end = stop
    return b"".join([*parts, content[end:]])
