"""What `--profile` prints: a row a part, then the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from kerascli.run.profile import Profile


def show_profile(profile: Profile, *, quiet: bool) -> None:
    """Prints the table, and the verdict; quietly, the verdict alone."""
    from kerascli.cli.console import output_console

    if not quiet:
        output_console().print(profile_table(profile))
    for line in verdict_lines(profile):
        print(line)


def profile_table(profile: Profile) -> Table:
    """The parts below the stages of the run that they belong to."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("part", "seconds", "share", "calls"):
        table.add_column(name, justify="left" if name == "part" else "right")
    for stage in dict.fromkeys(row.stage for row in profile.rows):
        rows = [row for row in profile.rows if row.stage == stage]
        seconds, share = sum(row.seconds for row in rows), sum(row.share for row in rows)
        table.add_row(Text(stage, style="bold"), f"{seconds:.2f}", _percent(share), "")
        for row in rows:
            name = f"  {row.part}: {row.detail}" if row.detail else f"  {row.part}"
            table.add_row(Text(name), f"{row.seconds:.2f}", _percent(row.share), f"{row.calls:,}" if row.calls else "")
    table.add_row(Text("in all", style="bold"), f"{profile.seconds:.2f}", "100.0 %", "")
    return table


def verdict_lines(profile: Profile) -> Iterator[str]:
    """The verdict; where it is about the start or the end, one of the training itself follows."""
    if profile.steps and not profile.waits_measured:
        yield "how long steps waited for data is not known: something else used TensorFlow's profiler"
    yield str(profile.verdicts[0])
    for verdict in profile.verdicts[1:]:
        yield f"of the training alone: {verdict}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
