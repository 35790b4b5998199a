"""A reproduction as a table of both runs' metrics, and its verdict in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kerascli.record.reproduction import Reproduction, WeightDifference
from kerascli.view.run_tables import shown

if TYPE_CHECKING:
    from rich.table import Table

_WORDS = {
    "exact": "REPRODUCED bit for bit",
    "close": "REPRODUCED, not bit for bit: no metric differs by more than {tolerance:.2%}",
    "different": "NOT REPRODUCED: '{worst}' differs by {difference}",
}


def reproduction_table(found: Reproduction) -> Table:
    """Each metric of both runs; what differs stands out."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("", "run", "again", "difference"):
        table.add_column(name)
    for name, pair in found.metrics.items():
        difference = "" if pair.same else _percent(pair.relative)
        style = "" if pair.same else "yellow" if pair.relative <= found.tolerance else "bold red"
        table.add_row(name, shown(pair.before), shown(pair.after), Text(difference, style=style))
    return table


def verdict_lines(found: Reproduction) -> Iterator[str]:
    """The verdict first, then what it rests on and what may explain a difference."""
    worst = max(found.metrics, key=lambda name: found.metrics[name].relative, default="weights")
    difference = _percent(found.metrics[worst].relative) if found.metrics else "their values"
    yield _WORDS[found.verdict].format(tolerance=found.tolerance, worst=worst, difference=difference)
    if found.history is not None:
        yield f"history  {'the same in all epochs' if found.history else 'differs'}"
    yield f"weights  {_weights(found.weights)}"
    yield f"again    {found.again}"
    if found.verdict != "exact":
        for reason in found.reasons:
            yield f"reason   {reason}"
        if not found.reasons:
            yield "reason   kernels may add in another order each time: 'fit: {deterministic: true}' asks for fixed ones"


def _weights(found: WeightDifference | None) -> str:
    if found is None:
        return "not compared: the run left no checkpoint at this step"
    if not found.differing:
        return f"all {found.variables} variables of model and optimizer are the same"
    by = "in shape or by values that are not finite" if math.isinf(found.largest) else f"by {found.largest:.2g} at most"
    return f"{found.differing} of {found.variables} variables differ, {by} (in '{found.where}')"


def _percent(part: float) -> str:
    return "a number that only one has" if math.isinf(part) else f"{part:.2%}" if part >= 1e-4 else f"{part:.1e}"
