"""The one style of our plots: colours that most eyes can tell apart, few lines, no global state."""

from __future__ import annotations

from typing import Any

# Okabe and Ito's palette, which is chosen for colour-blind readers.
TRAIN = "#0072B2"
VALIDATION = "#D55E00"
BEST = "#009E73"
INK = "#222222"
FAINT = "#BBBBBB"


def new_figure(width: float, height: float) -> Any:
    """An empty figure; sizes in inches. No pyplot: a library must not touch the notebook's own figures."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=120, layout="constrained", facecolor="white")


def plain_text(text: str) -> str:
    """Text as matplotlib shows it literally: `$` starts no formula, control characters are written out."""
    from kerascli.errors import visible

    return visible(text).replace("$", r"\$")


def calm_axes(axes: Any) -> None:
    """Two spines and a faint grid."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
    axes.grid(visible=True, color="#EEEEEE", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, labelsize=8)
