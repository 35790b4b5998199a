"""`kerascli schema`: the JSON Schema of the language, for editors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kerascli.cli import options


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example("kerascli schema -o kerascli.schema.json", "kerascli schema > kerascli.schema.json")
    app.command("schema", epilog=epilog)(schema)


def schema(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead of standard output."),
    ] = None,
) -> None:
    """Print a JSON Schema of specs: editors complete and check layers, arguments and keys with it."""
    import json

    from kerascli.catalog import load_catalog, load_docs
    from kerascli.translate.json_schema import json_schema

    text = json.dumps(json_schema(load_catalog(), load_docs()), ensure_ascii=False, separators=(",", ":")) + "\n"
    if output is None:
        print(text, end="")
    else:
        _write(output, text)


def _write(path: Path, text: str) -> None:
    from kerascli.errors import EnvironmentProblem
    from kerascli.record.atomic import write_text

    try:
        write_text(path, text)
    except OSError as error:
        raise EnvironmentProblem(f"can't write '{path}': {error.strerror}", hint="name another file") from None
