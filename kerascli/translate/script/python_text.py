"""Values as Python source, laid out as a formatter would: on one line where it fits, else one part a line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH = 100
_INDENT = "    "


@dataclass(frozen=True)
class Source:
    """Python source that is complete as it stands: a name, a subscript."""

    text: str


@dataclass(frozen=True)
class Call:
    """A call: what is called, its positional arguments, its keyword arguments in order."""

    function: str
    positional: tuple[object, ...] = ()
    keywords: tuple[tuple[str, object], ...] = ()


def render(value: object, *, column: int = 0, indent: int = 0, after: int = 0) -> str:
    """The source of a value.

    Args:
        value: A scalar, list, mapping, `Source` or `Call`, at any depth.
        column: Where it begins on its line.
        indent: How far the line is indented.
        after: How many characters follow on the last line.
    """
    if isinstance(value, Call) and "\n" in value.function:
        # A layer that fills several lines, called on its tensors behind the last of them.
        return f"{value.function}{_flat(Call('', value.positional, value.keywords))}"
    flat = _flat(value)
    if column + len(flat) + after <= WIDTH and "\n" not in flat:
        return flat
    if isinstance(value, Call):
        parts = [*value.positional, *value.keywords]
        if not parts:
            return flat
        opened, closed, items = f"{value.function}(", ")", [_argument(part, indent + 4) for part in parts]
    elif isinstance(value, Mapping):
        opened, closed = "{", "}"
        items = [f"{_flat(key)}: {_item(item, indent + 4, len(_flat(key)) + 2)}" for key, item in value.items()]
    elif isinstance(value, Sequence) and not isinstance(value, str):
        opened, closed, items = "[", "]", [_item(item, indent + 4, 0) for item in value]
    else:
        return flat
    inner = "".join(f"{' ' * (indent + 4)}{item},\n" for item in items)
    return f"{opened}\n{inner}{' ' * indent}{closed}"


def _argument(part: object, indent: int) -> str:
    if isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], str):
        return f"{part[0]}={_item(part[1], indent, len(part[0]) + 1)}"
    return _item(part, indent, 0)


def _item(value: object, indent: int, before: int) -> str:
    return render(value, column=indent + before, indent=indent, after=1)


def _flat(value: object) -> str:
    if isinstance(value, Source):
        return value.text
    if isinstance(value, Call):
        keywords = [f"{name}={_flat(item)}" for name, item in value.keywords]
        return f"{value.function}({', '.join([*map(_flat, value.positional), *keywords])})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flat(key)}: {_flat(item)}" for key, item in value.items()) + "}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_flat, value)) + "]"
    if isinstance(value, float) and not -float("inf") < value < float("inf"):
        return f'float("{value}")'
    return repr(value)


def _text(value: str) -> str:
    """Double quotes, as formatters write them."""
    found = repr(value)
    return f'"{found[1:-1]}"' if found.startswith("'") and '"' not in found else found


def assign(name: str, value: object, *, indent: int = 0) -> str:
    """`name = value` as one statement."""
    before = f"{' ' * indent}{name} = "
    return before + render(value, column=len(before), indent=indent)


def statement(value: object, *, indent: int = 0) -> str:
    """A value by itself, such as a call."""
    return " " * indent + render(value, column=indent, indent=indent)


def tidy(text: str) -> str:
    """The script with two empty lines around each function and class, and never more."""
    out: list[str] = []
    inside = False
    for line in text.splitlines():
        starts = line.startswith(("def ", "class ", "@")) and not (out and out[-1].startswith("@"))
        leaves = inside and line and not line.startswith((" ", ")", "@", "def ", "class "))
        if starts or leaves:
            while out and not out[-1]:
                out.pop()
            out += ["", ""]
        inside = (inside and not leaves) or line.startswith(("def ", "class "))
        if line or len(out) < 2 or out[-1] or out[-2]:
            out.append(line)
    return "\n".join(out).strip("\n") + "\n"


def blocks(parts: Iterable[str]) -> str:
    """Parts of a script with an empty line between them; none for empty parts."""
    return "\n\n".join(part.rstrip("\n") for part in parts if part)
