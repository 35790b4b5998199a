"""Fields become arrays of the model's shape and dtype, or an error that names field, row and line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from kerascli.data.columns import Expected, cast, check_finite, check_labels_present, check_shape, take_fields, widen
from kerascli.data.table import Table
from kerascli.errors import DataError, SourceText

MakeTable = Callable[..., Table]
SPAN = SourceText("spec.yaml", "x: age").span(1, 4, 3)


def _fault(call: Callable[[], Any]) -> tuple[str, str, str | None]:
    with pytest.raises(DataError) as caught:
        call()
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.span == SPAN
    return diagnostic.code, diagnostic.message, diagnostic.hint


def test_stacked_fields_stand_on_the_last_axis_in_order(table: MakeTable) -> None:
    rows = table({"age": [1.5, 2.5], "fare": [3.0, 4.0]})
    assert take_fields(rows, ("fare", "age"), True, None).tolist() == [[3.0, 1.5], [4.0, 2.5]]
    assert take_fields(rows, ("age",), True, None).shape == (2, 1)


def test_stacked_integers_stay_integers(table: MakeTable) -> None:
    large = 2**53 + 1
    rows = table({"a": [1, 2], "b": [3, large]})
    assert take_fields(rows, ("a", "b"), True, None).tolist() == [[1, 3], [2, large]]


def test_a_missing_field_has_the_nearest_right_name(table: MakeTable) -> None:
    code, message, hint = _fault(lambda: take_fields(table({"age": [1], "fare": [2]}), ("agee",), False, SPAN))
    assert (code, hint) == ("unknown-field", "did you mean 'age'?")
    assert message == "data.csv has no field 'agee'"


def test_a_missing_column_of_a_file_is_to_be_renamed(table: MakeTable) -> None:
    for fields, hint in (
        ({"a": [1], "b": [2]}, "rename the one that holds it; there are 'a', 'b'"),
        ({"a": [1]}, "rename 'a' to it"),
    ):
        with pytest.raises(DataError) as caught:
            take_fields(table(fields), ("pixels",), False, None)
        assert caught.value.diagnostics[0].hint == hint


def test_text_and_different_shapes_can_not_be_stacked(table: MakeTable) -> None:
    assert "is text" in _fault(lambda: take_fields(table({"a": [1], "b": ["x"]}), ("a", "b"), True, SPAN))[1]
    rows = table({"a": [1], "b": [[1, 2]]})
    assert "different shapes" in _fault(lambda: take_fields(rows, ("a", "b"), True, SPAN))[1]


def test_a_table_without_rows_has_nothing_to_give(table: MakeTable) -> None:
    code, message, _ = _fault(lambda: take_fields(table({"a": np.zeros((0, 3))}), ("a",), False, SPAN))
    assert (code, message) == ("no-samples", "data.csv has no samples")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_missing_numbers_are_counted_and_the_first_is_named(table: MakeTable, bad: float) -> None:
    rows = table({"age": [1.0, bad, 2.0, bad]}, first_line=2)
    code, message, _ = _fault(lambda: check_finite(rows, rows.fields["age"], "age", SPAN))
    assert code == "missing-value"
    assert message == "2 rows have a missing or infinite value in 'age', the first is row 2 (line 3) of data.csv"


def test_missing_numbers_are_counted_by_row_not_by_value(table: MakeTable) -> None:
    rows = table({"image": [[1.0, 2.0], [np.nan, np.nan]]})
    message = _fault(lambda: check_finite(rows, rows.fields["image"], "image", SPAN))[1]
    assert message == "1 row has a missing or infinite value in 'image', the first is row 2 of data.csv"


def test_complete_numbers_integers_and_text_pass(table: MakeTable) -> None:
    for values in ([1.0, 2.0], [1, 2], ["", "b"], [True, False]):
        rows = table({"a": values})
        check_finite(rows, rows.fields["a"], "a", SPAN)


def test_a_label_of_no_characters_is_a_missing_one(table: MakeTable) -> None:
    rows = table({"species": ["cat", "", "dog"]}, first_line=2)
    message = _fault(lambda: check_labels_present(rows, rows.fields["species"], "species", SPAN))[1]
    assert message == "1 row has no label in 'species', the first is row 2 (line 3) of data.csv"


@pytest.mark.parametrize(
    ("values", "expected", "shape"),
    [
        ([1, 2], None, (2, 1)),
        ([1, 2], Expected((1,)), (2, 1)),
        ([1, 2], Expected(()), (2,)),
        (["a", "b"], None, (2,)),
        ([[1], [2]], None, (2, 1)),
        ([[1, 2], [3, 4]], Expected((2, 1)), (2, 2)),
    ],
)
def test_a_column_of_numbers_gets_a_last_axis(
    values: list[Any], expected: Expected | None, shape: tuple[int, ...]
) -> None:
    assert widen(np.asarray(values), expected).shape == shape


@pytest.mark.parametrize(
    ("values", "expected", "dtype"),
    [
        (np.array([1, 2], np.int64), None, "int32"),
        (np.array([1, 2], np.uint8), None, "int32"),
        (np.array([True, False]), None, "int32"),
        (np.array([1.5, 2.5]), None, "float32"),
        (np.array([1, 2], np.int64), "float32", "float32"),
        (np.array([1, 2], np.int64), "int64", "int64"),
        (np.array([1.0, 2.0]), "int32", "int32"),
        (np.array([1.5, 2.0]), "float16", "float16"),
        (np.array([1.5, 2.0]), "bfloat16", "bfloat16"),
        (np.array(["a"]), None, "<U1"),
        (np.array(["a"]), "string", "<U1"),
    ],
)
def test_the_dtype_is_the_models(table: MakeTable, values: np.ndarray, expected: str | None, dtype: str) -> None:
    want = None if expected is None else Expected((None,), expected)
    found = cast(values, want, table({"a": values}), "a", None)
    assert found.dtype == np.dtype(dtype) if dtype != "bfloat16" else found.dtype.name == dtype
    if values.dtype.kind != "U":
        np.testing.assert_array_equal(found.astype(np.float64), values.astype(np.float64))


@pytest.mark.parametrize(
    ("values", "dtype", "said"),
    [
        (np.array([1.0, 2.5]), "int32", "'a' takes int32, which can't hold 2.5 at row 2 of data.csv"),
        (np.array([0, 2**31]), None, "'a' takes int32, which can't hold 2147483648 at row 2 of data.csv"),
        (np.array([0, -1]), "uint8", "'a' takes uint8, which can't hold -1 at row 2 of data.csv"),
        (np.array([0, 2**63], np.uint64), "int64", "can't hold 9223372036854775808 at row 2"),
        (np.array([[0, 1], [2, 300]]), "uint8", "can't hold 300 at row 2"),
        (np.array([1.0, 3e9]), "int32", "can't hold 3000000000.0 at row 2"),
    ],
)
def test_no_number_is_changed_in_silence(table: MakeTable, values: np.ndarray, dtype: str | None, said: str) -> None:
    want = None if dtype is None else Expected((None,), dtype)
    code, message, _ = _fault(lambda: cast(values, want, table({"a": values}), "a", SPAN))
    assert code == "dtype" and said in message


@pytest.mark.parametrize(
    ("shape", "fits"), [((2, 3), True), ((None, 3), True), ((2, None), True), ((3, 2), False), ((6,), False)]
)
def test_the_shape_of_a_sample(shape: tuple[int | None, ...], fits: bool) -> None:
    array = np.zeros((5, 2, 3))
    if fits:
        check_shape(array, Expected(shape), "x", SPAN)
        return
    code, message, hint = _fault(lambda: check_shape(array, Expected(shape), "x", SPAN))
    assert code == "shape" and "samples of shape [2, 3]" in message
    assert hint is not None and "'x: [2, 3]'" in hint
