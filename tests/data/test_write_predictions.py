"""Predictions are written as the ending says, wholly or not at all, and read back as they were."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import ml_dtypes
import numpy as np
import pytest

from kerascli.data import write_predictions as module
from kerascli.data.read_file import read_file
from kerascli.data.write_predictions import check_output, write_blocks, write_predictions
from kerascli.errors import DataError, EnvironmentProblem, UsageError

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = {
    "animal": np.array(["cat", 'dög, or "wolf"', "cat"]),
    "animal_probability": np.array([0.9, 0.1, 1 / 3], np.float32),
    "animal_probabilities": np.array([[0.9, 0.1], [0.5, 0.5], [0.25, 0.75]], np.float32),
    "count": np.array([1, -2, 3]),
}
LABELS = {"animal_probabilities": ["cat", "dog"]}


@pytest.mark.parametrize("ending", [".npz", ".jsonl", ".parquet"])
def test_columns_come_back_as_they_were(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    write_predictions(COLUMNS, str(path), labels=LABELS)
    fields = read_file(path).fields
    assert list(fields) == list(COLUMNS)
    for name, array in COLUMNS.items():
        np.testing.assert_array_equal(fields[name].astype(array.dtype), array)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_csv_gives_every_value_a_column(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_predictions(COLUMNS, str(path), labels=LABELS)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "animal,animal_probability,animal_probabilities_cat,animal_probabilities_dog,count"
    assert lines[1] == "cat,0.9,0.9,0.1,1"
    fields = read_file(path).fields
    assert fields["animal"].tolist() == COLUMNS["animal"].tolist()
    np.testing.assert_array_equal(fields["animal_probability"].astype(np.float32), COLUMNS["animal_probability"])
    write_predictions(COLUMNS, str(path))
    assert "animal_probabilities_0,animal_probabilities_1" in path.read_text(encoding="utf-8").splitlines()[0]


def test_one_number_a_sample_is_a_number(tmp_path: Path) -> None:
    points = {"points": np.array([[81.2], [3.0]], np.float32)}
    for ending in (".csv", ".jsonl", ".parquet"):
        path = tmp_path / f"out{ending}"
        write_predictions(points, str(path))
        found = read_file(path).fields
        assert {name: array.shape for name, array in found.items()} == {"points": (2,)}
        np.testing.assert_allclose(found["points"].astype(np.float32), points["points"][:, 0])
    stream = io.StringIO()
    write_predictions(points, "-", stream=stream)
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [{"points": 81.2}, {"points": 3.0}]
    write_predictions(points, str(tmp_path / "out.npz"))
    assert read_file(tmp_path / "out.npz").fields["points"].shape == (2, 1)


def test_many_rows_keep_their_order(tmp_path: Path) -> None:
    values = np.arange(3 * 4096 + 5)
    for ending in (".csv", ".jsonl"):
        path = tmp_path / f"out{ending}"
        write_predictions({"n": values}, str(path))
        np.testing.assert_array_equal(read_file(path).fields["n"], values)


def test_npy_holds_one_column(tmp_path: Path) -> None:
    path = tmp_path / "out.npy"
    write_predictions({"n": np.ones((2, 3, 4))}, str(path))
    assert np.load(path).shape == (2, 3, 4)
    with pytest.raises(UsageError, match="there are 4: 'animal'") as caught:
        write_predictions(COLUMNS, str(path))
    assert caught.value.diagnostics[0].hint == "write an .npz file"
    assert np.load(path).shape == (2, 3, 4), "the old file stays"
    assert [file.name for file in tmp_path.iterdir()] == ["out.npy"]


def test_deep_arrays(tmp_path: Path) -> None:
    deep = {"image": np.arange(12.0).reshape(2, 3, 2)}
    with pytest.raises(UsageError, match="'image' has 3 × 2 values a sample") as caught:
        write_predictions(deep, str(tmp_path / "out.csv"))
    assert ".npz" in str(caught.value.diagnostics[0].hint)
    assert list(tmp_path.iterdir()) == []
    for ending in (".npz", ".jsonl", ".parquet"):
        write_predictions(deep, str(tmp_path / f"out{ending}"))
        np.testing.assert_array_equal(read_file(tmp_path / f"out{ending}").fields["image"], deep["image"])


def test_csv_refuses_two_columns_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="two columns would be named 'a_0'"):
        write_predictions({"a": np.ones((1, 2)), "a_0": np.ones(1)}, str(tmp_path / "out.csv"))


def test_standard_output_gets_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    write_predictions(COLUMNS, "-", stream=stream)
    rows = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert rows[0] == {"animal": "cat", "animal_probability": 0.9, "animal_probabilities": [0.9, 0.1], "count": 1}
    assert len(rows) == 3
    write_predictions(COLUMNS, "-")
    assert capsys.readouterr().out == stream.getvalue()


def test_numbers_that_are_not_finite(tmp_path: Path) -> None:
    stream = io.StringIO()
    bad = {"x": np.array([np.nan, np.inf, 1]), "v": np.array([[np.nan, 0], [1, 0], [2, 0]], np.float32)}
    write_predictions(bad, "-", stream=stream)
    assert [json.loads(line) for line in stream.getvalue().splitlines()] == [
        {"x": None, "v": [None, 0.0]},
        {"x": None, "v": [1.0, 0.0]},
        {"x": 1.0, "v": [2.0, 0.0]},
    ]
    write_predictions(bad, str(tmp_path / "out.csv"))
    np.testing.assert_array_equal(read_file(tmp_path / "out.csv").fields["x"], bad["x"])


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16])
@pytest.mark.parametrize("ending", [".npz", ".csv", ".jsonl", ".parquet"])
def test_half_precision_is_written_as_float32(tmp_path: Path, dtype: type, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    write_predictions({"x": np.array([0.5, 2.0], dtype)}, str(path))
    assert read_file(path).fields["x"].tolist() == [0.5, 2.0]


@pytest.mark.parametrize("ending", [".npz", ".csv", ".jsonl", ".parquet"])
def test_names_that_python_or_numpy_use(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    write_predictions({"file": np.array([1, 2]), "self": np.array([3, 4])}, str(path))
    assert read_file(path).fields["file"].tolist() == [1, 2]


def test_check_output(tmp_path: Path) -> None:
    for name in ("-", str(tmp_path / "a.csv"), str(tmp_path / "A.NPZ"), "here.jsonl"):
        check_output(name)
    for name in ("a.txt", "a", "a.csv.gz", ".csv"):
        with pytest.raises(UsageError, match="can't tell how") as caught:
            check_output(str(tmp_path / name))
        assert ".npz, .npy, .csv, .jsonl, .parquet" in str(caught.value.diagnostics[0].hint)
    with pytest.raises(UsageError, match="there is no folder"):
        check_output(str(tmp_path / "gone" / "a.csv"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        check_output(str(tmp_path / "folder.csv"))


def test_upper_case_ending_keeps_its_name(tmp_path: Path) -> None:
    write_predictions({"n": np.array([1])}, str(tmp_path / "OUT.NPZ"))
    assert [file.name for file in tmp_path.iterdir()] == ["OUT.NPZ"]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old\n")

    def full(columns: object, file: io.TextIOBase) -> None:
        file.write("half a li")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write_lines", full)
    with pytest.raises(EnvironmentProblem, match="No space left"):
        write_predictions({"n": np.array([1])}, str(path))
    assert path.read_text() == "old\n"
    assert [file.name for file in tmp_path.iterdir()] == ["out.jsonl"]


def test_blocks_of_other_dtypes_lose_nothing(tmp_path: Path) -> None:
    numbers, text = {"id": np.array([1, 2])}, {"id": np.array(["", "wolf"], object)}
    path = tmp_path / "out.npz"
    write_blocks([numbers, text, {"id": np.array([np.nan])}], str(path))
    assert np.load(path)["id"].tolist() == ["1", "2", "", "wolf", "nan"]
    write_blocks([numbers, {"id": np.array([np.nan, 7.5])}], str(path))
    np.testing.assert_array_equal(np.load(path)["id"], [1, 2, np.nan, 7.5])
    write_blocks([{"id": np.array(["", ""], object)}], str(path))
    assert np.load(path)["id"].tolist() == ["", ""]
    with pytest.raises(DataError, match="one kind of values a column") as caught:
        write_blocks([numbers, text], str(tmp_path / "out.parquet"))
    assert caught.value.exit_code == 3
    assert [file.name for file in tmp_path.iterdir()] == ["out.npz"]


@pytest.mark.parametrize("ending", [".npy", ".npz", ".csv", ".parquet"])
def test_samples_of_two_shapes_are_refused(tmp_path: Path, ending: str) -> None:
    blocks = [{"y": np.ones((2, 3))}, {"y": np.ones((2, 4))}]
    with pytest.raises(DataError, match="'y' has 3 values for some samples, and 4 for others"):
        write_blocks(blocks, str(tmp_path / f"out{ending}"))
    assert list(tmp_path.iterdir()) == []
    write_blocks(blocks, str(tmp_path / "out.jsonl"))
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 4


FULL = """
import resource, sys
import numpy as np
from kerascli.data.write_predictions import write_blocks
from kerascli.errors import EnvironmentProblem

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
rows = np.random.default_rng(0).random((4096, 4))
for ending in sys.argv[2:]:
    try:
        write_blocks(({"y": rows + block} for block in range(3)), f"{sys.argv[1]}/out{ending}")
    except EnvironmentProblem as error:
        print(ending, int(error.exit_code), error)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit to the size of a file")
def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    endings = [".csv", ".jsonl", ".parquet", ".npz", ".npy"]
    for ending in endings:
        (tmp_path / f"out{ending}").write_text("old")
    command = [sys.executable, "-c", FULL, str(tmp_path), *endings]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = [line.split()[:2] for line in done.stdout.splitlines() if line.startswith(".")]
    assert found == [[ending, "5"] for ending in endings]
    assert done.stdout.count("can't write") == 5 and done.stderr == ""
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(f"out{ending}" for ending in endings)
    assert all(file.read_text() == "old" for file in tmp_path.iterdir())
