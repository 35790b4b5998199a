"""Draws the history of a run: one panel a quantity, training and validation together, the best epoch marked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kerascli.errors import UsageError
from kerascli.view.figure_file import check_picture_ending, write_figure
from kerascli.view.style import BEST, FAINT, TRAIN, VALIDATION, calm_axes, new_figure, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_MOST_COLUMNS = 4
# Inches.
_PANEL_WIDTH, _PANEL_HEIGHT, _HEADER_HEIGHT = 4.2, 2.9, 0.6
# Up to so many epochs each one is a dot; a single one would else be no line at all.
_WITH_DOTS = 30


def draw_curves(
    history: Mapping[str, Sequence[float]], path: Path, *, best_epoch: int | None = None, title: str = ""
) -> None:
    """Writes the curves to a file, wholly or not at all.

    Args:
        history: Log to its values, one an epoch; `val_` marks a validation's. A value that is not finite is a gap,
            with a cross above where it stood.
        path: A file that ends in .png, .svg or .pdf.
        best_epoch: The best epoch, counted from 1.
        title: What the picture is of.

    Raises:
        UsageError: The ending is another one, or the history is empty.
        OSError: The file can't be written.
    """
    check_picture_ending(path)
    places = _places(panel_groups(history))
    epochs = max((len(values) for values in history.values()), default=0)
    if not places or not epochs:
        raise UsageError("the history holds no epoch", code="no-history")
    columns = 1 + max(column for _, column in places.values())
    rows = 1 + max(row for row, _ in places.values())
    figure = new_figure(_PANEL_WIDTH * columns, _PANEL_HEIGHT * rows + _HEADER_HEIGHT)
    keys: dict[str, Any] = {}
    for name, (row, column) in places.items():
        axes = figure.add_subplot(rows, columns, row * columns + column + 1)
        keys |= _draw_panel(axes, name, history, best_epoch)
        # Half an epoch of air, so that the first and the last one stand free.
        axes.set_xlim(0.5, max(epochs, best_epoch or 0) + 0.5)
    if title:
        figure.suptitle(plain_text(title), fontsize=10, fontweight="bold")
    key_columns = len(keys) if columns > 1 else 3
    figure.legend(keys.values(), keys.keys(), loc="outside lower center", ncols=key_columns, fontsize=8, frameon=False)
    write_figure(figure, path)


def panel_groups(history: Mapping[str, Sequence[float]]) -> list[list[str]]:
    """The quantities in the order of their panels.

    Returns:
        The total loss, what belongs to no head and, last, a learning rate that changes; then for each head, if any,
        its loss and its metrics. A head is known by its `<head>_loss`.
    """
    names = list(dict.fromkeys(name.removeprefix("val_") for name in history if name not in ("seconds", "epoch")))
    # A rate that never changes says nothing.
    names = [name for name in names if name != "learning_rate" or len(set(history[name])) > 1]
    heads = [name.removesuffix("_loss") for name in names if name.endswith("_loss")]
    groups: dict[str, list[str]] = {"": [], **{head: [] for head in heads}}
    for name in names:
        # One head's name may begin with another's.
        owner = max((head for head in heads if name.startswith(f"{head}_")), key=len, default="")
        groups[owner].append(name)
    for head, group in groups.items():
        loss = f"{head}_loss" if head else "loss"
        group.sort(key=lambda name, loss=loss: (name != loss, name == "learning_rate"))  # type: ignore[misc]
    return [group for group in groups.values() if group]


def _places(groups: list[list[str]]) -> dict[str, tuple[int, int]]:
    """The row and the column of each panel; a head begins a row of its own unless all have but one panel."""
    if all(len(group) == 1 for group in groups[1:]):
        groups = [[name for group in groups for name in group]]
    longest = max([1, *map(len, groups)])
    # Rows of about the same length: five panels stand as three and two.
    columns = math.ceil(longest / math.ceil(longest / _MOST_COLUMNS))
    places: dict[str, tuple[int, int]] = {}
    row = 0
    for group in groups:
        places |= {name: (row + index // columns, index % columns) for index, name in enumerate(group)}
        row += math.ceil(len(group) / columns)
    return places


def _draw_panel(axes: Any, name: str, history: Mapping[str, Sequence[float]], best_epoch: int | None) -> dict[str, Any]:
    """One panel; gives back what it drew under the names that the key calls it by."""
    from matplotlib.ticker import MaxNLocator

    calm_axes(axes)
    axes.set_title(plain_text(name.replace("_", " ")), fontsize=9, pad=9)
    axes.set_xlabel("epoch", fontsize=8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    keys: dict[str, Any] = {}
    if name in history:
        keys |= _draw_line(axes, history[name], TRAIN, "training", 1.0)
    if f"val_{name}" in history:
        keys |= _draw_line(axes, history[f"val_{name}"], VALIDATION, "validation", 1.035)
    if best_epoch is not None:
        keys[f"best epoch: {best_epoch}"] = axes.axvline(best_epoch, color=BEST, linestyle="--", linewidth=1)
    if not any(math.isfinite(value) for log in (name, f"val_{name}") for value in history.get(log, ())):
        axes.text(0.5, 0.5, "no finite value", transform=axes.transAxes, ha="center", color=FAINT, fontsize=9)
        axes.set_yticks([])
    return keys


def _draw_line(axes: Any, values: Sequence[float], color: str, label: str, height_of_crosses: float) -> dict[str, Any]:
    """One line, and crosses at a height (a share of the panel's) for the values that are not finite."""
    finite = [value if math.isfinite(value) else math.nan for value in values]
    marker = "o" if len(values) <= _WITH_DOTS else None
    (line,) = axes.plot(range(1, len(values) + 1), finite, color=color, marker=marker, markersize=3.5, linewidth=1.6)
    keys = {label: line}
    gone = [epoch for epoch, value in enumerate(values, 1) if not math.isfinite(value)]
    if gone:
        heights = [height_of_crosses] * len(gone)
        look = {"color": color, "marker": "x", "linestyle": "none", "markersize": 5, "clip_on": False}
        (keys[f"{label}, not finite"],) = axes.plot(gone, heights, transform=axes.get_xaxis_transform(), **look)
    return keys
