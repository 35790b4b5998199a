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
    from kerascli.cli.console import output_console, print_parts

    if not sys.stdout.isatty():
        print(f"# {page.code}\n\n{page.markdown}", end="")
        return
    from kerascli.view.explanation import explanation_parts

    print_parts(explanation_parts(page, output_console().width))


def _list(found: Sequence[Explanation]) -> None:
    """The codes with a sentence each; a line each where no terminal folds them."""
    if not sys.stdout.isatty():
        width = max(len(one.code) for one in found)
        for one in found:
            print(f"{one.code:<{width}}  {one.first_sentence}")
        return
    from kerascli.cli.console import print_parts
    from kerascli.translate.descriptions import WordRow
    from kerascli.view.description import word_table

    print_parts([word_table([WordRow(one.code, one.first_sentence) for one in found])])
