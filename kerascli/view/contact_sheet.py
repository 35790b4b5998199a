"""A picture of training samples: images side by side with their labels, or how the values of each input are spread."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from kerascli.data.field_statistics import looks_like_image
from kerascli.errors import UsageError
from kerascli.view.figure_file import check_picture_ending, write_figure
from kerascli.view.style import INK, TRAIN, calm_axes, new_figure, plain_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_ACROSS = 8
MOST_IMAGES = 32
_MOST_PANELS = 12
# Inches.
_CELL, _LABEL = 1.3, 0.25


def draw_sheet(
    inputs: Mapping[str, Any],
    labels: Sequence[str],
    path: Path,
    *,
    augmented: Mapping[str, Any] | None = None,
    title: str = "",
) -> None:
    """Writes the picture to a file, wholly or not at all.

    Args:
        inputs: Input name to samples `(samples, ...)`, as the model gets them.
        labels: The label of each sample; empty without any.
        path: A file that ends in .png, .svg or .pdf.
        augmented: The same inputs after `augment`.
        title: What the picture is of.

    Raises:
        UsageError: The ending is another one, or there is nothing to draw.
        OSError: The file can't be written.
    """
    check_picture_ending(path)
    images = {name: array[:MOST_IMAGES] for name, array in inputs.items() if looks_like_image(array)}
    figure = _sheet(images, labels, augmented or {}) if images else _histograms(inputs)
    if title:
        figure.suptitle(plain_text(title), fontsize=10, fontweight="bold")
    write_figure(figure, path)


def _sheet(images: Mapping[str, Any], labels: Sequence[str], augmented: Mapping[str, Any]) -> Any:
    """Rows of images; those that were changed stand below, in rows of their own."""
    import numpy as np

    parts: list[tuple[str, Any, Sequence[str], tuple[float, float]]] = []
    for name, array in images.items():
        # What was changed is shown in the shades of what it was.
        parts.append((name, array, labels, _range(array)))
        if name in augmented:
            parts.append((f"{name}, augmented", augmented[name][: len(array)], (), _range(array)))
    rows = sum(math.ceil(len(array) / _ACROSS) for _, array, _, _ in parts)
    figure = new_figure(_CELL * _ACROSS, (_CELL + _LABEL) * rows + 0.5)
    grid = figure.add_gridspec(rows, _ACROSS)
    row = 0
    for name, array, own, (low, high) in parts:
        for index, image in enumerate(array):
            axes = figure.add_subplot(grid[row + index // _ACROSS, index % _ACROSS])
            picture = np.clip((np.asarray(image, np.float64) - low) / (high - low), 0, 1)
            axes.imshow(
                picture[..., 0] if picture.ndim == 3 and picture.shape[2] == 1 else picture, cmap="gray", vmin=0, vmax=1
            )
            axes.set_axis_off()
            if index < len(own):
                axes.set_title(plain_text(own[index][:16]), fontsize=8, color=INK, pad=3)
            if index == 0:
                axes.text(0, -0.04, plain_text(name), transform=axes.transAxes, fontsize=6, color=INK, va="top")
        row += math.ceil(len(array) / _ACROSS)
    return figure


def _range(array: Any) -> tuple[float, float]:
    """The values that are black and white: those of bytes or fractions where the numbers look like such."""
    low, high = float(array.min()), float(array.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    if low >= 0 and 1 < high <= 255:
        return 0.0, 255.0
    return low, high if high > low else low + 1


def _histograms(inputs: Mapping[str, Any]) -> Any:
    """How the numbers of each input are spread; of several columns, each by itself."""
    panels: list[tuple[str, Any]] = []
    for name, array in inputs.items():
        if array.dtype.kind not in "biuf":
            continue
        if array.ndim == 2 and 1 < array.shape[1] <= _MOST_PANELS:
            panels += [(f"{name}[{place}]", array[:, place]) for place in range(array.shape[1])]
        else:
            panels.append((name, array.reshape(-1)))
    if not panels:
        raise UsageError("there is nothing to draw: no input holds numbers", code="output")
    panels = panels[:_MOST_PANELS]
    across = min(4, len(panels))
    rows = math.ceil(len(panels) / across)
    figure = new_figure(3.2 * across, 2.3 * rows + 0.4)
    for index, (name, values) in enumerate(panels):
        axes = figure.add_subplot(rows, across, index + 1)
        axes.hist(values.astype(float), bins=30, color=TRAIN)
        axes.set_title(plain_text(name), fontsize=9, color=INK)
        calm_axes(axes)
    return figure
