"""One pipeline for all passes: the batches of each are those of a pipeline of its own, and nothing is traced again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kerascli.data.augment import Augmentation
from kerascli.data.passes import Passes
from kerascli.data.split import ArraySplit, Split
from kerascli.data.streamed_split import StreamedSplit
from kerascli.data.table import Table

N = 10
X = np.arange(N * 2, dtype=np.float32).reshape(N, 2)
Y = np.arange(N, dtype=np.int32)


def in_memory() -> Split:
    return ArraySplit({"x": X}, {"y": Y}, {})


def streamed() -> Split:
    rows = Table({"x": X, "y": Y}, "somewhere")
    return StreamedSplit(rows, lambda table: (table.fields["x"], table.fields["y"]), ("x", "y"), 3)


def of_pass(batches: Any) -> list[tuple[list[float], list[int]]]:
    return [(x.numpy().tolist(), y.numpy().tolist()) for x, y in batches]


@pytest.mark.parametrize("drop_remainder", [False, True])
@pytest.mark.parametrize("make", [in_memory, streamed])
def test_each_pass_is_that_of_a_pipeline_of_its_own(make: Callable[[], Split], drop_remainder: bool) -> None:
    split = make()
    passes = Passes(split, 3, drop_remainder=drop_remainder)
    for number, skipped in ((0, 0), (1, 2), (2, 0)):
        order = split.order(7, number)
        alone = split.dataset(3, order=order, skip_batches=skipped, drop_remainder=drop_remainder)
        found = of_pass(passes.begin(order, number=number, skipped=skipped))
        assert found == of_pass(alone)
        assert len(found) == split.steps(3, drop_remainder=drop_remainder) - skipped
    # As they stand, after an order; and a pass that was left in its middle spoils no other.
    next(iter(passes.begin(split.order(7, 3))))
    assert [y for _, batch in of_pass(passes.begin()) for y in batch] == list(range(9 if drop_remainder else N))


def test_what_changes_batches_is_traced_once_and_draws_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    layer, calls = keras.layers.GaussianNoise(1.0, seed=3), []
    call = type(layer).call
    monkeypatch.setattr(type(layer), "call", lambda *given, **more: calls.append(1) or call(*given, **more))
    augment = Augmentation({"x": [(layer, None)]}, [])  # type: ignore[list-item]
    split = in_memory()
    passes, found = Passes(split, 4, augment=augment), []
    traced = len(calls)
    for number, skipped in ((0, 0), (1, 1), (2, 0)):
        found.append(of_pass(passes.begin(split.order(1, number), seed=5, number=number, skipped=skipped)))
    assert len(calls) == traced == 1
    for number, skipped in ((0, 0), (1, 1), (2, 0)):
        alone = split.dataset(4, order=split.order(1, number), skip_batches=skipped)
        assert of_pass(augment(alone, 5, number, skipped)) == found[number]
    assert found[0] != found[2]
