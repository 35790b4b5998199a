"""Draws a learning rate range test: the loss over the rate, and the rates that it speaks for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kerascli.view.figure_file import check_picture_ending, write_figure
from kerascli.view.style import BEST, FAINT, TRAIN, VALIDATION, calm_axes, new_figure, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# Inches.
_WIDTH, _HEIGHT = 6.4, 4.0


def draw_rate_curve(
    rates: Sequence[float],
    losses: Sequence[float],
    smooth: Sequence[float],
    path: Path,
    *,
    marks: Mapping[str, float] | None = None,
    title: str = "",
) -> None:
    """Writes the picture, wholly or not at all.

    Args:
        rates: The learning rate of each step.
        losses: The loss of each step's batch.
        smooth: The averaged losses, of the first steps where there are fewer.
        path: A file that ends in .png, .svg or .pdf.
        marks: Text to the rate that it stands for; the first is the suggestion.
        title: What the picture is of.

    Raises:
        UsageError: The ending is another one.
        OSError: The file can't be written.
    """
    check_picture_ending(path)
    figure = new_figure(_WIDTH, _HEIGHT)
    axes = figure.add_subplot()
    calm_axes(axes)
    axes.set_xscale("log")
    # A single step stands in the middle.
    axes.set_xlim(*((rates[0], rates[-1]) if len(rates) > 1 else (rates[0] / 2, rates[0] * 2)))
    axes.set_xlabel("learning rate", fontsize=8)
    axes.set_ylabel("loss", fontsize=8)
    shown = [loss if math.isfinite(loss) else math.nan for loss in losses]
    axes.plot(rates, shown, color=FAINT, marker=".", markersize=3, linewidth=0.8, label="loss of a batch")
    axes.plot(rates[: len(smooth)], smooth, color=TRAIN, linewidth=2, label="averaged")
    for (text, rate), color in zip((marks or {}).items(), (BEST, VALIDATION), strict=False):
        axes.axvline(rate, color=color, linestyle="--", linewidth=1.4, label=plain_text(text))
    low, high = loss_range(losses, smooth)
    axes.set_ylim(low, high)
    if title:
        axes.set_title(plain_text(title), fontsize=10, fontweight="bold")
    figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    write_figure(figure, path)


def loss_range(losses: Sequence[float], smooth: Sequence[float]) -> tuple[float, float]:
    """The losses to show: those of the descent, and only the beginning of an explosion."""
    begin = [loss for loss in losses[: max(2, len(losses) // 10)] if math.isfinite(loss)]
    seen = [*smooth, *begin]
    if not seen:
        return 0.0, 1.0
    finite = [loss for loss in losses if math.isfinite(loss)]
    top = max(seen)
    low = min(min(smooth, default=top), max(min(finite), min(seen) - (top - min(seen))))
    air = 0.08 * (top - low) or 0.05 * abs(top) or 1.0
    return low - air, top + 3 * air
