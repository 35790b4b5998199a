from __future__ import annotations

import math
import re
import struct
import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

import pytest

from kerascli.errors import UsageError
from kerascli.view.curves import draw_curves, panel_groups

if TYPE_CHECKING:
    from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
HISTORY = {
    "loss": [3.0, 2.0, 1.0],
    "val_loss": [3.0, 2.5, 2.7],
    "accuracy": [0.1, 0.2, 0.3],
    "learning_rate": [0.1, 0.1, 0.2],
}
TICKETS = {
    f"{prefix}{name}": [1.0, 0.5]
    for prefix in ("", "val_")
    for name in ("loss", "tag_loss", "tag_extra_loss", "tag_auc", "tag_extra_auc", "tag_extra_recall", "learning_rate")
    if (prefix, name) != ("val_", "learning_rate")
}


def texts(path: Path) -> list[str]:
    return ["".join(element.itertext()) for element in ElementTree.parse(path).getroot().iter(f"{SVG}text")]


def drawn(history: dict[str, list[float]], path: Path, best_epoch: int | None = None, title: str = "") -> list[str]:
    draw_curves(history, path, best_epoch=best_epoch, title=title)
    return texts(path)


def test_each_quantity_has_one_panel_and_all_share_one_key(tmp_path: Path) -> None:
    shown = drawn(HISTORY, tmp_path / "a.svg", best_epoch=2, title="mnist/$1$ <x>")
    for text in ("loss", "accuracy", "learning rate", "training", "validation", "best epoch: 2", "mnist/$1$ <x>"):
        assert shown.count(text) == 1, text
    assert shown.count("epoch") == 3
    assert "0" not in shown, "epochs count from 1"


def test_nothing_is_said_of_what_is_not_there(tmp_path: Path) -> None:
    shown = drawn({"loss": [1.0, 0.5]}, tmp_path / "a.svg")
    assert "training" in shown
    assert not [text for text in shown if "validation" in text or "best" in text or "finite" in text]


def test_a_rate_that_never_changes_has_no_panel() -> None:
    assert panel_groups({"learning_rate": [0.1, 0.1], "loss": [1.0, 2.0]}) == [["loss"]]


def dots(path: Path) -> int:
    """The marks in the colour of training, that of the key included."""
    return len(re.findall(r"<use [^>]*fill: #0072b2", path.read_text("utf-8")))


def test_one_epoch_is_a_dot(tmp_path: Path) -> None:
    drawn({"loss": [1.0]}, tmp_path / "a.svg")
    assert dots(tmp_path / "a.svg") == 2
    drawn({"loss": [1.0] * 100}, tmp_path / "b.svg")
    assert dots(tmp_path / "b.svg") == 0


def test_a_panel_without_a_value_says_so(tmp_path: Path) -> None:
    shown = drawn({"loss": [1.0, 0.5], "auc": [math.nan, math.nan]}, tmp_path / "a.svg")
    assert shown.count("no finite value") == 1


def test_values_that_are_not_finite_are_marked(tmp_path: Path) -> None:
    history = {"loss": [1.0, math.nan, math.inf, 0.5], "val_loss": [1.0, 0.9, 0.8, 0.7]}
    shown = drawn(history, tmp_path / "a.svg")
    assert "training, not finite" in shown and "validation, not finite" not in shown
    assert "no finite value" not in shown
    assert not re.search(r"\bnan\b|\binf\b", (tmp_path / "a.svg").read_text("utf-8"), re.IGNORECASE)


def test_heads_are_kept_together_also_when_one_name_begins_with_the_other() -> None:
    assert panel_groups(TICKETS) == [
        ["loss", "learning_rate"],
        ["tag_loss", "tag_auc"],
        ["tag_extra_loss", "tag_extra_auc", "tag_extra_recall"],
    ]


def test_loss_comes_first_and_the_clock_is_no_quantity() -> None:
    history = {"epoch": [1.0], "seconds": [9.0], "learning_rate": [1.0, 0.5], "accuracy": [1.0], "val_loss": [1.0]}
    assert panel_groups(history) == [["loss", "accuracy", "learning_rate"]]


def test_heads_stand_in_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    draw_curves(TICKETS, path)
    root = ElementTree.parse(path).getroot()
    height = {}
    for element in root.iter(f"{SVG}text"):
        found = re.search(r"translate\(([\d.]+) ([\d.]+)\)", element.get("transform", ""))
        y = float(found[2]) if found else float(element.get("y", "nan"))
        height["".join(element.itertext())] = round(y)
    assert height["tag loss"] == height["tag auc"] < height["tag extra loss"] == height["tag extra recall"]
    assert height["loss"] == height["learning rate"] < height["tag loss"]


@pytest.mark.parametrize(("panels", "columns", "rows"), [(1, 1, 1), (4, 4, 1), (5, 3, 2), (9, 3, 3)])
def test_panels_fill_a_grid(panels: int, columns: int, rows: int, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    draw_curves({f"m{number}": [1.0, 2.0] for number in range(panels)}, path)
    width, height = struct.unpack(">II", path.read_bytes()[16:24])
    assert (round(width / 120 / 4.2), round((height / 120 - 0.6) / 2.9)) == (columns, rows)


@pytest.mark.parametrize("history", [{}, {"loss": []}, {"epoch": [1.0]}])
def test_no_epoch_is_refused(history: dict[str, list[float]], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no epoch"):
        draw_curves(history, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_another_ending_is_refused_before_all_else(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't draw into"):
        draw_curves({}, tmp_path / "a.txt")
