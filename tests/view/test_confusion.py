from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from typing import TYPE_CHECKING

import pytest

from kerascli.errors import UsageError
from kerascli.view.confusion import draw_confusion

if TYPE_CHECKING:
    from pathlib import Path


def texts(path: Path) -> list[str]:
    root = ElementTree.parse(path).getroot()
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


def diagonal(count: int, right: int = 1000) -> list[list[int]]:
    return [[right + row if row == column else 0 for column in range(count)] for row in range(count)]


def drawn(matrix: list[list[int]], names: list[str], path: Path, title: str = "") -> list[str]:
    draw_confusion(matrix, names, path, title=title)
    return texts(path)


def test_counts_names_and_result(tmp_path: Path) -> None:
    shown = drawn([[81, 3], [7, 92]], ["no", "yes"], tmp_path / "a.svg", title="spam, test split")
    assert {"81", "3", "7", "92", "true", "predicted"} <= set(shown)
    assert shown.count("no") == shown.count("yes") == 2
    assert "spam, test split: 94.5% right" in shown


def test_rows_are_the_true_classes(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    draw_confusion([[0, 5], [0, 0]], ["p", "q"], path)
    places = {}
    for element in ElementTree.parse(path).getroot().iter("{http://www.w3.org/2000/svg}text"):
        places.setdefault("".join(element.itertext()), []).append(
            (float(element.get("x", 0)), float(element.get("y", 0)))
        )
    (count,) = places["5"]
    assert any(abs(count[1] - y) < 8 for _, y in places["p"]), "beside the true class 'p'"
    assert any(abs(count[0] - x) < 8 for x, _ in places["q"]), "above the predicted class 'q'"


def test_almost_all_is_not_all(tmp_path: Path) -> None:
    assert "99.9% right" in drawn([[99_999, 1], [0, 100_000]], ["a", "b"], tmp_path / "a.svg")
    assert "100.0% right" in drawn([[9, 0], [0, 1]], ["a", "b"], tmp_path / "a.svg")


def test_no_samples(tmp_path: Path) -> None:
    assert "no samples" in drawn([[0, 0], [0, 0]], ["a", "b"], tmp_path / "a.svg")


def test_ten_classes_show_all_counts(tmp_path: Path) -> None:
    shown = drawn(diagonal(10), [str(digit) for digit in range(10)], tmp_path / "a.svg")
    assert {str(1000 + row) for row in range(10)} <= set(shown)


def test_counts_that_would_not_fit_are_left_out(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(6)]
    assert "12345" in drawn(diagonal(6, 12_345), names, tmp_path / "a.svg")
    assert "123456789" not in drawn(diagonal(6, 123_456_789), names, tmp_path / "a.svg")


def test_hundred_classes_have_thinned_names_and_no_counts(tmp_path: Path) -> None:
    shown = drawn(diagonal(100), [f"class_{number}" for number in range(100)], tmp_path / "a.svg")
    named = [text for text in shown if text.startswith("class_")]
    assert 50 <= len(named) <= 100 and "class_0" in named
    assert "1000" not in shown
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    sides = [float(root.get(side, "").removesuffix("pt")) / 72 for side in ("width", "height")]
    assert all(8 < side < 14 for side in sides), "inches"


def test_long_names_keep_their_end(tmp_path: Path) -> None:
    names = ["a long name of a class, number one", "a long name of a class, number two"]
    shown = drawn([[1, 0], [0, 1]], names, tmp_path / "a.svg")
    assert "a long name … number one" in shown and "a long name … number two" in shown


def test_names_are_no_formulas(tmp_path: Path) -> None:
    assert "$x^2$" in drawn([[1, 0], [0, 1]], ["$x^2$", "b"], tmp_path / "a.svg", title="$t$")


def test_one_class(tmp_path: Path) -> None:
    assert "7" in drawn([[7]], ["only"], tmp_path / "a.svg")


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't draw into"):
        draw_confusion([[1]], ["a"], tmp_path / "a.txt")
    assert not list(tmp_path.iterdir())
