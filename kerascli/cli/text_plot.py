"""A curve in the terminal: Braille characters, whose dots are two by four to a letter."""

from __future__ import annotations

import math
from collections.abc import Sequence

# Where a dot stands in a character, by its row and column: the bits of Unicode's Braille patterns.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_EMPTY = 0x2800


def curve_lines(
    values: Sequence[float], limits: tuple[float, float], *, width: int = 64, height: int = 10, mark: int | None = None
) -> list[str]:
    """The lines of a plot, the highest values first; no labels.

    Args:
        values: The values, evenly spaced; those out of the limits, or not finite, are left out.
        limits: The value at the foot and the one at the top.
        width: Characters a line.
        height: Lines.
        mark: The value that a line goes up to from the foot, by its index.
    """
    canvas = [[0] * width for _ in range(height)]
    low, high = limits
    columns, rows = 2 * width, 4 * height
    last = None
    for column in range(columns):
        value = values[round(column * (len(values) - 1) / (columns - 1))]
        if not math.isfinite(value) or not low <= value <= high:
            last = None
            continue
        row = round((high - value) / (high - low) * (rows - 1))
        # A steep curve is joined.
        for between in range(min(row, last or row), max(row, last or row) + 1) if last is not None else [row]:
            canvas[between // 4][column // 2] |= _DOTS[between % 4][column % 2]
        last = row
    lines = [[chr(_EMPTY + cell) if cell else " " for cell in line] for line in canvas]
    if mark is not None and values:
        place = min(width - 1, round(mark * (columns - 1) / max(1, len(values) - 1)) // 2)
        for line in lines:
            line[place] = "│" if line[place] == " " else line[place]
    return ["".join(line).rstrip() for line in lines]
