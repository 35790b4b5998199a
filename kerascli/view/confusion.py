"""Draws a confusion matrix: rows are the true classes, columns the predicted ones, colour is the share of the row."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kerascli.view.figure_file import check_picture_ending, write_figure
from kerascli.view.style import FAINT, INK, new_figure, plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Names stand at every class up to this many.
_WITH_NAMES = 50
_LONGEST_NAME = 24
# Inches.
_MOST_SIDE, _LEAST_SIDE, _CELL = 9.0, 2.4, 0.45
# Points; a digit of DejaVu Sans is 0.64 of the size wide.
_COUNT_SIZES, _DIGIT_WIDTH = (5.0, 9.0), 0.64


def draw_confusion(matrix: Sequence[Sequence[int]], class_names: Sequence[str], path: Path, *, title: str = "") -> None:
    """Writes the matrix to a file, wholly or not at all.

    Args:
        matrix: Counts, `(true classes, predicted classes)`, at least one class.
        class_names: The names in the order of the matrix.
        path: A file that ends in .png, .svg or .pdf.
        title: What the picture is of.

    Raises:
        UsageError: The ending is another one.
        OSError: The file can't be written.
    """
    check_picture_ending(path)
    count = len(class_names)
    side = min(_MOST_SIDE, max(_LEAST_SIDE, _CELL * count))
    names = [_short(name) for name in class_names]
    # The names take room beside and below; the bar stands at the right.
    margin = 0.6 + 0.075 * max(map(len, names))
    figure = new_figure(side + margin + 0.9, side + margin + 0.3)
    axes = figure.add_subplot(1, 1, 1)
    shares = [[value / max(1, sum(row)) for value in row] for row in matrix]
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    bar = figure.colorbar(image, ax=axes, fraction=0.04, pad=0.03)
    bar.set_label("share of the true class", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    for frame in (*axes.spines.values(), bar.outline):
        frame.set_color(FAINT)
    _write_names(axes, names)
    _write_counts(axes, matrix, shares, 72 * side / count)
    axes.set_title(plain_text(f"{title}: {_result(matrix)}" if title else _result(matrix)), fontsize=10)
    write_figure(figure, path)


def _result(matrix: Sequence[Sequence[int]]) -> str:
    """How many were right, rounded down: 100 % only where all were."""
    total = sum(sum(row) for row in matrix)
    correct = sum(row[index] for index, row in enumerate(matrix))
    return f"{1000 * correct // total / 10:.1f}% right" if total else "no samples"


def _write_names(axes: Any, names: Sequence[str]) -> None:
    """The names at the ticks, thinned where there are too many."""
    count = len(names)
    places = list(range(0, count, math.ceil(count / _WITH_NAMES)))
    shown = [plain_text(names[place]) for place in places]
    turned = max(map(len, names)) > 3 or count > 25
    size = 8 if count <= 20 else 6
    axes.set_xticks(places, shown, rotation=90 if turned else 0, fontsize=size)
    axes.set_yticks(places, shown, fontsize=size)
    axes.tick_params(color=FAINT)
    axes.set_xlabel("predicted", fontsize=9)
    axes.set_ylabel("true", fontsize=9)


def _short(name: str) -> str:
    """The name, or its start and end: names often differ in either."""
    if len(name) <= _LONGEST_NAME:
        return name
    half = _LONGEST_NAME // 2
    return f"{name[:half]}…{name[-half + 1 :]}"


def _write_counts(
    axes: Any, matrix: Sequence[Sequence[int]], shares: Sequence[Sequence[float]], cell_points: float
) -> None:
    """The counts in the cells, unless they would not fit."""
    digits = max(len(str(value)) for row in matrix for value in row)
    smallest, largest = _COUNT_SIZES
    size = min(largest, 0.82 * cell_points / (_DIGIT_WIDTH * digits))
    if size < smallest or cell_points < 2 * smallest:
        return
    for row, counts in enumerate(matrix):
        for column, value in enumerate(counts):
            # Zeros step back, so that the mistakes stand out.
            color = "white" if shares[row][column] > 0.55 else INK if value else "#8A8A8A"
            axes.text(column, row, str(value), ha="center", va="center", fontsize=size, color=color)
