"""Draws the history of a run: one panel a quantity, training and validation together, the best epoch marked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kerascli.errors import UsageError
from kerascli.record.atomic import replace_file
from kerascli.view.style import BEST, TRAIN, VALIDATION, calm_axes, new_figure, plain_text

ENDINGS = (".png", ".svg", ".pdf")
_COLUMNS = 3


def draw_curves(
    history: Mapping[str, Sequence[float]], path: Path, *, best_epoch: int | None = None, title: str = ""
) -> None:
    """Writes the curves to a file, wholly or not at all.

    Args:
        history: Log to its values, one an epoch; `val_` marks a validation's. Values that are not finite are gaps.
        path: A file that ends in .png, .svg or .pdf.
        best_epoch: The best epoch, counted from 1.
        title: What the picture is of.

    Raises:
        UsageError: The ending is another one, or the history is empty.
        OSError: The file can't be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise UsageError(f"can't draw curves into '{path}'", code="output", hint=f"use one of {', '.join(ENDINGS)}")
    panels = panels_of(history)
    if not panels or not any(len(values) for values in history.values()):
        raise UsageError("the history holds no epoch", code="no-history")
    columns = min(_COLUMNS, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(4.2 * columns, 2.9 * rows + 0.4)
    for index, name in enumerate(panels):
        axes = figure.add_subplot(rows, columns, index + 1)
        _draw_panel(axes, name, history, best_epoch, labelled=index == 0)
    if title:
        figure.suptitle(plain_text(title), fontsize=10, fontweight="bold")
    replace_file(path, lambda temporary: figure.savefig(temporary))


def panels_of(history: Mapping[str, Sequence[float]]) -> list[str]:
    """The quantities in the order of their panels: losses, metrics, the learning rate last."""
    names = list(dict.fromkeys(name.removeprefix("val_") for name in history if name not in ("seconds", "epoch")))
    losses = [name for name in names if name == "loss" or name.endswith("_loss")]
    others = [name for name in names if name not in losses and name != "learning_rate"]
    # A rate that never changes says nothing.
    rate = [name for name in names if name == "learning_rate" and len(set(history[name])) > 1]
    return [*losses, *others, *rate]


def _draw_panel(
    axes: Any, name: str, history: Mapping[str, Sequence[float]], best_epoch: int | None, *, labelled: bool
) -> None:
    from matplotlib.ticker import MaxNLocator

    calm_axes(axes)
    for key, color, label in ((name, TRAIN, "training"), (f"val_{name}", VALIDATION, "validation")):
        if key not in history:
            continue
        values = [value if math.isfinite(value) else math.nan for value in history[key]]
        marker = "o" if len(values) <= 30 else None
        axes.plot(
            range(1, len(values) + 1), values, color=color, label=label, marker=marker, markersize=3.5, linewidth=1.6
        )
    if best_epoch is not None:
        axes.axvline(best_epoch, color=BEST, linestyle="--", linewidth=1, label="best epoch")
    axes.set_title(plain_text(name.replace("_", " ")), fontsize=9)
    axes.set_xlabel("epoch", fontsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    if labelled:
        axes.legend(fontsize=7, frameon=False)
