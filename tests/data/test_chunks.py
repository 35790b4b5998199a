"""Files read in parts give what the same files give at once; a pass over them is a function of seed and pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from kerascli.data import streamed_split
from kerascli.data.chunk_csv import chunk_csv
from kerascli.data.chunk_jsonl import chunk_jsonl
from kerascli.data.chunk_parquet import chunk_parquet
from kerascli.data.csv_text import CsvOptions
from kerascli.data.read_csv import read_csv
from kerascli.data.read_file import read_file
from kerascli.data.rows import ChunkedRows, Rows
from kerascli.data.streamed_split import StreamedSplit
from kerascli.data.table import Table, join_tables
from kerascli.errors import DataError


def _options(**changes: Any) -> CsvOptions:
    return CsvOptions(
        **{"separator": ",", "decimal": ".", "encoding": "utf-8", "header": True, "types": {}, "span": None, **changes}
    )


def _whole(rows: Rows) -> Table:
    return join_tables(list(rows.blocks()))


def _assert_same(found: Rows, expected: Rows) -> None:
    one, other = _whole(found), _whole(expected)
    assert list(one.fields) == list(other.fields)
    for name, array in other.fields.items():
        assert one.fields[name].dtype == array.dtype, name
        np.testing.assert_array_equal(one.fields[name], array, err_msg=name)
    assert one.rows is not None
    np.testing.assert_array_equal(one.rows, np.arange(one.samples))


def _random_csv(seed: int, rows: int) -> str:
    """Columns that change their type late, gaps, quotes, line ends in cells."""
    random = np.random.default_rng(seed)
    late = int(random.integers(rows // 2, rows))
    lines = ["whole,gappy,real,late,text,flag,empty"]
    for row in range(rows):
        text = random.choice(["plain", '"a, b"', '"two\nlines"', '"a ""quoted"" word"', "ümlaut", ""])
        cells = [
            str(random.integers(-99, 99)),
            "" if random.random() < 0.1 else str(random.integers(0, 9)),
            f"{random.normal():.4f}",
            "x7" if row == late else str(random.integers(0, 99)),
            text,
            str(random.choice(["true", "false"])),
            "",
        ]
        lines.append(",".join(cells))
    return "\n".join(lines) + ("\n" if seed % 2 else "")


@pytest.mark.parametrize("seed", range(6))
def test_csv_in_parts_is_the_csv_at_once(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(_random_csv(seed, 200), encoding="utf-8", newline="")
    rows = chunk_csv([path], str(path), _options(), size=700)
    assert len(rows.chunks) > 5
    _assert_same(rows, read_csv(path))
    assert _whole(rows).lines is not None
    np.testing.assert_array_equal(_whole(rows).lines, _whole(read_csv(path)).lines)


def test_a_budget_decides_whether_a_file_is_read_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,x\n2,y\n")
    assert isinstance(read_csv(path, budget=3), ChunkedRows)
    assert isinstance(read_csv(path, budget=12), Table)
    assert isinstance(read_csv(path), Table)
    assert isinstance(read_file(path, budget=3), ChunkedRows)


def test_only_the_fields_that_are_asked_for_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n" + "1,x,2.5\n" * 30)
    rows = read_csv(path, budget=0)
    assert [list(block.fields) for block in rows.blocks({"c", "a"})] == [["a", "c"]]


def test_several_csv_files_with_the_columns_in_another_order(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("a,b\n1,x\n2,y\n")
    (tmp_path / "2.csv").write_text("b,a\nz,2.5\n")
    rows = read_csv(tmp_path / "*.csv", budget=0)
    assert isinstance(rows, ChunkedRows)
    _assert_same(rows, read_csv(tmp_path / "*.csv"))


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("a,b\n" + "1,2\n" * 50 + "1,2,3\n" + "1,2\n" * 50, {}, "has 3 cells in line 52, but 2 columns"),
        ("a,b\n" + "1,2\n" * 50 + "1,x\n", {"types": {"b": "int"}}, "'x' in the column 'b' in line 52"),
        ("a,a\n1,2\n", {}, "several columns named 'a'"),
        ("a,b\n", {}, "has no rows"),
        ("a,b\n" + "1,2\n" * 50 + "1,\0\n", {}, "line 52 holds a NUL byte"),
    ],
)
def test_faults_of_parts_name_the_line_of_the_file(
    text: str, options: dict[str, Any], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said):
        chunk_csv([path], str(path), _options(**options), size=40)


def test_another_encoding_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(("a,b\n" + "ä,1\n" * 40).encode("latin-1"))
    rows = chunk_csv([path], str(path), _options(encoding="latin-1"), size=30)
    assert set(_whole(rows).fields["a"]) == {"ä"}
    with pytest.raises(DataError, match="byte 0xe4 in line 2"):
        chunk_csv([path], str(path), _options(), size=30)


def test_a_file_that_changes_under_the_training_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 50)
    rows = chunk_csv([path], str(path), _options(), size=40)
    path.write_text("a,b\n" + "1,2\n" * 49 + "1,22\n")
    with pytest.raises(DataError, match="was changed while it was being read"):
        _whole(rows)


@pytest.mark.parametrize("seed", range(3))
def test_json_lines_in_parts_are_the_file_at_once(seed: int, tmp_path: Path) -> None:
    random = np.random.default_rng(seed)
    path = tmp_path / "a.jsonl"
    with path.open("w") as file:
        for row in range(150):
            found: dict[str, Any] = {"a": row, "v": [1.5, float(row)], "t": "2020-01-01" if row < 90 else "later"}
            if random.random() < 0.3:
                found["sometimes"] = int(random.integers(9))
            file.write(json.dumps(found) + "\n")
    rows = chunk_jsonl([path], str(path), None, size=400)
    assert len(rows.chunks) > 5
    one, other = _whole(rows), _whole(read_file(path))
    for name in other.fields:
        np.testing.assert_array_equal(one.fields[name], other.fields[name], err_msg=name)
        assert one.fields[name].dtype == other.fields[name].dtype, name


def test_parquet_in_parts_is_the_file_at_once(tmp_path: Path) -> None:
    table = pa.table(
        {
            "a": pa.array([*range(90), *[None] * 10]),
            "b": pa.array(range(100)),
            "t": pa.array(["x", "yy"] * 50),
            "v": pa.array([[1.0, 2.0]] * 100),
        }
    )
    for name in ("1.parquet", "2.parquet"):
        pa_parquet.write_table(table, tmp_path / name, row_group_size=7)
    rows = chunk_parquet([tmp_path / "1.parquet"], "1.parquet", None)
    assert len(rows.chunks) == 15
    _assert_same(rows, read_file(tmp_path / "1.parquet"))
    assert chunk_parquet([tmp_path / "1.parquet", tmp_path / "2.parquet"], "*", None).samples == 200
    pa_parquet.write_table(table.drop_columns(["b"]), tmp_path / "3.parquet")
    with pytest.raises(DataError, match="differ in the column 'b'"):
        chunk_parquet([tmp_path / "1.parquet", tmp_path / "3.parquet"], "*", None)


def _numbers(tmp_path: Path, samples: int = 100) -> ChunkedRows:
    path = tmp_path / "n.csv"
    path.write_text("a,b\n" + "".join(f"{row},{row * 2}\n" for row in range(samples)))
    return chunk_csv([path], str(path), _options(), size=50)


def test_a_selection_of_rows_in_parts(tmp_path: Path) -> None:
    rows = _numbers(tmp_path)
    chosen = np.random.default_rng(0).random(100) < 0.3
    some = rows.select(chosen)
    np.testing.assert_array_equal(_whole(some).fields["a"], np.flatnonzero(chosen))
    assert some.samples == chosen.sum()
    again = some.select(np.arange(some.samples) % 2 == 0)
    np.testing.assert_array_equal(_whole(again).fields["a"], np.flatnonzero(chosen)[::2])
    assert _whole(again).place(1).startswith(f"row {np.flatnonzero(chosen)[2] + 1} ")


def _split(rows: Rows, block: int = 8) -> StreamedSplit:
    return StreamedSplit(rows, lambda table: (table.fields["a"], table.fields["b"]), {"a", "b"}, block)


def _seen(dataset: Any) -> list[list[int]]:
    return [batch[0].numpy().tolist() for batch in dataset]


@pytest.mark.parametrize("in_parts", [True, False])
def test_a_streamed_pass_has_every_sample_once_in_an_order_of_its_own(
    in_parts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed_split, "GROUP_BYTES", 120)
    rows = _numbers(tmp_path)
    split = _split(rows if in_parts else _whole(rows))
    assert _seen(split.dataset(7)) == [list(range(start, min(start + 7, 100))) for start in range(0, 100, 7)]
    orders = {}
    for number in (0, 1):
        batches = _seen(split.dataset(7, order=split.order(3, number)))
        assert [len(batch) for batch in batches] == [7] * 14 + [2]
        flat = [value for batch in batches for value in batch]
        assert sorted(flat) == list(range(100))
        orders[number] = flat
        # The same order again, and from any place in it.
        for skipped in (0, 1, 5, 14):
            rest = split.dataset(7, order=split.order(3, number), skip_batches=skipped)
            assert _seen(rest) == batches[skipped:]
            assert int(rest.cardinality()) == 15 - skipped
    assert orders[0] != orders[1] != list(range(100))
    assert len(_seen(split.dataset(7, drop_remainder=True))) == 14
