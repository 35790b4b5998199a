"""The loop of a validation, a test and an evaluation: `model.evaluate` in plain sight."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kerascli.data.indexed_batches import IndexedBatches
from kerascli.run.distribution import ALONE, Distribution
from kerascli.run.pace import Pace
from kerascli.run.steps import as_numbers

if TYPE_CHECKING:
    from collections.abc import Callable


def run_test(
    test_steps: Callable[[Any, int], dict[str, Any]],
    source: Any,
    steps: int,
    *,
    distribution: Distribution = ALONE,
    callbacks: Any = None,
    stepped: Callable[[int, dict[str, float]], None] | None = None,
    pace: Pace | None = None,
) -> dict[str, float]:
    """Runs the test step over a dataset; the metrics must have been reset.

    Args:
        test_steps: What `make_test_steps` gives.
        source: The batches, at least `steps` of them: a dataset, an iterator, or samples in memory.
        steps: Batches to take.
        distribution: What computes them.
        callbacks: A `CallbackList` whose per-batch hooks are called; each graph call is then one batch.
        stepped: Told after each graph call how many batches are done; it may raise to end the loop.
        pace: What the validations before it told of the speed.

    Returns:
        The metrics' values over all batches.
    """
    iterator = source if isinstance(source, IndexedBatches) else iter(source)
    pace = pace or Pace()
    logs: dict[str, float] = {}
    done = 0
    while done < steps:
        count = 1 if callbacks is not None else min(distribution.of_chief(pace.steps), steps - done)
        if callbacks is not None:
            callbacks.on_test_batch_begin(done)
        started = time.perf_counter()
        logs = as_numbers(test_steps(iterator, count))
        pace.took(count, time.perf_counter() - started)
        done += count
        if callbacks is not None:
            callbacks.on_test_batch_end(done - 1, logs)
        if stepped is not None:
            stepped(done, logs)
    return logs
