"""Draws trials as lines across upright axes, one for each searched value, coloured by what they reached."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kerascli.spec.nodes import plain
from kerascli.spec.tune_spec import Dimension
from kerascli.view.figure_file import write_figure
from kerascli.view.search_tables import short_names, value_text
from kerascli.view.style import FAINT, INK, new_figure, plain_text

# Inches for each axis, and for the margins.
_AXIS, _MARGIN, _HEIGHT = 1.7, 1.6, 4.2
_TICKS = 5
# What is written beside an axis is no longer than this.
_LABEL = 16


def draw_parallel(state: Any, done: Sequence[Any], space: Sequence[Dimension], path: Path) -> None:
    """Writes the picture.

    Args:
        state: The search: `study`, `metric`, `direction`.
        done: The trials that are done: `value`, `values`.
        space: What is searched.
        path: The file.

    Raises:
        OSError: It can't be written.
    """
    import matplotlib
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    figure = new_figure(_MARGIN + _AXIS * len(space), _HEIGHT)
    axes = figure.add_subplot()
    values = [float(row.value) for row in done]
    low, high = min(values), max(values)
    # The best are dark.
    colors = matplotlib.colormaps["viridis" if state.direction == "minimize" else "viridis_r"]
    norm = Normalize(low, high if high > low else low + 1)
    _draw_lines(axes, state, done, space, lambda value: colors(norm(value)))
    names = short_names([one.path for one in space])
    for place, one in enumerate(space):
        _draw_axis(axes, place, _ticks(one))
    _draw_axis(axes, len(space), [(_part(value, low, high), f"{value:.4g}") for value in _spread(low, high)])
    axes.set_xticks(
        range(len(space) + 1), [*(plain_text(_cut(names[one.path], 22)) for one in space), plain_text(state.metric)]
    )
    axes.tick_params(axis="x", length=0, labelsize=8, labelcolor=INK, pad=10)
    axes.set_yticks([])
    axes.set_ylim(-0.06, 1.06)
    axes.set_xlim(-0.15, len(space) + 0.6)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(plain_text(f"{state.study}: {len(done)} trials"), fontsize=10, fontweight="bold")
    bar = figure.colorbar(ScalarMappable(norm, colors), ax=axes, pad=0.02, aspect=30)
    bar.ax.tick_params(labelsize=8)
    bar.outline.set_visible(False)
    write_figure(figure, path)


def _draw_lines(
    axes: Any, state: Any, done: Sequence[Any], space: Sequence[Dimension], color: Callable[[float], Any]
) -> None:
    """A line a trial; the best are drawn last, above the others."""
    low, high = min(row.value for row in done), max(row.value for row in done)
    order = sorted(done, key=lambda row: row.value, reverse=state.direction == "minimize")
    for rank, row in enumerate(order):
        best = rank == len(order) - 1
        axes.plot(
            range(len(space) + 1),
            [*(_height(one, row.values[one.path]) for one in space), _part(row.value, low, high)],
            color=color(row.value),
            linewidth=2.6 if best else 1.1,
            alpha=1.0 if best else 0.7,
            marker="o" if best else None,
            markersize=4,
        )


def _draw_axis(axes: Any, place: float, ticks: Sequence[tuple[float, str]]) -> None:
    axes.axvline(place, color=FAINT, linewidth=1.2, zorder=0.5)
    for height, text in ticks:
        axes.plot([place - 0.02, place + 0.02], [height, height], color=FAINT, linewidth=1.2, zorder=0.6)
        label = axes.text(place + 0.04, height, plain_text(_cut(text, _LABEL)), fontsize=7, color=INK, va="center")
        label.set_bbox({"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.8})


def _ticks(one: Dimension) -> list[tuple[float, str]]:
    if one.kind == "choice":
        values = [plain(node) for node in one.choices]
        every = math.ceil(len(values) / 12)
        return [(_height(one, value), value_text(value)) for value in values[::every]]
    low, high = one.bounds
    if one.kind == "log":
        decades = [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
        # An end and a decade right beside it would be written into each other.
        inner = [value for value in decades if value > low * 1.5 and value < high / 1.5]
        found = (
            [low, *inner, high] if inner else [low * (high / low) ** (index / (_TICKS - 1)) for index in range(_TICKS)]
        )
        return [(_height(one, value), f"{value:.2g}") for value in found]
    found = _spread(low, high)
    if one.kind == "int":
        found = sorted({float(round(value)) for value in found})
    return [(_height(one, value), f"{value:.4g}") for value in found]


def _spread(low: float, high: float) -> list[float]:
    return [low + (high - low) * index / (_TICKS - 1) for index in range(_TICKS)] if high > low else [low]


def _height(one: Dimension, value: Any) -> float:
    """Where a value stands on its axis, from 0 to 1."""
    if one.kind == "choice":
        values = [plain(node) for node in one.choices]
        index = next((place for place, known in enumerate(values) if type(known) is type(value) and known == value), 0)
        return index / (len(values) - 1) if len(values) > 1 else 0.5
    low, high = one.bounds
    if one.kind == "log":
        return _part(math.log(value), math.log(low), math.log(high))
    return _part(float(value), low, high)


def _part(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
