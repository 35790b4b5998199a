"""What `train --overfit` prints: how each head did, the verdict, and what may be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kerascli.cli.progress import logs_text, number_text

if TYPE_CHECKING:
    from rich.table import Table

    from kerascli.run.overfit import HeadResult, OverfitResult


def heads_table(result: OverfitResult) -> Table:
    """A row a head."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("head", "loss before", "lowest", "last", "learnt", "metrics"):
        table.add_column(name)
    for head in result.heads:
        style = "green" if head.passes else "bold red"
        losses = (number_text(loss) for loss in (head.first, head.reached, head.last))
        table.add_row(head.name, *losses, Text(f"{head.learnt:.0%}", style=style), logs_text(head.metrics))
    return table


def verdict_lines(result: OverfitResult) -> Iterator[str]:
    """The verdict, and for each head that did not learn what to look at."""
    what = f"one batch of {result.samples} in {result.steps} steps ({result.seconds:.1f} s)"
    if result.verdict == "learnt":
        yield f"LEARNT {what}: model, losses and data fit each other"
        return
    early = ", ended early" if result.stopped else ""
    yield f"NOT LEARNT {what}{early}"
    for head in result.heads:
        if not head.passes:
            yield f"head '{head.name}': {_what_happened(head)}"
    if result.unmoved:
        yield f"no step moved the weights of {_listed(result.unmoved)}: no gradient reaches them"
    if result.contradictions:
        yield f"{result.contradictions} samples have the inputs of another one and other targets: nothing can learn these"


def _what_happened(head: HeadResult) -> str:
    if head.last != head.last or head.last > 1.2 * abs(head.first) + 1e-6:
        return "its loss rises: lower the learning rate, or clip the gradients ('clipnorm')"
    if head.learnt < 0.05:
        return "its loss stands still: look at its activation, its loss, its targets, and whether its layers learn"
    return (
        "its loss falls, but slowly: raise the learning rate, or take dropout and regularizers out to see what holds it"
    )


def _listed(names: Any) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(f"'{name}'" for name in names[:5]) + more
