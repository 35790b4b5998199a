"""How the nodes of a drawn model look: colours, sizes of text and boxes, and the key that explains them."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.font_manager import FontProperties

    from kerascli.view.graph_nodes import Node

NAME_SIZE = 9.0
SMALL_SIZE = 8.0
TITLE_SIZE = 13.0
LINE_HEIGHT = 12.0
PADDING = (10.0, 5.0)

# Fill and outline; apart in lightness too, and each look also has a shape or dashes of its own.
COLOURS = {
    "input": ("#dff3e3", "#2e7d4f"),
    "layer": ("#e6effa", "#3b6ea5"),
    "operation": ("#f1f1f1", "#777777"),
    "model": ("#ece4f7", "#6a4fa3"),
    "head": ("#fdebd3", "#c46a12"),
    "stub": ("#ffffff", "#888888"),
}
FROZEN_COLOURS = ("#e8f6fa", "#4a90a4")

_MEANINGS = {
    "input": "input",
    "layer": "layer",
    "operation": "operation",
    "model": "nested model",
    "head": "head",
    "stub": "goes on in another part",
}


def measure_node(node: Node) -> tuple[float, float]:
    """The width and height, in points, of the box that holds the node's text."""
    if node.look == "label":
        return text_width(node.lines[0], SMALL_SIZE) + 4, LINE_HEIGHT
    plain = node.look == "stub"
    widths = [
        text_width(line, NAME_SIZE if number == 0 and not plain else SMALL_SIZE, bold=number == 0 and not plain)
        for number, line in enumerate(node.lines)
    ]
    height = LINE_HEIGHT * len(node.lines) + 2 * PADDING[1]
    # The round ends of inputs and heads take room from the text.
    ends = height * 0.3 if node.look in ("input", "head") else 0.0
    return max(60.0, max(widths) + 2 * PADDING[0] + ends), height


def legend_entries(nodes: Iterable[Node]) -> list[tuple[str, bool, str]]:
    """Look, frozen and meaning of each look that is used, in a fixed order."""
    used = {(node.look, node.frozen) for node in nodes}
    looks = {look for look, _ in used}
    entries: list[tuple[str, bool, str]] = [
        (look, False, meaning) for look, meaning in _MEANINGS.items() if look in looks
    ]
    return entries + ([("layer", True, "frozen")] if any(frozen for _, frozen in used) else [])


@lru_cache(maxsize=8192)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line in points.

    A viewer's own font for a script that DejaVu Sans lacks may be a full square wide, so that is what it gets.
    """
    from matplotlib.textpath import text_to_path

    narrow = "".join(c for c in text if unicodedata.east_asian_width(c) not in "WF")
    width = float(text_to_path.get_text_width_height_descent(narrow, _font(size, bold), ismath=False)[0])
    # Viewers that hint or substitute the font draw up to a twentieth wider.
    return width * 1.05 + size * 1.1 * (len(text) - len(narrow))


@lru_cache(maxsize=16)
def _font(size: float, bold: bool) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
