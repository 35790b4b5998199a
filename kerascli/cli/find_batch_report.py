"""What `find-batch` prints: a row a batch size, which to take, and what to type next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kerascli.record.byte_sizes import size_text

if TYPE_CHECKING:
    from rich.table import Table

    from kerascli.search.batch_size import BatchSearch

# Characters of the longest bar.
_BAR = 24
# Beyond this spread, the times of a size say little.
_RESTLESS = 2.0


def trials_table(found: BatchSearch) -> Table:
    """A row a size."""
    from rich.table import Table
    from rich.text import Text

    assert found.verdict is not None
    table = Table(box=None, padding=(0, 2, 0, 0))
    memory = "card memory" if found.on_card else "memory"
    for name in ("batch", "ms/step", "samples/s", memory):
        table.add_column(name, justify="right")
    table.add_column("")
    table.add_column("")
    most = max(trial.samples_per_second for trial in found.trials)
    for trial in found.trials:
        speed = trial.samples_per_second
        taken = "" if trial.memory is None else f"+{size_text(trial.memory)}"
        bar = Text("█" * max(1, round(_BAR * speed / most)), style="cyan")
        names = Text(_names(found, trial.batch_size), style="green")
        table.add_row(f"{trial.batch_size:,}", f"{1000 * trial.seconds:.3g}", f"{speed:,.0f}", taken, bar, names)
    if found.too_large is not None:
        table.add_row(f"{found.too_large:,}", "", "", "", Text("does not fit", style="bold red"), "")
    return table


def _names(found: BatchSearch, size: int) -> str:
    assert found.verdict is not None
    names = {
        "enough": size == found.verdict.sensible,
        "fastest": size == found.verdict.fastest,
        "the spec's": size == found.own,
    }
    return ", ".join(name for name, is_so in names.items() if is_so)


def verdict_lines(found: BatchSearch, command: str, options: str, *, quiet: bool) -> Iterator[str]:
    """The verdict.

    Args:
        found: What came out.
        command: The command that trains this spec, with its overrides so far.
        options: The options that it needs.
        quiet: Whether the command alone is printed.
    """
    verdict = found.verdict
    if verdict is None:
        why = "interrupted before the first was timed" if found.ended == "interrupted" else found.reason
        yield f"no batch size was timed: {why}"
        return
    if not quiet:
        if verdict.sensible == verdict.fastest:
            yield f"fastest  {verdict.fastest}: each smaller one is more than 5 % slower"
        else:
            yield f"enough   {verdict.sensible}: the smallest that is at most 5 % slower than the fastest, {verdict.fastest}"
        yield f"largest  {verdict.largest}: {_why_no_larger(found)}"
        if any(trial.spread > _RESTLESS for trial in found.trials):
            yield "note     the times of one size differ by more than a factor of two: other work disturbs them, try again"
        yield "note     a batch k times as large mostly wants a learning rate √k (Adam) to k (SGD) times as high: see 'find-lr'"
    yield f"train    {command} {found.override}" + (f" {options}" if options else "")


def _why_no_larger(found: BatchSearch) -> str:
    if found.too_large is not None:
        return f"{found.too_large:,} does not fit ({found.reason})"
    if found.ended == "interrupted":
        return "interrupted before a larger one"
    verdict = found.verdict
    if verdict is not None and 2 * verdict.largest > found.samples:
        return f"there are {found.samples:,} samples"
    return "no larger one was asked for"
