"""Splits are disjoint, both of the whole, the test drawn first, and the same on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kerascli.data.sources import SourceData, read_source
from kerascli.data.splits import Tables, split_tables
from kerascli.data.table import make_table
from kerascli.errors import DataError, SourceText
from kerascli.spec.component import Argument, Component
from kerascli.spec.data_spec import DataSpec, SplitSpec

TEXT = SourceText("spec.yaml", "validation: 5\ntest: 5\nsource: x")
VALIDATION, TEST, SOURCE = TEXT.span(1, 13), TEXT.span(2, 7), TEXT.span(3, 9)
FIELDS = {"a": {"integers": [0, 10**9]}}


def _synthetic(**arguments: Any) -> Component:
    return Component(
        "sources", "synthetic", tuple(Argument(k, v, SOURCE, SOURCE) for k, v in arguments.items()), SOURCE
    )


def _split(samples: int = 100, seed: int = 1, *, own_test: bool = False, **splits: SplitSpec) -> Tables:
    whole = make_table({"row": np.arange(samples)}, "whole")
    test = make_table({"row": np.arange(-5, 0)}, "whole (test)") if own_test else None
    return split_tables(DataSpec(_synthetic(), **splits), SourceData(whole, test), seed)


def _rows(tables: Tables) -> dict[str, list[int]]:
    parts = {"train": tables.train, "validation": tables.validation, "test": tables.test}
    return {name: table.fields["row"].tolist() for name, table in parts.items() if table is not None}


def test_without_splits_all_samples_train() -> None:
    assert _rows(_split(4)) == {"train": [0, 1, 2, 3]}


def test_splits_are_disjoint_and_cover_the_whole() -> None:
    rows = _rows(_split(validation=SplitSpec(fraction=0.2), test=SplitSpec(count=15)))
    assert [len(rows[name]) for name in ("train", "validation", "test")] == [65, 20, 15]
    assert sorted(row for part in rows.values() for row in part) == list(range(100))


def test_each_split_keeps_the_order_of_the_source() -> None:
    for rows in _rows(_split(validation=SplitSpec(count=20), test=SplitSpec(count=20))).values():
        assert rows == sorted(rows)


def test_the_draw_depends_on_the_seed_alone() -> None:
    first = _rows(_split(validation=SplitSpec(count=20)))
    assert first == _rows(_split(validation=SplitSpec(count=20)))
    assert first != _rows(_split(seed=2, validation=SplitSpec(count=20)))
    assert _rows(_split(test=SplitSpec(count=20)))["test"] == first["validation"]
    # Written out, since it must be the same on every machine and in every version.
    assert first["validation"] == [0, 3, 5, 8, 30, 31, 37, 47, 50, 51, 52, 57, 68, 71, 75, 78, 85, 92, 95, 98]


def test_the_test_split_does_not_depend_on_the_validation_split() -> None:
    with_validation = _rows(_split(test=SplitSpec(count=10), validation=SplitSpec(count=10)))
    assert with_validation["test"] == _rows(_split(test=SplitSpec(count=10)))["test"]


def test_without_a_shuffle_the_first_are_taken_the_test_before_the_validation() -> None:
    rows = _rows(_split(10, test=SplitSpec(count=2, shuffle=False), validation=SplitSpec(count=3, shuffle=False)))
    assert rows == {"test": [0, 1], "validation": [2, 3, 4], "train": [5, 6, 7, 8, 9]}


@pytest.mark.parametrize(("fraction", "count"), [(0.25, 3), (0.05, 1), (0.94, 9)])
def test_a_fraction_is_of_the_whole_and_is_rounded(fraction: float, count: int) -> None:
    rows = _rows(_split(10, validation=SplitSpec(fraction=fraction)))
    assert len(rows["validation"]) == count


def test_both_fractions_are_of_the_whole() -> None:
    rows = _rows(_split(test=SplitSpec(fraction=0.5), validation=SplitSpec(fraction=0.4)))
    assert [len(rows[name]) for name in ("train", "validation", "test")] == [10, 40, 50]


def test_a_builtin_test_split_is_the_test_unless_another_is_written() -> None:
    assert _rows(_split(own_test=True))["test"] == [-5, -4, -3, -2, -1]
    rows = _rows(_split(own_test=True, test=SplitSpec(count=10)))
    assert len(rows["test"]) == 10 and min(rows["test"]) >= 0


def test_rows_are_named_as_in_the_whole() -> None:
    tables = _split(10, validation=SplitSpec(count=4, shuffle=False))
    assert tables.train.place(0) == "row 5 of whole"
    assert tables.train.take(np.array([1])).place(0) == "row 6 of whole"


@pytest.mark.parametrize(
    ("splits", "said", "span"),
    [
        ({"validation": SplitSpec(count=11, span=VALIDATION)}, "'validation' takes 11 of 10 samples", VALIDATION),
        ({"validation": SplitSpec(count=10, span=VALIDATION)}, "leave nothing of 10 samples to train on", VALIDATION),
        ({"validation": SplitSpec(fraction=0.01, span=VALIDATION)}, "takes 0 of 10", VALIDATION),
        (
            {"validation": SplitSpec(count=5, span=VALIDATION), "test": SplitSpec(count=6, span=TEST)},
            "'validation' takes 5 of 4 samples",
            VALIDATION,
        ),
        ({"test": SplitSpec(count=11, span=TEST)}, "'test' takes 11 of 10 samples", TEST),
    ],
)
def test_a_split_that_is_too_large_or_too_small(splits: dict[str, SplitSpec], said: str, span: object) -> None:
    with pytest.raises(DataError, match=said) as caught:
        _split(10, **splits)
    diagnostic = caught.value.diagnostics[0]
    assert (diagnostic.span, diagnostic.code, caught.value.exit_code) == (span, "split", 3)


def test_no_samples_at_all() -> None:
    with pytest.raises(DataError, match="whole has no samples") as caught:
        _split(0, validation=SplitSpec(count=1))
    assert caught.value.diagnostics[0].span == SOURCE


def test_a_source_of_its_own_leaves_the_training_samples_whole() -> None:
    own = SplitSpec(source=_synthetic(samples=6, fields={"row": FIELDS["a"]}), span=VALIDATION)
    tables = _split(10, validation=own)
    assert tables.train.samples == 10
    assert tables.validation is not None and tables.validation.samples == 6


def test_a_synthetic_split_of_its_own_does_not_repeat_the_training_samples() -> None:
    source = _synthetic(samples=50, fields=FIELDS)
    data = DataSpec(source, validation=SplitSpec(source=source), test=SplitSpec(source=source))
    tables = split_tables(data, read_source(source, 1), 1)
    assert tables.validation is not None and tables.test is not None
    drawn = [set(table.fields["a"].tolist()) for table in (tables.train, tables.validation, tables.test)]
    assert len(set.union(*drawn)) == 150


def test_a_source_of_its_own_without_any_of_the_fields() -> None:
    own = SplitSpec(source=_synthetic(samples=6, fields={"rows": FIELDS["a"]}), span=VALIDATION)
    with pytest.raises(DataError, match="has no field 'row'") as caught:
        _split(10, validation=own)
    diagnostic = caught.value.diagnostics[0]
    assert (diagnostic.span, diagnostic.hint) == (VALIDATION, "did you mean 'rows'?")


def _by(field: str, values: Any, seed: int = 1, **splits: SplitSpec) -> dict[str, list[Any]]:
    """The values of a field in each split."""
    whole = make_table({field: np.asarray(values)}, "whole")
    tables = split_tables(DataSpec(_synthetic(), **splits), SourceData(whole), seed)
    parts = {"train": tables.train, "validation": tables.validation, "test": tables.test}
    return {name: table.fields[field].tolist() for name, table in parts.items() if table is not None}


def test_stratified_splits_have_each_label_in_its_share() -> None:
    labels = ["rare"] * 10 + ["often"] * 90
    split = SplitSpec(fraction=0.2, stratify="label")
    found = _by("label", labels, validation=split, test=split)
    for name in ("validation", "test"):
        assert (found[name].count("rare"), found[name].count("often")) == (2, 18)


def test_a_stratified_count_is_exact_where_shares_are_fractions() -> None:
    found = _by("label", [0] * 5 + [1] * 5 + [2] * 5, validation=SplitSpec(count=4, stratify="label"))
    assert sorted(found["validation"].count(label) for label in range(3)) == [1, 1, 2]


def test_groups_stay_together() -> None:
    patients = np.repeat(np.arange(20), 5)
    for seed in range(5):
        split = SplitSpec(fraction=0.2, group="patient")
        found = _by("patient", patients, seed, validation=split, test=split)
        sets = [set(values) for values in found.values()]
        assert not (sets[0] & sets[1] or sets[0] & sets[2] or sets[1] & sets[2])
        assert [len(found[name]) for name in ("train", "validation", "test")] == [60, 20, 20]
    assert _by("patient", patients, 1, test=SplitSpec(fraction=0.2, group="patient")) != _by(
        "patient", patients, 2, test=SplitSpec(fraction=0.2, group="patient")
    )


def test_the_latest_are_held_out() -> None:
    days = ["2026-03-01", "2026-01-01", "2026-04-01", "2026-02-01", "2025-12-31"]
    found = _by("day", days, validation=SplitSpec(count=1, order="day"), test=SplitSpec(count=1, order="day"))
    assert found["test"] == ["2026-04-01"]
    assert found["validation"] == ["2026-03-01"]


@pytest.mark.parametrize(
    ("values", "split", "said"),
    [
        ([1.0, np.nan, 2.0], SplitSpec(count=1, order="x"), "is missing at row 2"),
        (["a", "", "b"], SplitSpec(count=1, stratify="x"), "is missing at row 2"),
        ([1, 1, 1], SplitSpec(count=1, group="x"), "one value alone"),
        ([1, 2, 3], SplitSpec(count=1, group="y"), "no field 'y'"),
        (np.zeros((3, 2)), SplitSpec(count=1, order="x"), "more than one value"),
    ],
)
def test_a_field_that_no_split_can_go_by(values: Any, split: SplitSpec, said: str) -> None:
    with pytest.raises(DataError, match=said):
        _by("x", values, validation=split)
