"""`kerascli explain`: what the code of an error or a warning means, with a wrong and a right spec."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kerascli.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kerascli.check.explain import Explanation


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli explain unused-input",
        "kerascli explain --list",
        "kerascli explain unknown-argument --json",
    )
    app.command("explain", epilog=epilog)(explain)


def explain(
    code: Annotated[
        str | None,
        typer.Argument(metavar="CODE", help="A code, as it stands in the brackets of a message.", show_default=False),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List all codes.")] = False,
    json: options.Json = False,
) -> None:
    """Say what the code of an error or a warning means, and how it is mended."""
    from kerascli.check.explain import explain as find_page
    from kerascli.check.explain import explain_all
    from kerascli.cli.console import print_json

    if listed or code is None:
        found = explain_all()
        if json:
            print_json([{"code": one.code, "text": one.first_sentence} for one in found])
        else:
            _list(found)
        return
    page = find_page(code.strip().strip("[]"))
    if json:
        print_json(page.to_json())
    else:
        _print(page)


def _print(page: Explanation) -> None:
    """The page: drawn on a terminal, Markdown as it is elsewhere."""
    text = f"# {page.code}\n\n{page.markdown}"
    if not sys.stdout.isatty():
        print(text, end="")
        return
    from rich.markdown import Markdown
    from rich.syntax import Syntax
    from rich.text import Text

    from kerascli.cli.console import output_console

    console = output_console()
    console.print(Text(page.code, style="bold"))
    console.print()
    console.print(Markdown(page.text))
    for title, style, spec in (("Wrong", "bold red", page.wrong), ("Right", "bold green", page.right)):
        if spec is not None:
            console.print()
            console.print(Text(title, style=style))
            console.print(
                Syntax(spec.rstrip("\n"), "yaml", theme="ansi_dark", background_color="default", padding=(0, 2))
            )


def _list(found: Sequence[Explanation]) -> None:
    width = max((len(one.code) for one in found), default=0) + 2
    if not sys.stdout.isatty():
        for one in found:
            print(f"{one.code:<{width}}{one.first_sentence}")
        return
    from rich.table import Table
    from rich.text import Text

    from kerascli.cli.console import output_console

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for one in found:
        table.add_row(Text(one.code, style="bold", no_wrap=True), Text(one.first_sentence))
    output_console().print(table)
