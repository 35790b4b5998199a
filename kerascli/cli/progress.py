"""What the terminal shows while a model trains: one live line an epoch, or one plain line without a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kerascli.cli.console import from_here, print_diagnostics, tell
from kerascli.cli.preparing import Preparing
from kerascli.cli.run_pipe import tell_folder
from kerascli.errors import Diagnostic

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

    from kerascli.run.progress import PhaseStart, RunStart
    from kerascli.run.result import RunResult


class PlainDisplay:
    """One line an epoch, without control characters: for logs and CI."""

    def __init__(self, *, quiet: bool = False, closing: bool = True) -> None:
        """Quiet prints warnings alone; without `closing`, nothing is printed at a run's end."""
        self.quiet, self.closing = quiet, closing
        self.start: RunStart | None = None
        self.steps = 0

    def reading(self, what: str, done: int, total: int) -> None:
        """Nothing."""

    def started(self, start: RunStart) -> None:
        """The facts of the run."""
        tell_folder(start.folder)
        self.start, self.steps = start, start.steps
        self._print(headline(start))

    def phase_started(self, phase: PhaseStart) -> None:
        """The phase's line."""
        self.steps = phase.steps
        steps = f"{phase.epochs} × {phase.steps:,} steps of {phase.batch_size}"
        learning = f"{phase.parameters:,} parameters learn, {phase.optimizer}"
        self._print(f"phase {phase.number}/{phase.phases}: {steps}, {learning}")

    def epoch_started(self, epoch: int) -> None:
        """Nothing."""

    def stepped(self, step: int, logs: Mapping[str, float], *, validating: bool = False) -> None:
        """Nothing."""

    def epoch_ended(self, epoch: int, logs: Mapping[str, float], *, seconds: float, best: bool) -> None:
        """The epoch's line."""
        assert self.start is not None
        mark = "  best" if best else ""
        rate = f"{self.steps / max(seconds, 1e-9):,.0f} steps/s"
        self._print(f"epoch {epoch}/{self.start.epochs}  {seconds:.1f} s  {rate}  {logs_text(logs)}{mark}")

    def warned(self, diagnostic: Diagnostic) -> None:
        """Warnings show even when quiet."""
        print_diagnostics([diagnostic])

    def ended(self, result: RunResult) -> None:
        """Where everything lies."""
        if not self.quiet and self.closing:
            for line in closing_lines(result):
                self._print(line)

    def _print(self, text: str) -> None:
        if not self.quiet:
            tell(text)
            sys.stdout.flush()


class LiveDisplay(PlainDisplay):
    """A bar that moves while an epoch runs, and a line that stays when it is done."""

    def __init__(self, console: Console, live: Live, preparing: Preparing, *, closing: bool = True) -> None:
        """Takes the terminal, and the line that it shows so far."""
        super().__init__(closing=closing)
        self.console, self.live, self.preparing = console, live, preparing
        self.epoch, self.began, self.trained = 0, 0.0, 0

    def reading(self, what: str, done: int, total: int) -> None:
        """The line of the preparations moves."""
        self.preparing.reading(what, done, total)

    def epoch_started(self, epoch: int) -> None:
        """A new bar."""
        self.epoch, self.began, self.trained = epoch, time.monotonic(), 0
        self._draw(0, {}, validating=False)

    def stepped(self, step: int, logs: Mapping[str, float], *, validating: bool = False) -> None:
        """The bar moves."""
        if not validating:
            self.trained = step
        self._draw(step, logs, validating=validating)

    def epoch_ended(self, epoch: int, logs: Mapping[str, float], *, seconds: float, best: bool) -> None:
        """The bar gives way to the epoch's line."""
        from rich.text import Text

        assert self.start is not None
        line = Text(f"epoch {epoch:>{len(str(self.start.epochs))}}/{self.start.epochs}", style="bold")
        line.append(f"  {seconds:5.1f} s  {self.steps / max(seconds, 1e-9):,.0f} steps/s  ", style="dim")
        line.append(logs_text(logs))
        if best:
            line.append("  ★ best", style="green")
        self.live.update(Text(""))
        self.console.print(line)

    def warned(self, diagnostic: Diagnostic) -> None:
        """Above the live line."""
        from rich.text import Text

        from kerascli.errors import render_plain

        self.console.print(Text(render_plain(diagnostic), style="yellow"))

    def ended(self, result: RunResult) -> None:
        """The closing table."""
        from rich.text import Text

        self.live.update(Text(""))
        if self.closing:
            self.console.print(closing_table(result))

    def _print(self, text: str) -> None:
        from rich.text import Text

        self.console.print(Text(text))

    def _draw(self, step: int, logs: Mapping[str, float], *, validating: bool) -> None:
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        assert self.start is not None
        seconds = max(time.monotonic() - self.began, 1e-9)
        grid = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=self.steps, completed=self.trained, width=24)
        if validating:
            note = "validating"
        else:
            left = (self.steps - step) * seconds / max(step, 1)
            note = f"{step}/{self.steps}  {step / seconds:,.0f} steps/s  {left:.0f} s left" if step else "preparing"
        head = Text(f"epoch {self.epoch}/{self.start.epochs}", style="bold")
        grid.add_row(head, bar, Text(note, style="dim"), Text(logs_text(logs), overflow="ellipsis", no_wrap=True))
        self.live.update(grid)


@contextlib.contextmanager
def training_display(*, quiet: bool, closing: bool = True) -> Iterator[Any]:
    """The display that fits the terminal."""
    if quiet or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        yield PlainDisplay(quiet=quiet, closing=closing)
        return
    from rich.live import Live

    from kerascli.cli.safe_console import SafeConsole

    console, preparing = SafeConsole(sys.stdout), Preparing()
    with Live(preparing, console=console, refresh_per_second=8, transient=True) as live:
        yield LiveDisplay(console, live, preparing, closing=closing)


def headline(start: RunStart) -> str:
    """One line with the facts of a run, NEW or RESUMED first."""
    sizes = ", ".join(f"{count:,} {name}" for name, count in start.samples.items())
    state = "NEW" if start.resumed is None else f"RESUMED {start.resumed}:"
    steps = f"{start.epochs} × {start.steps:,} steps of {start.batch_size}"
    if start.phases > 1:
        steps = f"{start.epochs} epochs in {start.phases} phases"
    kept = f"\nsamples {start.cache}" if start.cache else ""
    kept += f"\n{start.distribution}" if start.distribution else ""
    seed = f" ({start.seeds})" if start.seeds else ""
    return (
        f"{state} run {from_here(start.folder)}{seed}\n{start.parameters:,} parameters, {sizes} samples, {steps}{kept}"
    )


def logs_text(logs: Mapping[str, float]) -> str:
    """Losses and metrics, each as short as it can be read."""
    return "  ".join(f"{name} {number_text(value)}" for name, value in logs.items() if name != "learning_rate")


def number_text(value: float) -> str:
    """Four decimals, or an exponent where these would show nothing."""
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e5 else f"{value:.3e}"


def _closing_rows(result: RunResult) -> list[tuple[str, str]]:
    # Below another folder than the default one, a run goes by its path.
    name = result.folder.parent.name if result.folder.parent.parent.name == "runs" else str(result.folder)
    rows = [("run", f"{from_here(result.folder)}")]
    if result.best_epoch is not None and result.best_value is not None:
        rows.append(("best", f"epoch {result.best_epoch}, {result.monitor} {number_text(result.best_value)}"))
    if result.metrics:
        rows.append(("test", logs_text(result.metrics)))
    rows += [
        ("model", f"model.keras ({result.weights} weights)"),
        ("pictures", "plots/"),
        ("logs", "history.csv, tensorboard/"),
        ("next", f"kerascli evaluate {name}"),
        ("", f"kerascli predict {name} --input FILE --output FILE"),
        ("", f"kerascli plot {name} --history"),
        ("", f"tensorboard --logdir {from_here(result.folder)}/tensorboard"),
    ]
    return rows


def closing_lines(result: RunResult) -> list[str]:
    """The closing table as plain lines."""
    return [f"{key:<9}{value}" for key, value in _closing_rows(result)]


def closing_table(result: RunResult) -> Any:
    """The closing table for a terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for key, value in _closing_rows(result):
        table.add_row(Text(key, style="bold"), Text(value, overflow="fold"))
    return table
