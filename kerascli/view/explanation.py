"""Shows the explanation of a code in the terminal: prose, a wrong spec, a right one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerascli.check.explain import Explanation
from kerascli.view.description import PROSE, wrapped_text, yaml_text

if TYPE_CHECKING:
    from rich.console import RenderableType


def explanation_parts(page: Explanation, width: int) -> list[RenderableType]:
    """What is printed of one explanation, top to bottom.

    Args:
        page: What to show.
        width: The width of the terminal in characters.
    """
    from rich.text import Text

    parts: list[RenderableType] = [Text(page.code, style="bold cyan"), ""]
    parts.append(wrapped_text(page.text, min(width - 2, PROSE), ""))
    for title, style, spec in (("Wrong", "bold red", page.wrong), ("Right", "bold green", page.right)):
        if spec is not None:
            parts += ["", Text(title, style=style), yaml_text(spec)]
    return parts
