"""The pictures of a search: how it went on, what mattered, and which values went together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from kerascli.spec.tune_spec import Dimension
from kerascli.view.figure_file import write_figure
from kerascli.view.parallel_axes import draw_parallel
from kerascli.view.search_tables import short_names
from kerascli.view.style import BEST, FAINT, INK, TRAIN, VALIDATION, calm_axes, new_figure, plain_text


class Row(Protocol):
    """One trial, as the pictures need it."""

    @property
    def number(self) -> int:
        """Its number."""

    @property
    def state(self) -> str:
        """`done`, `pruned` and so on."""

    @property
    def value(self) -> float | None:
        """The metric."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Path to value."""


class Searched(Protocol):
    """A search, as the pictures need it."""

    @property
    def study(self) -> str:
        """Its name."""

    @property
    def metric(self) -> str:
        """What trials are judged by."""

    @property
    def direction(self) -> str:
        """`minimize` or `maximize`."""

    @property
    def rows(self) -> Sequence[Any]:
        """The trials."""


def draw_search(
    state: Searched, importances: Mapping[str, float], space: Sequence[Dimension], folder: Path
) -> tuple[Path, ...]:
    """Draws `history.png`, `importance.png` and `parallel.png`, those of them that the trials suffice for.

    Args:
        state: The trials.
        importances: Path to how much it matters.
        space: What is searched.
        folder: Where they are written.

    Raises:
        OSError: A picture can't be written.
    """
    done = [row for row in state.rows if row.state == "done" and row.value is not None]
    found = []
    if done:
        found.append(folder / "history.png")
        _draw_history(state, done, found[-1])
    if importances:
        found.append(folder / "importance.png")
        _draw_importance(state, importances, found[-1])
    if len(done) > 1:
        found.append(folder / "parallel.png")
        draw_parallel(state, done, space, found[-1])
    return tuple(found)


def _draw_history(state: Searched, done: Sequence[Row], path: Path) -> None:
    """The value of each trial, and the best so far."""
    figure = new_figure(6.4, 4.0)
    axes = figure.add_subplot()
    calm_axes(axes)
    choose = min if state.direction == "minimize" else max
    best, line = None, []
    for row in done:
        assert row.value is not None
        best = row.value if best is None else choose(best, row.value)
        line.append(best)
    numbers = [row.number for row in done]
    pruned = [row for row in state.rows if row.state == "pruned" and row.value is not None]
    low, high = _shown_range([row.value or 0.0 for row in done])
    if pruned:
        # Those that are far away must not hide how the others differ.
        heights = [min(max(row.value or 0.0, low), high) for row in pruned]
        beyond = any(not low <= (row.value or 0.0) <= high for row in pruned)
        label = "pruned, when it was" + (" (at the edge: beyond it)" if beyond else "")
        axes.plot(
            [row.number for row in pruned], heights, "x", color=VALIDATION, markersize=5, clip_on=False, label=label
        )
    heights = [min(max(row.value or 0.0, low), high) for row in done]
    axes.plot(numbers, heights, "o", color=TRAIN, markersize=5, label="done, at its best epoch")
    axes.step(
        [*numbers, len(state.rows) - 1], [*line, line[-1]], where="post", color=BEST, linewidth=1.6, label="best so far"
    )
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("trial", fontsize=8)
    axes.set_ylabel(plain_text(state.metric), fontsize=8)
    axes.set_ylim(low, high)
    axes.set_title(plain_text(f"{state.study}, {len(state.rows)} trials"), fontsize=10, fontweight="bold", pad=12)
    figure.legend(loc="outside lower center", ncols=3, fontsize=8, frameon=False)
    write_figure(figure, path)


def _shown_range(values: Sequence[float]) -> tuple[float, float]:
    """Where those that are done lie, with some air; what is far from the middle half is left to the edge."""
    ordered = sorted(values)
    quarter, middle, three = (ordered[len(ordered) * part // 4] for part in (1, 2, 3))
    apart = three - quarter or ordered[-1] - ordered[0] or 0.1 * abs(middle) or 1.0
    low, high = max(ordered[0], middle - 8 * apart), min(ordered[-1], middle + 8 * apart)
    air = 0.15 * (high - low) or apart
    return low - air, high + air


def _draw_importance(state: Searched, importances: Mapping[str, float], path: Path) -> None:
    """A bar a path, the most important on top."""
    names = short_names(list(importances))
    ordered = sorted(importances.items(), key=lambda item: item[1])
    figure = new_figure(6.4, 1.2 + 0.36 * len(ordered))
    axes = figure.add_subplot()
    calm_axes(axes)
    axes.grid(visible=False, axis="y")
    bars = axes.barh(
        [plain_text(names[path]) for path, _ in ordered], [part for _, part in ordered], color=TRAIN, height=0.6
    )
    axes.bar_label(bars, labels=[f"{part:.0%}" for _, part in ordered], padding=4, fontsize=8, color=INK)
    axes.set_xlim(0, 1.12 * max(part for _, part in ordered))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.spines["bottom"].set_color(FAINT)
    axes.set_xlabel(plain_text(f"part of the difference in {state.metric}"), fontsize=8)
    axes.set_title(plain_text(f"{state.study}: what matters"), fontsize=10, fontweight="bold", pad=12)
    write_figure(figure, path)
