"""Indices as text, `':, 0'` for `x[:, 0]`: what `ops.get_item` takes as its key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"[+-]?\d+\Z")

Index = int | slice | None | Any


def read_index(text: str) -> tuple[Index, ...] | None:
    """The key that a text means, or None where it is none.

    Args:
        text: As Python writes it between the brackets: whole numbers, slices (`1:`, `::2`), `...`, and `None` (or
            `null`) for a new axis, with commas between them.

    Returns:
        A tuple of numbers, slices, `Ellipsis` and None.
    """
    parts = [part.strip() for part in text.strip().removesuffix(",").split(",")]
    found: list[Index] = []
    for part in parts:
        if part == "...":
            found.append(Ellipsis)
        elif part in ("None", "null", "newaxis"):
            found.append(None)
        elif _NUMBER.match(part):
            found.append(int(part))
        else:
            bounds = [bound.strip() for bound in part.split(":")]
            if not 2 <= len(bounds) <= 3 or not all(bound == "" or _NUMBER.match(bound) for bound in bounds):
                return None
            found.append(slice(*(int(bound) if bound else None for bound in bounds)))
    return tuple(found)


def index_text(raw: object) -> str | None:
    """The text of a key in a Keras config (`__slice__`, `__ellipsis__`), or None for a key of another kind."""
    parts = [_part(item) for item in (raw if isinstance(raw, list | tuple) else [raw])]
    return None if not parts or None in parts else ", ".join(part for part in parts if part is not None)


def _part(raw: object) -> str | None:
    if raw is None:
        return "None"
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if not isinstance(raw, Mapping):
        return None
    if raw.get("class_name") == "__ellipsis__":
        return "..."
    if raw.get("class_name") != "__slice__":
        return None
    bounds = [raw["config"].get(word) for word in ("start", "stop", "step")]
    if not all(bound is None or isinstance(bound, int) for bound in bounds):
        return None
    start, stop, step = ("" if bound is None else str(bound) for bound in bounds)
    return f"{start}:{stop}" + (f":{step}" if step else "")
