"""Sequences cut out of ordered rows are those of `keras.utils.timeseries_dataset_from_array`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.data.table import Table, make_table
from kerascli.data.window import cut_windows
from kerascli.errors import DataError
from kerascli.spec.data_spec import WindowSpec


def _series(rows: int = 40, **fields: Any) -> Table:
    return make_table({"t": np.arange(rows), "v": np.arange(rows) * 2.0, **fields}, "d.csv")


@pytest.mark.parametrize("length", [1, 4])
@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("rate", [1, 2])
@pytest.mark.parametrize("horizon", [0, 1, 5])
def test_sequences_are_those_of_keras(length: int, stride: int, rate: int, horizon: int) -> None:
    table = _series()
    reach = (length - 1) * rate + horizon
    windows = cut_windows(table, WindowSpec(length, stride, rate, horizon))
    expected = keras.utils.timeseries_dataset_from_array(
        table.fields["v"][: 40 - horizon] if horizon else table.fields["v"],
        table.fields["v"][reach:],
        sequence_length=length,
        sequence_stride=stride,
        sampling_rate=rate,
        batch_size=None,
    )
    x, y = (np.stack(part) for part in zip(*expected.as_numpy_iterator(), strict=True))
    found = windows.take(np.arange(windows.samples))
    assert found.targets is not None
    np.testing.assert_array_equal(found.fields["v"], x)
    np.testing.assert_array_equal(found.targets.fields["v"], y)
    blocks = list(windows.blocks(size=3))
    np.testing.assert_array_equal(np.concatenate([block.fields["t"] for block in blocks]), found.fields["t"])


def test_no_sequence_crosses_a_group() -> None:
    shop = np.array(["a", "b", "b", "a", "c"] * 8, object)
    windows = cut_windows(_series(shop=shop), WindowSpec(3, horizon=1, group="shop"))
    found = windows.take(np.arange(windows.samples))
    assert found.targets is not None
    for row in range(windows.samples):
        names = {*found.fields["shop"][row], found.targets.fields["shop"][row]}
        own = np.flatnonzero(shop == names.pop())
        assert not names
        place = list(own).index(found.fields["t"][row][0])
        assert [*found.fields["t"][row], found.targets.fields["t"][row]] == list(own[place : place + 4])
    assert windows.samples == sum(max(0, count - 3) for count in (16, 16, 8))


def test_new_data_needs_no_rows_behind_its_last_sequence() -> None:
    assert cut_windows(_series(5), WindowSpec(5, horizon=3), targets=False).samples == 1
    with pytest.raises(DataError, match="has 5 rows, and a sequence with its target takes 8"):
        cut_windows(_series(5), WindowSpec(5, horizon=3))


@pytest.mark.parametrize("shuffle", [True, False])
def test_splits_are_the_latest_rows_and_share_none(shuffle: bool, prepared: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("t,v\n" + "".join(f"{row},{row / 10}\n" for row in range(100)))
    found = prepared(
        f"source: {{csv: d.csv}}\nvalidation: {{fraction: 0.2, shuffle: {str(shuffle).lower()}}}\ntest: 10\n"
        "window: {sequence_length: 4}\ninputs: {x: {fields: [t, v]}}\ntargets: {y: v}\n",
        inputs="{x: [4, 2]}",
        before="    - Flatten\n",
    )
    rows = {
        name: {int(step) for block in part.blocks() for window in block.fields["t"] for step in window}
        for name, part in found.tables.by_name.items()
    }
    assert not rows["train"] & rows["validation"] and not rows["train"] & rows["test"]
    assert (max(rows["train"]) < min(rows["validation"])) is shuffle
    assert max(rows["test"]) == 98 and min(rows["test"]) == 90
    split = found.validation()
    np.testing.assert_allclose(split.y["y"], split.x["x"][:, -1, 1] + 0.1, rtol=1e-5)


def test_faults(prepared: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("t,v\n" + "".join(f"{row},{row}\n" for row in range(30)))
    base = "source: {csv: d.csv}\ninputs: {x: t}\ntargets: {y: v}\n"
    with pytest.raises(DataError, match="has no field 'shop'"):
        prepared(base + "window: {sequence_length: 2, group: shop}\n", inputs="{x: [2]}")
    with pytest.raises(DataError, match="would tear the sequences"):
        prepared(base + "window: {sequence_length: 2}\nvalidation: {fraction: 0.2, group: t}\n", inputs="{x: [2]}")
    (tmp_path / "g.csv").write_text(
        "t,v,g\n" + "".join(f"{row},{row},{'' if row == 7 else 'a'}\n" for row in range(30))
    )
    base = base.replace("d.csv", "g.csv")
    with pytest.raises(DataError, match=r"1 row has no label in 'g', the first is row 8 \(line 9\) of g.csv"):
        prepared(base + "window: {sequence_length: 2, group: g}\n", inputs="{x: [2]}")
    with pytest.raises(DataError, match="the split 'validation' of g.csv has 3 rows, and a sequence .* takes 5"):
        prepared(base + "window: {sequence_length: 4}\nvalidation: 3\n", inputs="{x: [4]}")


@pytest.mark.parametrize("cache", ["memory", "none"])
def test_weight_and_class_of_a_sequence_are_those_of_its_target(
    cache: str, prepared: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [f"{row},{row + 0.5},{'ab'[row % 3 == 0]}" for row in range(12)]
    (tmp_path / "d.csv").write_text("v,w,kind\n" + "\n".join(rows) + "\n")
    found = prepared(
        f"source: {{csv: d.csv}}\ncache: {cache}\nwindow: {{sequence_length: 3, horizon: 2}}\n"
        "inputs: {x: v}\ntargets: {y: kind}\nsample_weight: w\n",
        inputs="{x: [3]}",
        units=2,
        loss="sparse_categorical_crossentropy",
    )
    x, y, weights = (np.asarray(part) for part in next(iter(found.train().dataset(100))))
    np.testing.assert_array_equal(weights, x[:, -1] + 2.5)
    assert y.tolist() == [int((row + 2) % 3 == 0) for row in x[:, -1]]
