"""Draws a confusion matrix: rows are the true classes, columns the predicted ones, colour is the share of the row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kerascli.errors import UsageError
from kerascli.record.atomic import replace_file
from kerascli.view.style import INK, new_figure, plain_text

ENDINGS = (".png", ".svg", ".pdf")
# Counts are written into the cells up to this many classes; names stand at every class up to the second number.
_WITH_COUNTS, _WITH_NAMES = 20, 40
_LONGEST_NAME = 24


def draw_confusion(matrix: Sequence[Sequence[int]], class_names: Sequence[str], path: Path, *, title: str = "") -> None:
    """Writes the matrix to a file, wholly or not at all.

    Args:
        matrix: Counts, `(true classes, predicted classes)`.
        class_names: The names in the order of the matrix.
        path: A file that ends in .png, .svg or .pdf.
        title: What the picture is of.

    Raises:
        UsageError: The ending is another one.
        OSError: The file can't be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"can't draw into '{path}'", code="output", hint=f"use one of {', '.join(ENDINGS)}")
    count = len(class_names)
    side = min(10.0, max(3.6, 1.6 + 0.45 * count))
    figure = new_figure(side + 1.0, side)
    axes = figure.add_subplot(1, 1, 1)
    shares = [[value / max(1, sum(row)) for value in row] for row in matrix]
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
    _label(axes, class_names)
    if count <= _WITH_COUNTS:
        _write_counts(axes, matrix, shares)
    correct = sum(matrix[index][index] for index in range(count)) / max(1, sum(sum(row) for row in matrix))
    axes.set_title(plain_text(f"{title}: {correct:.1%} right" if title else f"{correct:.1%} right"), fontsize=10)
    replace_file(path, lambda temporary: figure.savefig(temporary))


def _label(axes: Any, class_names: Sequence[str]) -> None:
    """The names at the ticks, thinned where there are too many, shortened where they are too long."""
    count = len(class_names)
    step = 1 if count <= _WITH_NAMES else -(-count // _WITH_NAMES)
    places = list(range(0, count, step))
    names = [_short(class_names[place]) for place in places]
    turned = max((len(name) for name in names), default=0) > 3
    size = 8 if count <= _WITH_COUNTS else 6
    axes.set_xticks(places, names, rotation=60 if turned else 0, ha="right" if turned else "center", fontsize=size)
    axes.set_yticks(places, names, fontsize=size)
    axes.set_xlabel("predicted", fontsize=9)
    axes.set_ylabel("true", fontsize=9)


def _short(name: str) -> str:
    return plain_text(name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…")


def _write_counts(axes: Any, matrix: Sequence[Sequence[int]], shares: Sequence[Sequence[float]]) -> None:
    size = 8 if len(matrix) <= 12 else 6
    for row, counts in enumerate(matrix):
        for column, value in enumerate(counts):
            color = "white" if shares[row][column] > 0.55 else INK
            axes.text(column, row, str(value), ha="center", va="center", fontsize=size, color=color)
