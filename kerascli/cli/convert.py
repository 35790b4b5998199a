"""`kerascli convert`: a saved Keras model as a spec."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerascli.cli import options

if TYPE_CHECKING:
    from kerascli.translate.convert import Conversion


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli convert model.keras -o model.yaml",
        "kerascli convert model.keras -o - | less",
        "kerascli convert model.keras -o model.yaml --force --json",
    )
    app.command("convert", epilog=epilog)(convert)


def convert(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="The .keras file.", show_default=False)],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The spec to write; '-' for standard output.")
    ] = "-",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    json: options.Json = False,
) -> None:
    """Write the spec of a saved Sequential or functional Keras model. The file is read as data: nothing of it runs."""
    from kerascli.translate.convert import convert as convert_model

    path = None if output == "-" else Path(output)
    if path is not None:
        _check_target(path, model, force=force)
    conversion = convert_model(model)
    if path is not None:
        _write(path, conversion.text)
    _say(conversion)
    if json:
        from kerascli.cli.console import print_json

        print_json({**conversion.to_json(), "file": None if path is None else str(path)})
    elif path is None:
        print(conversion.text, end="")


def _check_target(path: Path, model: Path, *, force: bool) -> None:
    from kerascli.errors import UsageError

    if path.is_dir():
        raise UsageError(f"'{path}' is a folder", code="output", hint="name a file")
    if path.exists() and (not force or (model.exists() and path.samefile(model))):
        hint = "say '--force' to replace it" if not force else "name another file"
        raise UsageError(f"'{path}' is there already", code="output", hint=hint)


def _write(path: Path, text: str) -> None:
    from kerascli.errors import EnvironmentProblem
    from kerascli.record.atomic import write_text

    try:
        write_text(path, text)
    except OSError as error:
        raise EnvironmentProblem(f"can't write '{path}': {error.strerror}", code="unwritable") from None


def _say(conversion: Conversion) -> None:
    """What was renamed and left out, on standard error."""
    import sys

    from kerascli.errors import visible

    if conversion.renames:
        print("renamed, since no spec can hold the name or another has it:", file=sys.stderr)
    for one in conversion.renames:
        place = f"{one.model}/" if one.model else ""
        print(f"  {visible(place + one.old)} -> {one.new}", file=sys.stderr)
    for remark in conversion.remarks:
        print(f"note: {visible(remark)}", file=sys.stderr)
