"""The line of a plugin's own code that an error came from, for a note beside the place in the spec."""

from __future__ import annotations

import traceback
from pathlib import Path

from kerascli.errors import SourceText, Span

# What the modules of plugins that are files are called; no other module begins so.
FILE_PREFIX = "kerascli_plugin_"
# The names of the plugins that are installed modules, as far as specs of this process named them.
INSTALLED: set[str] = set()


def own_line(error: BaseException) -> Span | None:
    """The last line of a plugin that the error, or what caused it, came through; None where no plugin took part."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        if isinstance(current, SyntaxError) and current.filename and current.lineno:
            return line_of(current.filename, current.lineno)
        frames = [(frame, line) for frame, line in traceback.walk_tb(current.__traceback__) if _is_plugin(frame)]
        if frames:
            frame, line = frames[-1]
            return line_of(frame.f_code.co_filename, line)
        current = current.__cause__ or current.__context__
    return None


def raised_by_plugin(error: BaseException) -> bool:
    """Whether a plugin raised it itself, instead of something that it called."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return bool(frames) and _is_plugin(frames[-1][0])


def _is_plugin(frame: object) -> bool:
    name = str(getattr(frame, "f_globals", {}).get("__name__", ""))
    return name.startswith(FILE_PREFIX) or name in INSTALLED


def line_of(filename: str, line: int) -> Span | None:
    """The words of a line of a file; None where it can't be read."""
    try:
        text = Path(filename).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    lines = text.splitlines()
    if not 0 < line <= len(lines):
        return None
    words = lines[line - 1]
    column = len(words) - len(words.lstrip()) + 1
    return SourceText(filename, text).span(line, column, max(1, len(words.strip())))
