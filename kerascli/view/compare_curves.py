"""The curves of several runs over each other: a panel a log, a line a run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kerascli.errors import UsageError
from kerascli.view.figure_file import check_picture_ending, write_figure
from kerascli.view.style import calm_axes, new_figure, plain_text

_COLUMNS = 3
# Inches.
_WIDTH, _HEIGHT, _HEADER = 4.2, 2.9, 0.6


def draw_comparison(histories: Mapping[str, Mapping[str, Sequence[float]]], path: Path) -> None:
    """Writes the picture.

    Args:
        histories: Run to its log to its values, one an epoch.
        path: A file that ends in .png, .svg or .pdf.

    Raises:
        UsageError: The ending is another one, or no run has an epoch.
        OSError: The file can't be written.
    """
    check_picture_ending(path)
    logs = [
        name for name in dict.fromkeys(name for one in histories.values() for name in one) if name != "learning_rate"
    ]
    if not logs:
        raise UsageError("no run has an epoch to draw", code="no-history")
    # A validation's log stands behind the training's.
    logs.sort(
        key=lambda name: (logs.index(name.removeprefix("val_")) if name.removeprefix("val_") in logs else 0, name)
    )
    columns = min(_COLUMNS, len(logs))
    rows = math.ceil(len(logs) / columns)
    figure = new_figure(_WIDTH * columns, _HEIGHT * rows + _HEADER)
    keys: dict[str, Any] = {}
    for index, log in enumerate(logs):
        axes = figure.add_subplot(rows, columns, index + 1)
        for number, (run, history) in enumerate(histories.items()):
            values = history.get(log, ())
            epochs = range(1, len(values) + 1)
            # Equal curves lie over each other: those below are broader.
            width = 1.4 + 1.6 * (len(histories) - 1 - number) / max(1, len(histories) - 1)
            marker = "o" if len(values) == 1 else None
            (keys[plain_text(run)],) = axes.plot(epochs, values, color=f"C{number}", linewidth=width, marker=marker)
        axes.set_title(plain_text(log), fontsize=9, loc="left")
        axes.set_xlabel("epoch", fontsize=8)
        axes.xaxis.get_major_locator().set_params(integer=True)
        calm_axes(axes)
    figure.legend(keys.values(), keys.keys(), loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    write_figure(figure, path)
