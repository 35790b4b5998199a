"""CSV files are read as written, and every fault is named by file, line and column."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerascli.data import memory, text_file
from kerascli.data.read_csv import read_csv
from kerascli.errors import DataError, SourceText, SpecError

if TYPE_CHECKING:
    from pathlib import Path


def _file(folder: Path, content: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_csv_infers_ints_floats_and_text(tmp_path: Path) -> None:
    path = _file(tmp_path, "n,x,word,flag,day\n1,0.5,a,true,2020-01-01\n-2,1e3,bü,false,2020-01-02\n")
    table = read_csv(path)
    assert {name: array.dtype.kind for name, array in table.fields.items()} == {
        "n": "i",
        "x": "f",
        "word": "O",
        "flag": "O",
        "day": "O",
    }
    assert list(table.fields) == ["n", "x", "word", "flag", "day"]
    assert table.fields["n"].dtype == np.int64
    assert table.fields["x"].tolist() == [0.5, 1000.0]
    assert table.fields["word"].tolist() == ["a", "bü"]
    assert table.fields["flag"].tolist() == ["true", "false"]
    assert table.fields["day"].tolist() == ["2020-01-01", "2020-01-02"]
    assert table.place(1) == "row 2 (line 3) of data.csv"


def test_csv_takes_the_types_that_are_asked_for(tmp_path: Path) -> None:
    path = _file(tmp_path, "code,n,flag,plain\n007,1,true,1\n010,2,0,2\n")
    types = {"code": "text", "n": "float", "flag": "bool"}
    fields = read_csv(path, columns=types).fields
    assert fields["code"].tolist() == ["007", "010"]
    assert fields["n"].dtype == np.float64
    assert fields["flag"].dtype == np.bool_
    assert fields["flag"].tolist() == [True, False]
    assert fields["plain"].dtype == np.int64


@pytest.mark.parametrize("gap", ["", "NA", "NaN", "nan", "null"])
def test_csv_missing_cells(tmp_path: Path, gap: str) -> None:
    path = _file(tmp_path, f"n,x,word,none\n1,0.5,a,{gap}\n{gap},{gap},{gap},{gap}\n")
    fields = read_csv(path, columns={"n": "int"}).fields
    np.testing.assert_array_equal(fields["n"], [1.0, np.nan])
    np.testing.assert_array_equal(fields["x"], [0.5, np.nan])
    np.testing.assert_array_equal(fields["none"], [np.nan, np.nan])
    assert fields["word"].tolist() == ["a", ""]


def test_csv_keeps_large_ints_beside_a_full_column(tmp_path: Path) -> None:
    path = _file(tmp_path, f"n\n{2**53 + 1}\n")
    assert read_csv(path).fields["n"].tolist() == [2**53 + 1]


def test_csv_separator_and_decimal_mark(tmp_path: Path) -> None:
    fields = read_csv(_file(tmp_path, "a;b\n1,5;x,y\n"), separator=";", decimal=",").fields
    assert fields["a"].tolist() == [1.5]
    assert fields["b"].tolist() == ["x,y"]


@pytest.mark.parametrize("separator", ["", "::", "\n", '"', "."])
def test_csv_refuses_what_is_no_separator(tmp_path: Path, separator: str) -> None:
    with pytest.raises(SpecError, match="separator"):
        read_csv(_file(tmp_path, "a\n1\n"), separator=separator)


def test_csv_without_a_header(tmp_path: Path) -> None:
    table = read_csv(_file(tmp_path, "1,x\n2,y\n"), header=False)
    assert table.fields["f0"].tolist() == [1, 2]
    assert table.place(0) == "row 1 (line 1) of data.csv"


def test_csv_packed(tmp_path: Path) -> None:
    path = _file(tmp_path, gzip.compress(b"a,b\n1,2\n3,4\n"), "data.csv.gz")
    assert read_csv(path).fields["b"].tolist() == [2, 4]
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataError, match=r"can't read .*data\.csv\.gz"):
        read_csv(path)


def test_csv_encodings(tmp_path: Path) -> None:
    latin = _file(tmp_path, "größe,n\nü,1\n".encode("latin-1"))
    table = read_csv(latin, encoding="latin-1")
    assert table.fields["größe"].tolist() == ["ü"]
    with pytest.raises(DataError, match=r"not 'utf-8' text: byte 0xf6 in line 1 \(byte 3\)"):
        read_csv(latin)
    with pytest.raises(DataError, match=r"not 'ascii' text: byte 0xff in line 3 \(byte 7\)"):
        read_csv(_file(tmp_path, b"a\n1\n22\xff\n"), encoding="ascii")
    with pytest.raises(SpecError, match="unknown encoding 'utf-9'"):
        read_csv(latin, encoding="utf-9")
    wide = _file(tmp_path, "a,b\n1,ü\n".encode("utf-16"))
    assert read_csv(wide, encoding="utf-16").fields["b"].tolist() == ["ü"]
    with pytest.raises(DataError, match="encoding: utf-16"):
        read_csv(wide)
    marked = _file(tmp_path, "a,b\n1,ü\n".encode("utf-8-sig"))
    assert list(read_csv(marked).fields) == list(read_csv(marked, encoding="utf-8-sig").fields) == ["a", "b"]


def test_csv_wrong_byte_is_named_beyond_the_first_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "BLOCK", 4)
    # The ü at bytes 4 and 5 is cut by the block, and is no fault.
    assert read_csv(_file(tmp_path, "ab\nü\nx\n")).fields["ab"].tolist() == ["ü", "x"]
    with pytest.raises(DataError, match=r"byte 0xff in line 4 \(byte 10\)"):
        read_csv(_file(tmp_path, "ab\nü\nxy\n".encode() + b"\xff\n"))


def test_csv_lines_mind_empty_lines_and_quoted_line_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path, '\r\na,b\r\n1,"x\r\n""y"" z"\r\n\r\n2,q\r\n3,5" pipe\r\n')
    for block in (text_file.BLOCK, 5):
        monkeypatch.setattr(text_file, "BLOCK", block)
        table = read_csv(_file(tmp_path, path.read_bytes().replace(b',5" pipe', b",r")))
        assert table.fields["b"].tolist() == ['x\r\n"y" z', "q", "r"]
        assert table.lines is not None
        assert table.lines.tolist() == [3, 6, 7]
        lone = read_csv(_file(tmp_path, 'a,b\n1,5" pipe\n2,x\n', "lone.csv"))
        assert lone.fields["b"].tolist() == ['5" pipe', "x"]
        assert lone.lines is not None
        assert lone.lines.tolist() == [2, 3]


def test_csv_quote_that_is_never_closed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="never closed"):
        read_csv(_file(tmp_path, 'a,b\n1,"x\n2,y\n3,z\n'))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("a,b\n", "has no rows"),
        ("\n\n", "has no rows"),
        ("a,b,a\n1,2,3\n", r"several columns named 'a' \(columns 1, 3\)"),
        ("a,b\n1,2\n\n3\n", "has 1 cells in line 4, but 2 columns"),
        ("a,b\n1,2\n3,4,5\n", "has 3 cells in line 3, but 2 columns"),
        (b"a,b\n1,2\n3,\x00\n", "is not text: line 3 holds a NUL byte"),
    ],
)
def test_csv_faults_of_the_file(tmp_path: Path, content: str | bytes, said: str) -> None:
    span = SourceText("spec.yaml", "csv: data.csv").span(1, 6, 8)
    with pytest.raises(DataError, match=said) as caught:
        read_csv(_file(tmp_path, content), span=span)
    diagnostic = caught.value.diagnostics[0]
    assert "data.csv" in diagnostic.message
    assert diagnostic.span == span
    assert diagnostic.hint


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("int", "'x' in the column 'b' in line 5 of .* is not an int"),
        ("float", "'x' in the column 'b' in line 5 of .* is not a float"),
        ("bool", "'2' in the column 'b' in line 2 of .* is not a truth value"),
    ],
)
def test_csv_cell_of_another_type_than_asked(tmp_path: Path, kind: str, said: str) -> None:
    path = _file(tmp_path, 'a,b\n"p\nq",2\n\n1,x\n')
    with pytest.raises(DataError, match=said):
        read_csv(path, columns={"b": kind})
    assert read_csv(path, columns={"b": "text"}).fields["b"][0] == "2"


def test_csv_a_fault_deep_in_a_large_file_is_named(tmp_path: Path) -> None:
    rows = [f"{number},{number % 7}.25" for number in range(600_000)]
    rows[550_000] = "oops,1.0"
    path = _file(tmp_path, "n,x\n" + "\n".join(rows) + "\n")
    assert path.stat().st_size > 1 << 22  # several of Arrow's blocks
    with pytest.raises(DataError, match="'oops' in the column 'n' in line 550002"):
        read_csv(path, columns={"n": "int"})
    rows[550_000] = "1"
    with pytest.raises(DataError, match="1 cells in line 550002, but 2 columns"):
        read_csv(_file(tmp_path, "n,x\n" + "\n".join(rows) + "\n"))


def test_csv_a_record_longer_than_a_block(tmp_path: Path) -> None:
    long = "x" * (5 << 20)
    fields = read_csv(_file(tmp_path, f"a,b\n{long},1\n")).fields
    assert len(str(fields["a"][0])) == len(long)


def test_csv_missing_truth_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"'b' in line 3 .*is missing"):
        read_csv(_file(tmp_path, "a,b\n1,true\n2,\n"), columns={"b": "bool"})


def test_csv_unknown_column_and_type(tmp_path: Path) -> None:
    path = _file(tmp_path, "price,rooms\n1,2\n")
    with pytest.raises(DataError, match="has no column 'prize'") as caught:
        read_csv(path, columns={"prize": "int"})
    assert caught.value.diagnostics[0].hint == "did you mean 'price'?"
    with pytest.raises(SpecError, match="unknown type 'flaot'") as wrong:
        read_csv(path, columns={"price": "flaot"})
    assert wrong.value.diagnostics[0].hint == "did you mean 'float'?"


def test_csv_pattern(tmp_path: Path) -> None:
    _file(tmp_path, "a,b,c\n1,2,\n", "p1.csv")
    _file(tmp_path, "b,a,c\nx,2.5,7\n", "p2.csv")
    table = read_csv(tmp_path / "p*.csv")
    assert table.fields["a"].tolist() == [1.0, 2.5]
    assert table.fields["b"].tolist() == ["2", "x"]
    np.testing.assert_array_equal(table.fields["c"], [np.nan, 7])
    assert "line" not in table.place(0)
    _file(tmp_path, "a,d,c\n1,2,3\n", "p3.csv")
    with pytest.raises(DataError, match=r"p3\.csv.*different columns: only one has 'b'"):
        read_csv(tmp_path / "p*.csv")
    with pytest.raises(DataError, match="no file matches"):
        read_csv(tmp_path / "q*.csv")
    literal = _file(tmp_path, "a\n9\n", "p[1].csv")
    assert read_csv(literal).fields["a"].tolist() == [9]


def test_csv_missing_truth_value_is_refused_in_a_pattern(tmp_path: Path) -> None:
    _file(tmp_path, "b\ntrue\n", "p1.csv")
    _file(tmp_path, "b\nNA\n", "p2.csv")
    with pytest.raises(DataError, match="'b' is missing"):
        read_csv(tmp_path / "p*.csv", columns={"b": "bool"})


def test_csv_arrays_can_be_written_to(tmp_path: Path) -> None:
    for array in read_csv(_file(tmp_path, "a,b\n1,2.5\n")).fields.values():
        array[0] = 7


def test_one_long_text_does_not_widen_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _file(tmp_path, "word\n" + "x" * 1000 + "\n" + "yes\n" * 999)
    # As NumPy's own text, the column would take 4 MB.
    monkeypatch.setattr(memory, "machine_memory", lambda: 7_000_000)
    words = read_csv(path).fields["word"]
    assert words[0] == "x" * 1000
    assert words.nbytes == 8 * 1000
    assert words[1] is words[999]
