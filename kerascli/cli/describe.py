"""`kerascli describe`: what a component, a data source, a section or a key of a spec is, with an example."""

from __future__ import annotations

from typing import Annotated

import typer

from kerascli.cli import options


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli describe Conv2D",
        "kerascli describe losses.CategoricalCrossentropy",
        "kerascli describe fit.batch_size",
        "kerascli describe --list layers",
    )
    app.command("describe", epilog=epilog)(describe)


def describe(
    word: Annotated[
        str | None,
        typer.Argument(metavar="WORD", help="A component, an alias, a data source, a key; with --list a group."),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the groups, or the words of one.")] = False,
    json: options.Json = False,
) -> None:
    """Say what a word of a spec means: what it does, what it takes, how it is written."""
    if listed or word is None:
        _list(word, json=json)
        return
    from kerascli.cli.console import print_json
    from kerascli.translate.describe import describe as find_meanings

    found = find_meanings(word)
    if json:
        print_json({"word": word, "meanings": [meaning.to_json() for meaning in found]})
        return
    from kerascli.cli.console import output_console, print_parts
    from kerascli.view.description import description_parts

    width = output_console().width
    for number, meaning in enumerate(found):
        print_parts([*([""] if number else []), *description_parts(meaning, width)][:-1])


def _list(group: str | None, *, json: bool) -> None:
    from dataclasses import asdict

    from kerascli.cli.console import print_json
    from kerascli.translate.describe import list_groups, list_words

    rows = list_groups() if group is None else list_words(group)
    if json:
        print_json([asdict(row) for row in rows])
        return
    from kerascli.cli.console import print_parts
    from kerascli.view.description import group_table, word_table

    print_parts([group_table(list_groups()) if group is None else word_table(list_words(group))])
