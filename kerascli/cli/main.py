"""The program: the commands under one name, and the boundary at which errors become messages and exit codes."""

from __future__ import annotations

import errno
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from kerascli.cli import (
    check,
    config,
    convert,
    data,
    describe,
    eject,
    evaluate,
    explain,
    find_batch,
    find_lr,
    launch,
    options,
    plot,
    predict,
    reproduce,
    resume,
    runs,
    schema,
    summary,
    train,
)
from kerascli.cli.terminated import exit_on_sigterm
from kerascli.errors import ExitCode, KerascliError, visible

_EPILOG = (
    options.example(
        "kerascli train configs/mnist.yaml",
        "kerascli train configs/mnist.yaml fit.epochs=5 compile.optimizer.learning_rate=3e-4",
        "kerascli evaluate mnist",
        "kerascli predict mnist --input digits.npy --output digits.csv",
    )
    + "\n\n'kerascli COMMAND --help' says more of each, 'kerascli explain CODE' of a message. Exit status: 0 well, 1 a bug of kerascli, 2 spec or usage, 3 data, "
    "4 training went bad, 5 environment (disk, memory, checkpoint), 130 and 143 signals."
)


class _Boundary(TyperGroup):
    """Turns what a user can cause into a message and an exit status; anything else is our bug and keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except KerascliError as error:
            from kerascli.cli.console import print_diagnostics

            print_diagnostics(error.diagnostics)
            raise SystemExit(int(error.exit_code)) from None
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr)
            raise SystemExit(int(ExitCode.INTERRUPTED)) from None
        except BrokenPipeError:
            # The reader of a pipe has seen enough (`kerascli summary … | head`).
            sys.stderr.close()
            raise SystemExit(int(ExitCode.OK)) from None
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            print(f"error: '{visible(str(error.filename)[:60])}…' is too long for a path [usage]", file=sys.stderr)
            raise SystemExit(int(ExitCode.SPEC)) from None


app = typer.Typer(
    cls=_Boundary,
    name="kerascli",
    no_args_is_help=True,
    # Rich's help and tracebacks double the start-up time of every command.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=_EPILOG,
)
train.register(app)
resume.register(app)
launch.register(app)
reproduce.register(app)
find_lr.register(app)
find_batch.register(app)
evaluate.register(app)
predict.register(app)
summary.register(app)
plot.register(app)
check.register(app)
explain.register(app)
data.register(app)
convert.register(app)
describe.register(app)
eject.register(app)
app.add_typer(config.app, name="config")
app.add_typer(runs.app, name="runs")
schema.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        parts = ", ".join(f"{name} {version(name.lower())}" for name in ("Keras", "TensorFlow"))
        print(f"kerascli {version('kerascli')} ({parts})")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Train Keras models from YAML specs: every mistake is found before the first step."""
    del version


def main() -> None:
    """The entry point of the `kerascli` command."""
    # SIGTERM ends what is going on as Ctrl-C does, with its own status; a training saves first.
    with exit_on_sigterm():
        app()
