"""Text where training had numbers is named by row and value."""

from __future__ import annotations

import numpy as np
import pytest

from kerascli.data.kinds import check_kinds, kinds_of, with_absent
from kerascli.data.table import Table, make_table
from kerascli.errors import DataError


def _table(**fields: list[object]) -> Table:
    arrays = {name: np.array(values, object if isinstance(values[0], str) else None) for name, values in fields.items()}
    return make_table(arrays, "new.csv", np.arange(2, 2 + len(next(iter(arrays.values())))))


def test_kinds_of() -> None:
    table = make_table({"f": np.ones(1), "i": np.ones(1, int), "b": np.ones(1, bool), "t": np.array(["a"])}, "t")
    assert kinds_of(table) == {"f": "float", "i": "int", "b": "bool", "t": "text"}


def test_text_among_numbers_is_named() -> None:
    kinds = {"a": "int", "w": "text"}
    table = _table(a=["1", "", "2.5", "hello", "you"], w=["x"] * 5)
    with pytest.raises(DataError, match=r"'a' is 'hello' in row 4 \(line 5\) of new.csv, in training it was a number"):
        check_kinds(table, kinds, ["a", "w"])
    check_kinds(table, kinds, ["w"])
    check_kinds(table, {}, ["a"])
    check_kinds(_table(a=["1", "2"]), kinds, ["a"])
    check_kinds(_table(a=[1, 2]), kinds, ["a"])


def test_absent_fields_are_missing_values() -> None:
    table = with_absent(_table(a=[1, 2]), {"w": "text", "n": "float"}, ["a", "w", "n"])
    assert table.fields["a"].tolist() == [1, 2] and table.fields["w"].tolist() == ["", ""]
    assert np.isnan(table.fields["n"]).all()
