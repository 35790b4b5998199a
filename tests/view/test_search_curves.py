"""The pictures of `find-lr` and `find-batch`, on the values that they may get."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from kerascli.cli.text_plot import curve_lines
from kerascli.view.batch_curve import draw_batch_curve
from kerascli.view.rate_curve import draw_rate_curve, loss_range

FALL = [2.0, 2.0, 1.5, 1.0, 0.5, 1.0, 40.0, math.inf]


@pytest.mark.parametrize(
    ("losses", "smooth"), [(FALL, FALL[:6]), ([1.0], [1.0]), ([math.nan], []), ([1.0, 1.0, 1.0], [1.0, 1.0, 1.0])]
)
def test_a_rate_curve_is_drawn(losses: Sequence[float], smooth: Sequence[float], tmp_path: Path) -> None:
    rates = [10.0 ** (step - 7) for step in range(len(losses))]
    path = tmp_path / "rates.png"
    draw_rate_curve(rates, losses, smooth, path, marks={"steepest: $1": rates[0]}, title="a $name")
    with Image.open(path) as picture:
        assert len(picture.convert("L").getcolors(256) or []) > 10


def test_an_explosion_does_not_hide_the_descent() -> None:
    low, high = loss_range(FALL, FALL[:6])
    assert low < 0.5 and 2.0 < high < 3.0


@pytest.mark.parametrize("memory", [[1_000_000, 2_000_000, 4_000_000], [None, None, None]])
def test_a_batch_curve_is_drawn(memory: list[int | None], tmp_path: Path) -> None:
    path = tmp_path / "batches.svg"
    draw_batch_curve([8, 16, 100], [10.0, 20.0, 20.5], memory, path, marks={"enough": 16, "fastest": 100}, title="a")
    text = path.read_text()
    assert "enough: 16" in text and "fastest: 100" in text and ("memory" in text) == (memory[0] is not None)


def test_a_curve_in_letters() -> None:
    lines = curve_lines([0.0, 1.0, 2.0, 3.0], (0.0, 3.0), width=4, height=2, mark=3)
    assert len(lines) == 2 and all(len(line) <= 4 for line in lines)
    assert lines[0].startswith("  ") and not lines[1].startswith(" "), "it rises"
    assert lines[1].endswith("│")
    assert curve_lines([math.nan, 9.0], (0.0, 3.0), width=4, height=1) == [""]
