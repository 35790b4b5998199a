from __future__ import annotations

import base64
import io
import re
import warnings
from typing import TYPE_CHECKING

import pytest
from fontTools import ttLib

from kerascli.errors import UsageError
from kerascli.view.figure_file import write_figure
from kerascli.view.style import new_figure

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


def figure_with(text: str, *, weight: str = "normal") -> Figure:
    figure = new_figure(2, 1)
    figure.text(0.1, 0.5, text, fontweight=weight)
    return figure


def letters_of_fonts(svg: str) -> list[set[str]]:
    """The letters of each font within the SVG."""
    out = []
    for data in re.findall(r"data:font/woff;base64,([^)]*)\)", svg):
        with ttLib.TTFont(io.BytesIO(base64.b64decode(data))) as font:
            out.append({chr(code) for code in font.getBestCmap()})
    return out


def test_svg_holds_the_letters_of_its_text(tmp_path: Path) -> None:
    write_figure(figure_with("héad → <&>", weight="bold"), tmp_path / "a.svg")
    svg = (tmp_path / "a.svg").read_text("utf-8")
    fonts = letters_of_fonts(svg)
    assert len(fonts) == 2 and all(set("héad→<&>") <= font for font in fonts)
    assert "héad → &lt;&amp;&gt;" in svg


def test_svg_takes_no_font_that_it_does_not_use(tmp_path: Path) -> None:
    write_figure(figure_with("plain"), tmp_path / "a.svg")
    svg = (tmp_path / "a.svg").read_text("utf-8")
    assert len(letters_of_fonts(svg)) == 1
    assert len(svg) < 20_000


def test_pdf_holds_its_font(tmp_path: Path) -> None:
    write_figure(figure_with("plain"), tmp_path / "a.pdf")
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"/FontFile2" in content


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_same_figure_gives_the_same_file(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, now in (("a", "1000000000"), ("b", "2000000000")):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", now)
        write_figure(figure_with("x"), tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_a_script_that_the_font_lacks_is_no_warning(ending: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write_figure(figure_with("入力"), tmp_path / f"a.{ending}")
    assert (tmp_path / f"a.{ending}").stat().st_size > 0


def test_settings_of_the_process_stay(tmp_path: Path) -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    write_figure(figure_with("x"), tmp_path / "a.svg")
    assert dict(matplotlib.rcParams) == before


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("old")
    figure = figure_with("x")

    def refuse(*arguments: object, **keywords: object) -> None:
        raise OSError("disk full")

    figure.savefig = refuse  # type: ignore[method-assign]
    with pytest.raises(OSError, match="disk full"):
        write_figure(figure, path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.png"]
    assert path.read_text() == "old"


@pytest.mark.parametrize("name", ["a.gif", "a", "a.md"])
def test_another_ending_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't draw into"):
        write_figure(figure_with("x"), tmp_path / name)
    assert not list(tmp_path.iterdir())
