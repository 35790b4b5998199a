"""Rich's console for text of any origin: it knows no markup, and writes control characters out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from kerascli.errors import visible


class SafeConsole(Console):
    """Names of classes, columns and files come from data: none may colour, move or break what is shown."""

    def __init__(self, file: IO[str], width: int | None = None) -> None:
        """Takes the stream, and the width where that is not the terminal's."""
        # A class may be called '[/red]' or ':fire:'.
        super().__init__(file=file, width=width, highlight=False, soft_wrap=False, markup=False, emoji=False)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As Rich's, its own control codes alone left as they are."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable() or segment.text == "\n":
                yield segment
            else:
                text = "\n".join(visible(line) for line in segment.text.split("\n"))
                yield Segment(text, segment.style)
