"""Shows descriptions in the terminal: prose, a table of arguments, an example; the layout follows the width."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kerascli.translate.descriptions import Description, GroupRow, ParameterRow, WordRow

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

# Below this, what an argument means stands below what it takes.
_WIDE = 104
# Longer lines of prose are hard to read.
PROSE = 96
_CODE = re.compile(r"`([^`]+)`")


def description_parts(description: Description, width: int) -> list[RenderableType]:
    """What is printed of one description, top to bottom.

    Args:
        description: What to show.
        width: The width of the terminal in characters.
    """
    prose = min(width - 2, PROSE)
    parts: list[RenderableType] = [_title(description), ""]
    for number, text in enumerate((description.summary, *description.text)):
        if text:
            parts += [wrapped_text(text, prose, "bold" if number == 0 else ""), ""]
    facts = _facts(description)
    if facts:
        parts += [_fact_table(facts), ""]
    if description.parameters:
        parts += [_heading("Arguments"), _parameters(description.parameters, width)]
    if description.shared:
        parts.append(_shared(description, prose))
    if description.parameters or description.shared:
        parts.append("")
    if description.keys:
        parts += [_heading("Keys"), _rows([(row.name, row.text) for row in description.keys]), ""]
    if description.example:
        parts += [_heading("Example"), yaml_text(description.example), ""]
    return parts


def group_table(rows: Sequence[GroupRow]) -> Table:
    """The groups with their counts and places."""
    from rich.text import Text

    table = _plain_table()
    table.add_column(no_wrap=True, style="bold cyan")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(Text(row.name), Text(str(row.count)), _styled(row.text))
    return table


def word_table(rows: Sequence[WordRow]) -> Table:
    """Words with a sentence each."""
    return _rows([(row.name, row.summary) for row in rows])


def _title(description: Description) -> Text:
    from rich.text import Text

    title = Text(description.name.replace(".*", ""), style="bold cyan")
    title.append(f"  {description.what}", style="not bold magenta")
    if description.path and description.path != f"keras.{description.name}":
        title.append(f"  {description.path}", style="not bold dim")
    return title


def _facts(description: Description) -> list[tuple[str, str]]:
    aliases = ", ".join(f"`{alias}`" for alias in description.aliases)
    others = ", ".join(f"`{word}`" for word in description.see_also)
    facts = [
        ("reads", description.reads),
        ("also called", aliases),
        ("see also", others),
        ("note", description.note),
    ]
    return [(name, text) for name, text in facts if text]


def _fact_table(facts: list[tuple[str, str]]) -> Table:
    from rich.text import Text

    table = _plain_table()
    table.add_column(no_wrap=True, style="magenta")
    table.add_column(overflow="fold", max_width=PROSE)
    for name, text in facts:
        table.add_row(Text(name), _styled(text))
    return table


def _parameters(parameters: Sequence[ParameterRow], width: int) -> Table:
    """Four columns where there is room for them, else two."""
    return _wide_parameters(parameters) if width >= _WIDE else _narrow_parameters(parameters)


def _wide_parameters(parameters: Sequence[ParameterRow]) -> Table:
    from rich.text import Text

    table = _plain_table()
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold", max_width=24)
    table.add_column(overflow="fold", max_width=20)
    table.add_column(overflow="fold", max_width=PROSE)
    for row in parameters:
        default = Text("required", style="bold yellow") if row.required else Text(row.default, style="green")
        table.add_row(Text(row.name), Text(row.takes), default, _styled(row.text))
    return table


def _narrow_parameters(parameters: Sequence[ParameterRow]) -> Table:
    from rich.text import Text

    table = _plain_table()
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold")
    for row in parameters:
        cell = Text(row.takes, style="italic")
        if row.required:
            cell.append("  required", style="bold yellow not italic")
        elif row.default:
            cell.append("  default ", style="dim not italic")
            cell.append(row.default, style="green not italic")
        if row.text:
            cell.append("\n")
            cell.append_text(_styled(row.text, base="not italic"))
        table.add_row(Text(row.name), cell)
    return table


def _shared(description: Description, prose: int) -> RenderableType:
    what = description.what.removeprefix("Keras ")
    words = ", ".join(f"`{name}`" for name in description.shared)
    article = "Also, as any" if description.parameters else "It takes, as any"
    return wrapped_text(f"{article} {what}: {words}.", prose, "dim", indent="  ")


def _rows(rows: Sequence[tuple[str, str]]) -> Table:
    from rich.text import Text

    table = _plain_table()
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(overflow="fold", max_width=PROSE)
    for name, text in rows:
        table.add_row(Text(name), _styled(text))
    return table


def _plain_table() -> Table:
    from rich.table import Table

    return Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0), expand=False)


def _heading(word: str) -> Text:
    from rich.text import Text

    return Text(word, style="bold underline")


def _styled(text: str, base: str = "") -> Text:
    """The text with its code coloured in place of the backticks."""
    from rich.text import Text

    out = Text(style=base)
    end = 0
    for match in _CODE.finditer(text):
        out.append(text[end : match.start()])
        out.append(match[1], style="cyan")
        end = match.end()
    out.append(text[end:].replace("`", ""))
    return out


def wrapped_text(text: str, width: int, style: str, indent: str = "") -> RenderableType:
    """Prose no wider than is good to read."""
    from rich.padding import Padding
    from rich.table import Table

    table = Table.grid()
    table.add_column(overflow="fold", max_width=width - len(indent))
    table.add_row(_styled(text, base=style))
    return Padding(table, (0, 0, 0, len(indent)))


def yaml_text(text: str) -> Text:
    """An example with keys and values in colours; its lines are never broken, so that it can be copied."""
    from rich.text import Text

    out = Text("\n".join(f"  {line}" for line in text.splitlines()), no_wrap=True, overflow="ignore")
    out.highlight_regex(r"(?<![\w'])[\w.]+(?=:( |$|\n))", "cyan")
    out.highlight_regex(r"(?<![\w.'])-?\d+(\.\d+)?(e-?\d+)?(?![\w.'])", "green")
    out.highlight_regex(r"\b(true|false|null)\b", "magenta")
    return out
