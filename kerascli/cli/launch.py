"""`kerascli launch`: a training over several workers of this machine, started, watched, and started again when one dies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kerascli.cli import options
from kerascli.errors import UsageError

if TYPE_CHECKING:
    from kerascli.cli.worker_words import WorkerCommand
    from kerascli.spec.spec import Spec

Words = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC [PATH=VALUE]...|COMMAND ...",
        help="What each worker trains; or 'resume', 'evaluate', 'predict' with their words. Options of that command may stand here too.",
        show_default=False,
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    epilog = options.example(
        "kerascli launch configs/mnist.yaml --workers 2",
        "kerascli launch configs/mnist.yaml fit.epochs=5 --workers 2 --max-restarts 10",
        "kerascli launch --workers 2 resume mnist",
        "kerascli launch --workers 2 evaluate mnist --data new.csv",
    )
    app.command("launch", epilog=epilog, context_settings={"ignore_unknown_options": True})(launch)


def launch(
    context: typer.Context,
    words: Words,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", min=1, help="How many.", show_default="as the spec names"),
    ] = None,
    max_restarts: Annotated[
        int,
        typer.Option("--max-restarts", metavar="N", min=0, help="How often all are started again when one dies."),
    ] = 3,
    start_deadline: Annotated[
        float,
        typer.Option("--start-deadline", metavar="SECONDS", min=1, help="Until then each worker has to be there."),
    ] = 120.0,
    stop_deadline: Annotated[
        float,
        typer.Option(
            "--stop-deadline", metavar="SECONDS", min=0, help="What a worker has to save and end, before it is killed."
        ),
    ] = 30.0,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", metavar="P", min=1, max=65_535, help="They listen on P, P+1, …", show_default="free ports"
        ),
    ] = None,
) -> None:
    """Train over several workers of this machine.

    Each is a process of its own. Its lines are shown with its number before them, and all stand in the run's
    'launch.log'. When one dies, the rest is stopped, and all are started again from the last checkpoint. Ctrl-C saves
    and stops. 'docs/scale.md' tells of several machines.
    """
    from kerascli.cli.launch_display import LaunchDisplay
    from kerascli.cli.worker_words import read_words
    from kerascli.run.interrupts import watch_signals
    from kerascli.search.launch.addresses import require_free
    from kerascli.search.launch.agreement import agree, require_parts
    from kerascli.search.launch.attempt import Patience
    from kerascli.search.launch.shares import require_sensible
    from kerascli.search.launch.supervise import Job, Supervisor

    _check_environment()
    command = read_words(context, words)
    folder, spec = _check(command)
    count, addresses = agree(workers, port, spec.distribute)
    require_sensible(count, os.environ)
    if trains := command.name in ("train", "resume"):
        require_parts(spec, count)
    require_free(addresses)
    job = Job(
        command.words,
        count,
        again=command.again if trains else None,
        folder=folder,
        addresses=addresses,
        max_restarts=max_restarts,
        patience=Patience(start_deadline, stop_deadline),
    )
    supervisor = Supervisor(job, LaunchDisplay(json=bool(command.given["json"])))
    with watch_signals(supervisor.kill) as interrupts:
        supervisor.run(interrupts)


def _check_environment() -> None:
    """Refuses to be a worker itself.

    Raises:
        UsageError: `TF_CONFIG` says so.
    """
    if "TF_CONFIG" in os.environ:
        hint = "unset it, or let 'kerascli train' be the worker that it names"
        raise UsageError("'launch' makes 'TF_CONFIG' itself, and it is set", hint=hint)


def _check(command: WorkerCommand) -> tuple[Path | None, Spec]:
    """All that is wrong and can be known without TensorFlow, once, before there are workers.

    Returns:
        The run's folder, where it is known; its spec, or that which is trained.
    """
    from kerascli.check import require_sound
    from kerascli.cli.specs import read_spec
    from kerascli.record.run_folder import find_run

    given: dict[str, Any] = dict(command.given)
    runs, trust = Path(given["runs"]), bool(given["trust"])
    changes = list(given.get("overrides") or ())
    if command.name == "train":
        spec = read_spec(Path(given["spec"]), changes, runs, trust=trust)
        require_sound(spec, strict=given["strict"])
        return None, spec
    if str(given["run"]).endswith(".keras"):
        raise UsageError("a saved model is evaluated by one process", hint="say 'kerascli evaluate', or name a run")
    folder = find_run(str(given["run"]), runs)
    return folder.path, read_spec(folder.spec, changes, runs, trust=trust)
