"""Statistics of blocks are those of the whole, whatever the blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerascli.data import field_statistics
from kerascli.data.field_statistics import FieldStatistics, looks_like_image

NUMBERS = st.one_of(st.floats(-1e6, 1e6, width=32), st.just(float("nan")))


@given(st.lists(st.lists(NUMBERS, min_size=1, max_size=9), min_size=1, max_size=9))
def test_blocks_give_what_the_whole_gives(blocks: list[list[float]]) -> None:
    found = FieldStatistics()
    for block in blocks:
        found.add(np.array(block, np.float32))
    whole = np.concatenate([np.array(block, np.float32) for block in blocks]).astype(np.float64)
    known = whole[~np.isnan(whole)]
    assert (found.samples, found.missing) == (len(whole), len(whole) - len(known))
    if not len(known):
        assert found.mean is None and found.deviation is None
        return
    assert (found.minimum, found.maximum) == (known.min(), known.max())
    assert found.mean == pytest.approx(known.mean(), abs=1e-6 * max(1, abs(known).max()))
    assert found.deviation == pytest.approx(known.std(), abs=1e-6 * max(1, abs(known).max()))


def test_values_are_counted_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_statistics, "MOST_VALUES", 3)
    found = FieldStatistics()
    found.add(np.array(["a", "b", "a", ""], object))
    assert (found.missing, found.occurrences("a"), found.occurrences("z")) == (1, 2, 0)
    found.add(np.array(["c", "d"], object))
    assert found.counts is None and found.occurrences("a") == 0
    numbers = FieldStatistics()
    numbers.add(np.array([[1, 2], [3, 4]]))
    assert numbers.counts is None and numbers.mean == 2.5


def test_what_looks_like_an_image() -> None:
    shapes = {(4, 5, 3): True, (28, 28): True, (28, 28, 1): True, (24, 2): False, (10,): False, (8, 8, 8): False}
    assert {shape: looks_like_image(np.zeros((2, *shape))) for shape in shapes} == shapes
