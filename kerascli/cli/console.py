"""What a command prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerascli.errors import Diagnostic, render_plain, visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
_STEERING = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BOLD, _BLUE, _RESET = "\x1b[1m", "\x1b[34m", "\x1b[0m"


def wants_color(stream: Any) -> bool:
    """Whether the stream is a terminal that takes colours (https://no-color.org)."""
    return bool(stream.isatty()) and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Every diagnostic on standard error, one after the other."""
    color = wants_color(sys.stderr)
    for diagnostic in diagnostics:
        text = render_plain(diagnostic)
        print(_colored(text, diagnostic.severity) if color else text, file=sys.stderr)


def _colored(text: str, severity: str) -> str:
    """The plain rendering with its first line's severity, the carets and the margin coloured."""
    lines = text.split("\n")
    lines[0] = lines[0].replace(f"{severity}:", f"{_COLORS[severity]}{severity}:{_RESET}{_BOLD}", 1) + _RESET
    for index, line in enumerate(lines[1:], 1):
        if set(line) <= set(" |^"):
            margin, _, carets = line.partition("|")
            lines[index] = f"{_BLUE}{margin}|{_RESET}{_COLORS[severity]}{carets}{_RESET}"
    return "\n".join(lines)


def print_json(value: Any) -> None:
    """JSON on standard output; numbers that are not finite become null, as JSON has none."""
    text = json.dumps(_finite(value), indent=2, ensure_ascii=False)
    # JSON lets these through, and a terminal would obey them.
    print(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def output_console() -> Console:
    """Rich's console for results; wide where standard output is no terminal, so that no table is cut."""
    from kerascli.cli.safe_console import SafeConsole

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160
    return SafeConsole(sys.stdout, width)


def tell(text: str) -> None:
    """Lines on standard output, control characters made visible."""
    print("\n".join(visible(line) for line in text.split("\n")))


def print_parts(parts: Iterable[RenderableType]) -> None:
    """Prints without blanks at the ends of lines, which tables would leave."""
    console = output_console()
    with console.capture() as capture:
        for part in parts:
            # An example is to be copied: its lines stay whole.
            console.print(part, soft_wrap=getattr(part, "no_wrap", None) is True)
    for line in capture.get().split("\n")[:-1]:
        print(line.rstrip())


def say(text: str) -> None:
    """One line on standard error, control characters made visible."""
    print(visible(text), file=sys.stderr)


def from_here(path: Path) -> Path:
    """The path from the working folder, where it lies below that."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
