"""The best of some runs, by a log."""

from __future__ import annotations

from collections.abc import Sequence

from kerascli.errors import UsageError, did_you_mean
from kerascli.record.directions import is_smaller_better
from kerascli.record.run_list import RunRow


def best_runs(rows: Sequence[RunRow], by: str | None = None) -> list[RunRow]:
    """The runs that have a value, the best first.

    Args:
        rows: The runs.
        by: The log; None: the one that they monitor, which must be the same.

    Raises:
        UsageError: No run has the log, or they monitor different ones.
    """
    if by is None:
        monitors = sorted(
            {str((row.record.get("monitor") or {}).get("name")) for row in rows if row.record.get("best")}
        )
        if len(monitors) != 1:
            what = f"they monitor {' and '.join(monitors)}" if monitors else "none has an epoch"
            raise UsageError(f"nothing says which run is the best: {what}", code="best", hint="say '--by val_loss'")
        by = monitors[0]
    known = [(row, row.metrics[by]) for row in rows if row.metrics.get(by) is not None]
    if not known:
        names = sorted({name for row in rows for name in row.metrics})
        raise UsageError(f"no run has the log '{by}'", code="best", hint=did_you_mean(by, names))
    smaller = is_smaller_better(by, rows)
    known.sort(key=lambda pair: pair[1], reverse=not smaller)
    return [row for row, _ in known]
