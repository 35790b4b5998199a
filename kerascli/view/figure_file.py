"""Writes a matplotlib figure into a PNG, SVG or PDF file: wholly or not at all, with its fonts, the same each time."""

from __future__ import annotations

import base64
import io
import re
import warnings
from typing import TYPE_CHECKING, Any

from kerascli.errors import UsageError
from kerascli.record.atomic import replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

PICTURE_ENDINGS = (".svg", ".png", ".pdf")
FONT = "DejaVu Sans"
# Text stays text, so that a reader can search an SVG or PDF; PDF takes the whole font outlines (type 42) with it.
_SETTINGS: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": "kerascli", "pdf.fonttype": 42}
# Without the date, the same figure gives the same file.
_METADATA: dict[str, dict[str, Any]] = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}


def check_picture_ending(path: Path) -> None:
    """Refuses a file that no figure can be written into.

    Raises:
        UsageError: The ending is none of `PICTURE_ENDINGS`.
    """
    if path.suffix.lower() not in PICTURE_ENDINGS:
        endings = f"{', '.join(PICTURE_ENDINGS[:-1])} or {PICTURE_ENDINGS[-1]}"
        raise UsageError(f"can't draw into '{path}'", code="output", hint=f"end the file's name in {endings}")


def write_figure(figure: Figure, path: Path, *, dpi: float | None = None) -> None:
    """Writes the figure in the format of the file's ending.

    matplotlib knows its SVG and PDF settings only as process-wide ones: they are set for the time of the call.

    Args:
        figure: The figure.
        path: A file that ends in one of `PICTURE_ENDINGS`.
        dpi: Pixels per inch of a PNG; None for the figure's own.

    Raises:
        UsageError: The ending is another one.
        OSError: The file can't be written; the old one, if any, is as it was.
    """
    check_picture_ending(path)
    replace_file(path, lambda temporary: _save(figure, temporary, "figure" if dpi is None else dpi))


def _save(figure: Figure, path: Path, dpi: Any) -> None:
    import matplotlib

    ending = path.suffix.lower().removeprefix(".")
    with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn with boxes; that is no news for the terminal.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(path, format=ending, dpi=dpi, metadata=_METADATA[ending])
    if ending == "svg":
        path.write_text(_with_fonts(path.read_text("utf-8")), "utf-8")


def _with_fonts(svg: str) -> str:
    """The SVG with the letters that it uses as fonts within, and a font as wide named for viewers that ignore them."""
    letters = "".join(sorted(set(re.sub(r"<[^>]*>", "", svg)) | set("&<>")))
    weights = ["normal", "bold"] if re.search(r"font(-weight)?: (700|bold)", svg) else ["normal"]
    faces = "".join(_font_face(letters, weight) for weight in weights)
    svg = svg.replace("<defs>", f'<defs>\n  <style type="text/css">{faces}</style>', 1)
    return svg.replace(f"font-family: '{FONT}';", f"font-family: '{FONT}', Verdana, Geneva, sans-serif;")


def _font_face(letters: str, weight: str) -> str:
    """The letters of one weight of the font as a CSS rule that holds them."""
    # fontTools is what matplotlib itself makes the fonts of a PDF with.
    from fontTools import subset, ttLib  # type: ignore[import-untyped]
    from matplotlib import font_manager

    file = font_manager.findfont(font_manager.FontProperties(family=FONT, weight=weight))
    options = subset.Options(hinting=False, layout_features=[], drop_tables=["FFTM", *subset.Options().drop_tables])
    packed = io.BytesIO()
    with ttLib.TTFont(file, recalcTimestamp=False, lazy=True) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text=letters)
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(packed)
    data = base64.b64encode(packed.getvalue()).decode("ascii")
    return f"@font-face{{font-family:'{FONT}';font-weight:{weight};src:url(data:font/woff;base64,{data})}}"
