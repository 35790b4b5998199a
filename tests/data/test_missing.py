"""What takes the place of missing values: learnt on the training split alone, said where nothing is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerascli.data import missing
from kerascli.data.missing import FillFinder
from kerascli.data.prepared_data import PreparedData
from kerascli.data.table import make_table
from kerascli.errors import DataError
from kerascli.spec.data_spec import Missing

Prepare = Callable[..., PreparedData]


@pytest.fixture(autouse=True)
def gaps(tmp_path: Path) -> None:
    rows = ["1,10,red,1", ",20,,2", "3,,blue,3", "5,40,red,4", "100,1000,green,5", "200,2000,,6"]
    (tmp_path / "gaps.csv").write_text("a,b,c,y\n" + "\n".join(rows) + "\n")


def _x(found: PreparedData) -> Any:
    return found.train().x["x"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [("mean", 61.8, 614.0), ("median", 5.0, 40.0), ("{value: -1}", -1, -1)],
)
def test_each_field_has_a_value_of_its_own(rule: str, first: float, second: float, prepared: Prepare) -> None:
    found = prepared(f"source: {{csv: gaps.csv}}\ninputs: {{x: {{fields: [a, b], missing: {rule}}}}}\n")
    np.testing.assert_allclose(_x(found)[1], [first, 20])
    np.testing.assert_allclose(_x(found)[2], [3, second])


def test_the_values_are_those_of_the_training_split(prepared: Prepare, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\n1000,1\n,2\n3,3\n5,4\n")
    found = prepared(
        "source: {csv: d.csv}\ninputs: {x: {field: a, missing: mean}}\nvalidation: {count: 1, shuffle: false}\n",
        inputs="{x: [1]}",
    )
    np.testing.assert_allclose(_x(found), [[4], [3], [5]])


def test_missing_text_is_an_error_unless_something_says_what_it_means(prepared: Prepare) -> None:
    base = "source: {csv: gaps.csv}\ntargets: y\n"
    with pytest.raises(DataError, match="2 rows have no text in 'c', the first is row 2") as caught:
        prepared(
            base + "inputs: {x: {field: c, transform: [{StringLookup: {output_mode: one_hot}}]}}\n", inputs="{x: [4]}"
        )
    assert "missing: {value: unknown}" in str(caught.value.diagnostics[0].hint)


@pytest.mark.parametrize(
    ("field", "size"),
    [
        ("missing: {value: unknown}, transform: [{StringLookup: {output_mode: one_hot}}]", 5),
        ("transform: [{StringLookup: {mask_token: ''}}, {CategoryEncoding: {num_tokens: 5, output_mode: one_hot}}]", 5),
        ("transform: [{TextVectorization: {output_mode: multi_hot}}]", 4),
    ],
)
def test_missing_text_that_is_spoken_for(field: str, size: int, prepared: Prepare, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("c,y\nred,1\n,2\nblue,3\ngreen,4\n")
    found = prepared(f"source: {{csv: d.csv}}\ninputs: {{x: {{field: c, {field}}}}}\n", inputs=f"{{x: [{size}]}}")
    assert _x(found).shape == (4, size)


def test_missing_numbers_are_counted_and_named_with_what_to_do(prepared: Prepare) -> None:
    with pytest.raises(DataError, match="1 row has a missing or infinite value in 'a', the first is row 2") as caught:
        prepared("source: {csv: gaps.csv}\ninputs: {x: a}\ntargets: y\n", inputs="{x: [1]}")
    assert "missing: mean" in str(caught.value.diagnostics[0].hint)


def test_an_infinite_value_is_not_missing(prepared: Prepare, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,y\ninf,1\n,2\n3,3\n")
    with pytest.raises(DataError, match="infinite value in 'a', the first is row 1"):
        prepared("source: {csv: d.csv}\ninputs: {x: {field: a, missing: median}}\n", inputs="{x: [1]}")


def test_text_has_no_mean_and_an_empty_column_none_either(prepared: Prepare, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("a,b,y\nred,,1\nblue,,2\n")
    with pytest.raises(DataError, match="'a' is text, which has no mean"):
        prepared("source: {csv: d.csv}\ninputs: {x: {field: a, missing: mean}}\ntargets: y\n", inputs="{x: [1]}")
    with pytest.raises(DataError, match="no value in 'b', so that it has no median"):
        prepared("source: {csv: d.csv}\ninputs: {x: {field: b, missing: median}}\ntargets: y\n", inputs="{x: [1]}")


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_median_of_more_values_than_memory_shall_hold(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).normal(3.0, 1.0, 20_000)
    table = make_table({"a": values}, "x")

    def median(seed: int) -> float:
        finder = FillFinder(Missing("median"), ("a",), seed, None)
        for block in table.blocks(size=size):
            finder.add(block)
        return float(finder.found().values[0])

    assert median(0) == np.median(values)
    monkeypatch.setattr(missing, "MEDIAN_VALUES", 4_000)
    assert median(0) == median(0)
    assert abs(median(0) - np.median(values)) < 0.08


@pytest.mark.parametrize("cache", ["memory", "none"])
@pytest.mark.parametrize("target", [True, False])
def test_all_missing_values_are_counted_not_those_of_a_block(
    cache: str, target: bool, prepared: Prepare, tmp_path: Path
) -> None:
    gap = {100, 5000, 9000}
    rows = [f"{'' if row in gap and not target else row},{'' if row in gap and target else 'x'}" for row in range(9500)]
    (tmp_path / "d.csv").write_text("a,y\n" + "\n".join(rows) + "\n")
    with pytest.raises(DataError, match="3 rows have .*, the first is row 101 "):
        prepared(
            f"source: {{csv: d.csv}}\ninputs: {{x: {{field: a, transform: [Normalization]}}}}\ncache: {cache}\n",
            inputs="{x: [1]}",
        )


@pytest.mark.parametrize("field", ["field: b", "field: a", "fields: [a, b]"])
def test_a_text_does_not_fill_numbers(field: str, prepared: Prepare) -> None:
    with pytest.raises(DataError, match=r"'[ab]' holds numbers, and 'red' is none") as caught:
        prepared(f"source: {{csv: gaps.csv}}\ninputs: {{x: {{{field}, missing: {{value: red}}}}}}\n", inputs="{x: [1]}")
    span = caught.value.diagnostics[0].span
    assert span is not None and span.excerpt[span.column - 1 :].startswith("{value: red}")


def test_new_rows_get_the_values_of_the_training_split(prepared: Prepare) -> None:
    found = prepared(
        "source: {csv: gaps.csv}\ninputs: {x: {fields: [a, b], missing: median, transform: [Normalization]}}\n"
    )
    new = make_table({"a": np.array([np.nan, 5.0]), "b": np.array([np.nan, 40.0])}, "new.csv")
    first, second = found.preprocessing.x(new)["x"]
    # The medians of the training split are 5 and 40.
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("cache", ["memory", "none", "disk"])
@pytest.mark.parametrize("rule", ["mean", "median"])
def test_the_values_do_not_depend_on_how_rows_are_read(
    rule: str, cache: str, prepared: Prepare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "MEDIAN_VALUES", 1000)
    values = np.random.default_rng(2).normal(3, 2, 9000).round(3)
    rows = [f"{'' if row % 7 == 0 else value},{row}" for row, value in enumerate(values)]
    (tmp_path / "d.csv").write_text("a,y\n" + "\n".join(rows) + "\n")
    found = prepared(
        f"source: {{csv: d.csv}}\ncache: {cache}\ninputs: {{x: {{field: a, missing: {rule}}}}}\n", inputs="{x: [1]}"
    )
    known = values[np.arange(9000) % 7 > 0]
    fill = found.preprocessing.inputs[0].fill
    assert fill is not None
    expected = known.mean() if rule == "mean" else np.median(known)
    assert abs(float(fill.values[0]) - expected) < (1e-9 if rule == "mean" else 0.2)
    assert (
        found.preprocessing.inputs[0].fill
        == prepared(
            f"source: {{csv: d.csv}}\ncache: memory\ninputs: {{x: {{field: a, missing: {rule}}}}}\n", inputs="{x: [1]}"
        )
        .preprocessing.inputs[0]
        .fill
    )
