"""Draws a search for a batch size: the samples a second over the size, and what each size takes of the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerascli.view.figure_file import check_picture_ending, write_figure
from kerascli.view.style import BEST, TRAIN, VALIDATION, calm_axes, new_figure, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

# Inches.
_WIDTH, _HEIGHT = 4.2, 3.6


def draw_batch_curve(
    sizes: Sequence[int],
    speeds: Sequence[float],
    memory: Sequence[int | None],
    path: Path,
    *,
    marks: Mapping[str, int] | None = None,
    title: str = "",
) -> None:
    """Writes the picture, wholly or not at all.

    Args:
        sizes: The batch sizes, smallest first.
        speeds: Samples a second of each.
        memory: The bytes that each takes; None where that is not known.
        path: A file that ends in .png, .svg or .pdf.
        marks: Text to the size that it stands for.
        title: What the picture is of.

    Raises:
        UsageError: The ending is another one.
        OSError: The file can't be written.
    """
    check_picture_ending(path)
    known = [(size, taken / 1e6) for size, taken in zip(sizes, memory, strict=True) if taken is not None]
    panels = 2 if known else 1
    figure = new_figure(_WIDTH * panels, _HEIGHT)
    axes = _panel(figure, (1, panels, 1), "samples a second", sizes)
    axes.plot(sizes, speeds, color=TRAIN, marker="o", markersize=4, linewidth=1.6)
    # One size may be both.
    names: dict[int, str] = {}
    for text, size in (marks or {}).items():
        names[size] = f"{names[size]}, {text}" if size in names else text
    for (size, text), color, width in zip(names.items(), (BEST, VALIDATION), (1.4, 1.4), strict=False):
        axes.axvline(size, color=color, linestyle="--", linewidth=width, label=plain_text(f"{text}: {size}"))
    axes.set_ylim(bottom=0)
    if known:
        axes = _panel(figure, (1, panels, 2), "memory taken, MB", sizes)
        axes.plot(*zip(*known, strict=True), color=TRAIN, marker="o", markersize=4, linewidth=1.6)
        axes.set_ylim(bottom=0)
    if title:
        figure.suptitle(plain_text(title), fontsize=10, fontweight="bold")
    if names:
        figure.legend(loc="outside lower center", ncols=2, fontsize=8, frameon=False)
    write_figure(figure, path)


def _panel(figure: Any, place: tuple[int, int, int], name: str, sizes: Sequence[int]) -> Any:
    axes = figure.add_subplot(*place)
    calm_axes(axes)
    axes.set_xscale("log", base=2)
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=45 if len(sizes) > 6 else 0)
    axes.minorticks_off()
    axes.set_title(name, fontsize=9, pad=9)
    axes.set_xlabel("batch size", fontsize=8)
    return axes
