"""Tables, arrays, JSON lines and Parquet files are read as written, and every fault is named with its place."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from kerascli.data import memory
from kerascli.data.read_arrays import read_npy, read_npz
from kerascli.data.read_csv import read_csv
from kerascli.data.read_file import read_file
from kerascli.data.read_rows import read_jsonl, read_parquet
from kerascli.data.table import make_table
from kerascli.errors import DataError, SourceText, UsageError

if TYPE_CHECKING:
    from pathlib import Path


def _file(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- tables -----------------------------------------------------------------------------------------------------------


def test_a_table_knows_its_rows_and_their_places() -> None:
    table = make_table({"a": np.arange(3.0)}, "data.csv", np.array([2, 4, 5]))
    assert table.samples == 3
    assert table.place(1) == "row 2 (line 4) of data.csv"
    taken = table.take(np.array([2, 0]))
    assert taken.fields["a"].tolist() == [2.0, 0.0]
    assert taken.place(0) == "row 3 (line 5) of data.csv", "as the whole file counts"
    assert make_table({"a": np.arange(3)}, "x.npz").place(2) == "row 3 of x.npz"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"a": np.zeros(3), "b": np.zeros(4)}, "'a' has 3, 'b' has 4"),
        ({"a": np.array(1.0)}, "'a' of x.npz is a single value"),
        ({"a": np.array([{}, []], dtype=object)}, "holds Python objects"),
        ({"a": np.zeros(2, np.complex64)}, "holds complex64"),
        ({}, "holds no arrays"),
    ],
)
def test_a_table_refuses_arrays_that_are_no_samples(fields: dict[str, np.ndarray], said: str) -> None:
    span = SourceText("spec.yaml", "npz: x.npz").span(1, 6, 5)
    with pytest.raises(DataError, match=said) as caught:
        make_table(fields, "x.npz", span=span)
    assert caught.value.diagnostics[0].span == span


# --- NumPy ------------------------------------------------------------------------------------------------------------


def test_npz_and_npy(tmp_path: Path) -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    swapped = np.array([1.5, 2.5], dtype=">f4")
    np.savez_compressed(tmp_path / "a.npz", image=image, x=swapped, word=np.array(["a", "bü"]))
    fields = read_npz(tmp_path / "a.npz").fields
    np.testing.assert_array_equal(fields["image"], image)
    assert fields["image"].dtype == np.uint8
    assert fields["x"].dtype == np.dtype("f4")
    assert fields["x"].dtype.isnative
    assert fields["x"].tolist() == [1.5, 2.5]
    assert fields["word"].tolist() == ["a", "bü"]
    np.save(tmp_path / "b.npy", np.asfortranarray(image))
    table = read_npy(tmp_path / "b.npy", "picture")
    np.testing.assert_array_equal(table.fields["picture"], image)
    assert table.place(0) == "row 1 of b.npy"


def _claim(shape: str, descr: str = "'<f8'") -> bytes:
    """An .npy file that claims much and holds 8 bytes."""
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (118 - len(header) % 64 if len(header) % 64 > 53 else 53 - len(header) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\x00" * 8


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (_claim("(100000000000000,)"), "more than half of the machine's"),
        (_claim("(4,)"), "cut off: it claims 32 bytes and has 8"),
        (_claim("(-1,)"), r"claims the shape \(-1,\)"),
        (_claim("()"), "a single value"),
        (_claim("(1,)", "'|O'"), "Python objects"),
        (_claim("(1,)", "'<c8'"), "holds complex64"),
        (_claim("(1,)", "[('a', '<f8')]"), "not numbers or text"),
        (b"", "not an .npy file, or damaged"),
        (b"hello, this is no array", "not an .npy file, or damaged"),
        (_claim("(1,)")[:20], "not an .npy file, or damaged"),
    ],
)
def test_bad_arrays_are_refused_by_their_headers(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_npy(_file(tmp_path, content, "a.npy"), "a")
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.npy", _claim("(1,)"))
        archive.writestr("a.npy", content)
    with pytest.raises(DataError, match=said.replace(".npy file", ".npz archive")):
        read_npz(tmp_path / "a.npz")


def test_npz_that_only_together_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.savez(tmp_path / "a.npz", a=np.zeros(100), b=np.zeros(100))
    monkeypatch.setattr(memory, "machine_memory", lambda: 3000)
    with pytest.raises(DataError, match="more than half") as caught:
        read_npz(tmp_path / "a.npz")
    assert caught.value.diagnostics[0].code == "too-large"
    monkeypatch.setattr(memory, "machine_memory", lambda: 3200)
    assert read_npz(tmp_path / "a.npz").samples == 100


def test_npz_damaged_archives(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, a=np.arange(1000))
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"no archive", b"", whole[:600] + b"\xff" + whole[601:]):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"not an .npz archive, or damaged"):
            read_npz(path)


def test_npz_objects_and_lengths(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, a=np.array([[1], [2, 3]], dtype=object))
    with pytest.raises(DataError, match=r"'a' in .* holds Python objects"):
        read_npz(path)
    np.savez(path, a=np.zeros(3), b=np.zeros(4))
    with pytest.raises(DataError, match="different lengths"):
        read_npz(path)
    np.savez(path)
    with pytest.raises(DataError, match="holds no arrays"):
        read_npz(path)


# --- JSON lines and Parquet -------------------------------------------------------------------------------------------


def test_jsonl(tmp_path: Path) -> None:
    rows = [
        {"n": 1, "x": 1, "word": "a", "at": "2020-01-01 00:00:00", "v": [1, 2], "m": [[1.5], [2]], "ok": True},
        {"n": 2, "x": 2.5, "word": None, "at": "2020-01-02 00:00:00", "v": [3, 4], "m": [[3], [4]], "ok": False},
    ]
    path = _file(tmp_path, "\n\n".join(json.dumps(row) for row in rows), "a.jsonl")
    table = read_jsonl(path)
    assert table.fields["n"].dtype == np.int64
    assert table.fields["x"].tolist() == [1.0, 2.5]
    assert table.fields["word"].tolist() == ["a", ""]
    assert table.fields["at"].tolist() == ["2020-01-01 00:00:00", "2020-01-02 00:00:00"]
    assert table.fields["v"].tolist() == [[1, 2], [3, 4]]
    assert table.fields["m"].shape == (2, 2, 1)
    assert table.fields["ok"].dtype == np.bool_
    assert table.place(1) == "row 2 (line 3) of a.jsonl"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n\n", "has no rows"),
        ('{"a": 1}\n\n{"a": }\n', "line 3 of .* is not JSON"),
        ('{"a": 1}\n[1]\n', "line 2 of .* is a list, not an object"),
        ('{"a": 1}\n{"a": null}\n{"a": "x"}\n', "'a' is text in line 3 of .*, but a number in line 1"),
        ('{"a": ["x", "y"]}\n{"a": ["z"]}\n', "differ in length: row 1 has 2, row 2 has 1"),
        ('{"a": {"b": 1}}\n', "not numbers or text"),
        ('{"a": true}\n{"b": 1}\n', "'a' is missing in row 2"),
    ],
)
def test_jsonl_faults(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_jsonl(_file(tmp_path, content, "a.jsonl"))


def test_parquet(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    columns = {
        "n": pa.array([1, None, 3], pa.int32()),
        "x": pa.array([0.5, 1.5, 2.5], pa.float32()),
        "word": pa.array(["a", None, "b"]).dictionary_encode(),
        "v": pa.array([[1, 2], [3, 4], [5, 6]], pa.list_(pa.int64(), 2)),
        "free": pa.array([["a"], ["b"], ["c"]]),
    }
    pa_parquet.write_table(pa.table(columns), path, row_group_size=2)
    fields = read_parquet(path).fields
    np.testing.assert_array_equal(fields["n"], [1.0, np.nan, 3.0])
    assert fields["x"].dtype == np.float32
    assert fields["word"].tolist() == ["a", "", "b"]
    assert fields["v"].tolist() == [[1, 2], [3, 4], [5, 6]]
    assert fields["free"].tolist() == [["a"], ["b"], ["c"]]


def test_parquet_faults(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pa_parquet.write_table(pa.table({"v": [["a", "b"], ["c"]]}), path)
    with pytest.raises(DataError, match="differ in length"):
        read_parquet(path)
    pa_parquet.write_table(pa.table({"b": [b"x"]}), path)
    with pytest.raises(DataError, match=r"'b' of .* holds binary"):
        read_parquet(path)
    pa_parquet.write_table(pa.table({"b": pa.array([], pa.int64())}), path)
    with pytest.raises(DataError, match="has no rows"):
        read_parquet(path)
    for content in (b"", b"no parquet at all", io.BytesIO(b"PAR1" * 10).getvalue()):
        with pytest.raises(DataError, match="not a Parquet file, or damaged"):
            read_parquet(_file(tmp_path, content, "a.parquet"))


# --- any file ---------------------------------------------------------------------------------------------------------


def test_read_file_goes_by_the_ending(tmp_path: Path) -> None:
    np.save(tmp_path / "speed.npy", np.arange(2))
    np.savez(tmp_path / "a.NPZ", a=np.arange(2))
    (tmp_path / "a.NPZ.npz").rename(tmp_path / "a.NPZ")
    pa_parquet.write_table(pa.table({"a": [0, 1]}), tmp_path / "a.parquet")
    for path, field in (
        (tmp_path / "speed.npy", "speed"),
        (tmp_path / "a.NPZ", "a"),
        (tmp_path / "a.parquet", "a"),
        (_file(tmp_path, "a\n0\n1\n"), "a"),
        (_file(tmp_path, gzip.compress(b"a\n0\n1\n"), "b.csv.gz"), "a"),
        (_file(tmp_path, '{"a": 0}\n{"a": 1}\n', "a.jsonl"), "a"),
    ):
        assert read_file(path).fields[field].tolist() == [0, 1], path


def test_read_file_refuses_what_is_no_data_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.npz, \.npy, \.csv, \.csv\.gz, \.jsonl, \.jsonl\.gz, \.parquet"):
        read_file(_file(tmp_path, "x", "a.txt"))
    with pytest.raises(DataError, match="is a folder"):
        read_file(tmp_path)
    for ending in (".npz", ".npy", ".csv", ".csv.gz", ".jsonl", ".parquet"):
        with pytest.raises(DataError, match=rf"there is no file '.*gone{ending}'"):
            read_file(tmp_path / f"gone{ending}")


@pytest.mark.parametrize("read", [read_csv, read_npz, read_jsonl, read_parquet])
def test_each_reader_refuses_folders_and_missing_files(tmp_path: Path, read: object) -> None:
    assert callable(read)
    with pytest.raises(DataError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(DataError, match="there is no file"):
        read(tmp_path / "gone")
