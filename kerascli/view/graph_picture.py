"""Paints a model's graph with matplotlib: title, boxes, lines, headings and the key to the looks."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kerascli.errors import visible
from kerascli.view.graph_layout import Box, Curve, GraphLayout, lay_out
from kerascli.view.graph_looks import (
    COLOURS,
    FROZEN_COLOURS,
    LINE_HEIGHT,
    NAME_SIZE,
    SMALL_SIZE,
    TITLE_SIZE,
    legend_entries,
    measure_node,
    text_width,
)
from kerascli.view.graph_nodes import graph_of, totals_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from kerascli.record.model_summary import ModelSummary

MARGIN = 18.0
HEADER = 46.0
LEGEND_ROW = 20.0
# Text of 9 points is 15 pixels high, which reads well unscaled.
DPI = 120
# The picture's memory, at 4 bytes a pixel, stays below 600 MB; and Agg draws no side of 65536 pixels.
MOST_PIXELS = 150e6
LONGEST_SIDE = 60_000


def paint(summary: ModelSummary) -> Figure:
    """The whole picture as a figure."""
    from matplotlib.figure import Figure

    layout = lay_out(graph_of(summary), measure_node)
    title, totals = visible(summary.name), totals_line(summary)
    widest = max(
        layout.width,
        text_width(title, TITLE_SIZE, bold=True),
        text_width(totals, SMALL_SIZE),
        240.0,
    )
    rows = _legend_rows(layout, widest)
    width = widest + 2 * MARGIN
    height = layout.height + HEADER + 2 * MARGIN + LEGEND_ROW * len(rows) + 10
    figure = Figure(figsize=(width / 72, height / 72), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    _text(axes, MARGIN, MARGIN + 8, title, TITLE_SIZE, bold=True, align="left")
    _text(axes, MARGIN, MARGIN + 27, totals, SMALL_SIZE, colour="#444444", align="left")
    _paint_layout(axes, layout, MARGIN + (widest - layout.width) / 2, MARGIN + HEADER)
    for number, row in enumerate(rows):
        _paint_legend(axes, row, height - MARGIN - LEGEND_ROW * (len(rows) - number - 0.5))
    return figure


def picture_dpi(figure: Figure) -> float:
    """The pixels per inch of a PNG: those that read well, fewer where the picture would outgrow the memory."""
    width, height = figure.get_size_inches()
    return float(min(DPI, math.sqrt(MOST_PIXELS / (width * height)), LONGEST_SIDE / max(width, height)))


def _paint_layout(axes: Axes, layout: GraphLayout, left: float, top: float) -> None:
    for heading in layout.headings:
        axes.plot([left + heading.left, left + heading.left + heading.width], [top + 15, top + 15], "-", c="#cccccc")
        _text(axes, left + heading.left, top + 6, heading.text, SMALL_SIZE, colour="#666666", align="left")
    for curve in layout.curves:
        _paint_curve(axes, curve, left, top)
    for box in layout.boxes:
        _paint_box(axes, box, left, top)


def _paint_curve(axes: Axes, curve: Curve, left: float, top: float) -> None:
    from matplotlib.patches import PathPatch, Polygon
    from matplotlib.path import Path as Outline

    points = [(x + left, y + top) for x, y in curve.points]
    codes = [Outline.MOVETO] + [Outline.CURVE4] * (len(points) - 1)
    axes.add_patch(PathPatch(Outline(points, codes), facecolor="none", edgecolor="#666666", linewidth=1.0, zorder=1))
    if not curve.arrow:
        return
    (x, y), end = points[-1], points[-1]
    # The last Bézier points may lie on the end itself; the direction is that of the last one which does not.
    before = next(((px, py) for px, py in reversed(points[:-1]) if math.hypot(x - px, y - py) > 1), (x, y - 1))
    angle = math.atan2(y - before[1], x - before[0])
    sides = [(x - 6.5 * math.cos(angle + turn), y - 6.5 * math.sin(angle + turn)) for turn in (0.42, -0.42)]
    axes.add_patch(Polygon([end, *sides], closed=True, facecolor="#666666", edgecolor="none", zorder=2))


def _paint_box(axes: Axes, box: Box, left: float, top: float) -> None:
    node = box.node
    x, y = left + box.left, top + box.top
    if node.look != "label":
        _paint_outline(axes, node.look, node.frozen, (x, y, box.width, box.height), node.key)
    first = y + box.height / 2 - LINE_HEIGHT * (len(node.lines) - 1) / 2
    for number, line in enumerate(node.lines):
        bold = number == 0 and node.look not in ("stub", "label")
        size, colour = (NAME_SIZE, "#111111") if bold else (SMALL_SIZE, "#333333")
        _text(axes, x + box.width / 2, first + number * LINE_HEIGHT, line, size, colour=colour, bold=bold)


def _paint_outline(axes: Axes, look: str, frozen: bool, place: tuple[float, float, float, float], key: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    x, y, width, height = place
    fill, stroke = FROZEN_COLOURS if frozen else COLOURS[look]
    round_by = {"input": 0.5, "head": 0.5, "operation": 0.28, "stub": 0.3}.get(look, 0.06)
    corner = f"round,pad=0,rounding_size={min(width, height) * round_by:.2f}"
    dashes = "--" if frozen else ":" if look == "stub" else "-"
    patch = FancyBboxPatch(
        (x, y), width, height, boxstyle=corner, facecolor=fill, edgecolor=stroke, linewidth=1.2, linestyle=dashes
    )
    patch.set_zorder(3)
    if key:
        patch.set_gid(key)
    axes.add_patch(patch)
    if look == "model":
        # The second outline inside says that there is more within.
        inner = FancyBboxPatch((x + 3, y + 3), width - 6, height - 6, boxstyle=corner, fill=False, edgecolor=stroke)
        inner.set_zorder(3)
        axes.add_patch(inner)


def _text(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    colour: str = "#111111",
    bold: bool = False,
    align: str = "center",
) -> None:
    weight = "bold" if bold else "normal"
    drawn = axes.text(x, y, text, fontsize=size, color=colour, weight=weight, ha=align, va="center_baseline", zorder=4)
    drawn.set_fontfamily("DejaVu Sans")
    # A dollar sign in a name is no formula.
    drawn.set_parse_math(False)


def _legend_rows(layout: GraphLayout, width: float) -> list[list[tuple[str, bool, str]]]:
    """The entries in rows that fit the width."""
    rows: list[list[tuple[str, bool, str]]] = []
    used = math.inf
    for entry in legend_entries(box.node for box in layout.boxes):
        needed = _entry_width(entry[2])
        if used + needed > width:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += needed
    return rows


def _entry_width(text: str) -> float:
    return 24 + text_width(text, SMALL_SIZE) + 16


def _paint_legend(axes: Axes, entries: list[tuple[str, bool, str]], middle: float) -> None:
    x = MARGIN
    for look, frozen, text in entries:
        _paint_outline(axes, look, frozen, (x, middle - 6, 18, 12), "")
        _text(axes, x + 24, middle, text, SMALL_SIZE, colour="#444444", align="left")
        x += _entry_width(text)
