"""Draws a model's graph into a file, in the format that the file's ending names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerascli.errors import UsageError
from kerascli.record.atomic import write_text
from kerascli.view.figure_file import PICTURE_ENDINGS, write_figure

if TYPE_CHECKING:
    from pathlib import Path

    from kerascli.record.model_summary import ModelSummary

ENDINGS = (*PICTURE_ENDINGS, ".md")


def draw_graph(summary: ModelSummary, path: Path) -> None:
    """Writes the model's graph to `path`, wholly or not at all.

    Args:
        summary: The model.
        path: A file that ends in .svg, .png or .pdf for a picture, in .md for Markdown with Mermaid diagrams.

    Raises:
        UsageError: The ending is another one.
        OSError: The file can't be written.
    """
    check_ending(path)
    if path.suffix.lower() == ".md":
        from kerascli.view.graph_mermaid import mermaid_markdown

        write_text(path, mermaid_markdown(summary))
        return
    from kerascli.view.graph_picture import paint, picture_dpi

    figure = paint(summary)
    write_figure(figure, path, dpi=picture_dpi(figure))


def check_ending(path: Path) -> None:
    """Refuses a file that `draw_graph` could not write, so that a command can do so before it builds the model.

    Raises:
        UsageError: The ending is none of `ENDINGS`.
    """
    if path.suffix.lower() not in ENDINGS:
        ending = f"the ending '{path.suffix}'" if path.suffix else "no ending"
        raise UsageError(
            f"'{path}' has {ending}, which names no format of a graph",
            hint=f"end the file's name in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}",
        )
