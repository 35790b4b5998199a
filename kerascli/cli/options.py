"""The arguments and options that several commands share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Spec = Annotated[Path, typer.Argument(metavar="SPEC", help="The YAML spec.", show_default=False)]
SpecOrRun = Annotated[
    str,
    typer.Argument(
        metavar="SPEC|RUN", help="A YAML spec, or a run: its folder, its name, or 'latest'.", show_default=False
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH=VALUE]...",
        help="Changes to the spec: 'path=value', '+path=value' appends, '~path' deletes.",
        show_default=False,
    ),
]
Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run: its folder, 'name', 'name/id', or 'latest'; for a name its newest run is meant.",
        show_default=False,
    ),
]
Runs = Annotated[Path, typer.Option("--runs", metavar="DIR", help="The folder that holds the runs.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but warnings and errors.")]
Strict = Annotated[bool, typer.Option("--strict", help="Warnings of the spec and its data are errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show all that TensorFlow says too.")]
Trust = Annotated[
    bool,
    typer.Option(
        "--trust",
        envvar="KERASCLI_TRUST",
        help="Let the spec and its weights run code. Only for what you wrote or read.",
    ),
]
MaxTime = Annotated[
    str | None,
    typer.Option(
        "--max-time",
        metavar="TIME",
        help="End after '90s', '30m', '1h30m' of training: the result is written, 'resume' goes on.",
        show_default=False,
    ),
]
Worker = Annotated[
    int | None,
    typer.Option(
        "--worker",
        metavar="I",
        min=0,
        help="Which of the spec's workers this is, from 0 (the chief); TF_CONFIG says it too.",
        show_default=False,
    ),
]
Picture = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Draw into a png, svg or pdf.", show_default=False),
]
BatchSize = Annotated[int | None, typer.Option("--batch-size", min=1, help="Samples a step.", show_default=False)]

DEFAULT_RUNS = Path("runs")


def example(*lines: str) -> str:
    """The epilog of a command's help: its examples, one a line."""
    return "\b\nExamples:\n" + "\n".join(f"    {line}" for line in lines)
