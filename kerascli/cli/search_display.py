"""What the terminal shows while a search goes on: a live table, or one plain line a trial without a terminal."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kerascli.cli.console import from_here, print_diagnostics, tell
from kerascli.cli.progress import number_text
from kerascli.errors import Diagnostic
from kerascli.view.search_tables import short_names, trial_table, value_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

    from kerascli.search.search_result import SearchResult, SearchState, TrialRow

# What stands around the live table.
_AROUND = 6


class PlainSearch:
    """One line when a trial ends: for logs and CI."""

    def __init__(self, *, quiet: bool = False) -> None:
        """Quiet prints warnings alone."""
        self.quiet = quiet

    def began(self, state: SearchState) -> None:
        """What there is already."""
        self._print(headline(state))

    def changed(self, state: SearchState, row: TrialRow, event: str) -> None:
        """A trial's line, when it ends."""
        if event == "resumed":
            self._print(f"{'trial' if state.kind == 'study' else 'run'} {row.number} goes on where it was saved")
        elif event == "ended":
            self._print(trial_line(state, row))

    def warned(self, diagnostic: Diagnostic) -> None:
        """Warnings show even when quiet."""
        print_diagnostics([diagnostic])

    def ended(self, result: SearchResult) -> None:
        """What came out."""
        for line in closing_lines(result):
            self._print(line)

    def _print(self, text: str) -> None:
        if not self.quiet:
            tell(text)
            sys.stdout.flush()


class LiveSearch(PlainSearch):
    """A table that moves: the latest trials, and the best."""

    def __init__(self, console: Console, live: Live) -> None:
        """Takes the terminal, and what it shows so far."""
        super().__init__()
        self.console, self.live = console, live

    def changed(self, state: SearchState, row: TrialRow, event: str) -> None:
        """The table is drawn anew."""
        del row, event
        self.live.update(self._table(state, max(3, self.console.height - _AROUND)))

    def warned(self, diagnostic: Diagnostic) -> None:
        """Above the table."""
        from rich.text import Text

        from kerascli.errors import render_plain

        self.console.print(Text(render_plain(diagnostic), style="yellow"))

    def ended(self, result: SearchResult) -> None:
        """The whole table, and what came out."""
        self.live.stop()
        self.console.print(self._table(result.state, len(result.state.rows)))
        super().ended(result)

    def _table(self, state: SearchState, most: int) -> Any:
        best = state.best
        rows = list(state.rows)[-most:]
        if best is not None and best not in rows:
            rows = [best, *rows[1:]]
        return trial_table(rows, state.metric, state.epochs, None if best is None else best.number)

    def _print(self, text: str) -> None:
        from rich.text import Text

        self.console.print(Text(text), soft_wrap=True)


@contextlib.contextmanager
def search_display(*, quiet: bool) -> Iterator[Any]:
    """The display that fits the terminal."""
    if quiet or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        yield PlainSearch(quiet=quiet)
        return
    from rich.live import Live
    from rich.text import Text

    from kerascli.cli.safe_console import SafeConsole

    console = SafeConsole(sys.stdout)
    with Live(Text("the first trials begin"), console=console, refresh_per_second=4, transient=True) as live:
        yield LiveSearch(console, live)


def quiet_optuna() -> None:
    """Keeps Optuna's own messages off the terminal: what they say is in the table."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)


def headline(state: SearchState) -> str:
    """One line with the facts of a search, NEW or GOES ON first."""
    if state.kind == "sweep":
        done = state.count("done")
        begins = f"GOES ON after {done} runs:" if done else "NEW"
        return f"{begins} sweep {state.study}: {state.trials} runs of {_epochs(state.epochs)}"
    known = len(state.rows)
    way = "smallest" if state.direction == "minimize" else "largest"
    begins = f"GOES ON after {known} trials:" if known else "NEW"
    return (
        f"{begins} study {state.study}: {state.trials} trials of {_epochs(state.epochs)} for the {way} {state.metric}"
    )


def _epochs(count: int) -> str:
    return "1 epoch" if count == 1 else f"{count} epochs"


def trial_line(state: SearchState, row: TrialRow) -> str:
    """One trial in a line."""
    names = short_names(list(row.values))
    values = "  ".join(f"{names[path]} {value_text(value)}" for path, value in row.values.items())
    found = "" if row.value is None else f"  {state.metric} {number_text(row.value)}"
    best = "  best" if state.kind == "study" and state.best is not None and state.best.number == row.number else ""
    reason = f": {row.reason}" if row.state == "failed" and row.reason else ""
    word = "trial" if state.kind == "study" else "run"
    return f"{word} {row.number}  {row.state}{reason}{found}  {_epochs(row.epochs)}  {values}{best}"


def closing_lines(result: SearchResult) -> list[str]:
    """What came out, and what to do with it."""
    state, best = result.state, result.state.best
    counts = ", ".join(
        f"{state.count(word)} {word}" for word in ("done", "pruned", "failed", "running", "left") if state.count(word)
    )
    lines = [f"trials   {counts or 'none'}"]
    if best is not None:
        lines.append(f"best     trial {best.number}, {state.metric} {number_text(best.value or 0.0)}: {best.run}")
        lines += [f"         {path} {value_text(value)}" for path, value in best.values.items()]
    if result.importances:
        names = short_names(list(result.importances))
        lines.append("matters  " + ", ".join(f"{names[path]} {part:.0%}" for path, part in result.importances.items()))
    if result.pictures:
        lines.append("pictures " + ", ".join(str(from_here(path)) for path in result.pictures))
    if result.best_spec is not None:
        trust = " --trust" if result.runs_code else ""
        lines.append(f"next     kerascli train {from_here(result.best_spec)}{trust}")
    return lines
