"""`on_error: skip` leaves out rows that can't be read, the same ones however a file is read, and says which."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kerascli.data.chunk_csv import chunk_csv
from kerascli.data.chunk_jsonl import chunk_jsonl
from kerascli.data.chunk_tfrecord import chunk_tfrecord
from kerascli.data.csv_text import CsvOptions
from kerascli.data.read_csv import read_csv
from kerascli.data.read_rows import read_jsonl
from kerascli.data.read_tfrecord import read_tfrecord
from kerascli.data.rows import Rows
from kerascli.data.skipped import SkipLog
from kerascli.data.table import Table, join_tables
from kerascli.errors import DataError
from kerascli.run.train import train
from kerascli.spec.load import load_spec

TYPES = {"a": "int", "day": "date"}


def whole(rows: Rows) -> Table:
    return join_tables(list(rows.blocks()))


def same(one: Rows, other: Rows) -> None:
    a, b = whole(one), whole(other)
    assert list(a.fields) == list(b.fields)
    for name, array in a.fields.items():
        np.testing.assert_array_equal(array, b.fields[name], err_msg=name)


@pytest.fixture
def csv(tmp_path: Path) -> tuple[Path, dict[int, str]]:
    """A file of a thousand rows; the lines that are at fault, and what is said of each."""
    lines = ["a,day,text", *(f'{row},2024-01-{row % 28 + 1:02d},"t\n{row}"' for row in range(1000))]
    # A sound row has two lines, as its text holds a line's end; a faulty one has one.
    bad = {
        101: ("x7,2024-01-01,t", "'x7' in the column 'a' in line 204"),
        350: ("7,2024-01-01", "has 2 cells in line 701, but 3 columns"),
        351: ("7,2024-01-01,t,u", "has 4 cells in line 702, but 3 columns"),
        990: ("7,yesterday,t", "'yesterday' in the column 'day' in line 1979"),
    }
    for row, (text, _) in bad.items():
        lines[row + 1] = text
    path = tmp_path / "d.csv"
    path.write_text("\n".join(lines) + "\n")
    return path, {row: said for row, (_, said) in bad.items()}


def test_records_of_a_csv(csv: tuple[Path, dict[int, str]]) -> None:
    path, bad = csv
    once, parts = SkipLog(), SkipLog()
    table = read_csv(path, columns=TYPES, skipped=once)
    rows = chunk_csv([path], "d.csv", CsvOptions(",", ".", "utf-8", True, TYPES, None, parts), size=900)
    same(table, rows)
    assert isinstance(table, Table)
    assert table.fields["a"].tolist() == [row for row in range(1000) if row not in bad]
    assert once.count == parts.count == len(bad)
    assert sorted(once.first) == sorted(parts.first)
    for said, text in zip(bad.values(), once.first, strict=True):
        assert said in text, text
    # The lines of the others are those of the file.
    lines = path.read_text().split("\n")
    for place in (0, 100, 101, 500, 995):
        at = int(re.findall(r"line (\d+)", table.place(place))[0])
        assert lines[at - 1].startswith(f"{table.fields['a'][place]},")
    with pytest.raises(DataError, match="has 2 cells in line 701"):
        read_csv(path, columns=TYPES)


def test_lines_that_are_no_json_objects(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    lines = [json.dumps({"a": row, "t": f"word {row}"}) for row in range(300)]
    lines[7], lines[200], lines[201] = "{broken", "[1, 2]", '{"a": 1'
    path.write_text("\n".join(lines))
    once, parts = SkipLog(), SkipLog()
    table = read_jsonl(path, None, once)
    same(table, chunk_jsonl([path], "d.jsonl", None, skipped=parts, size=700))
    assert table.samples == 297 and once.count == parts.count == 3
    assert once.first == parts.first
    assert [text.split()[1] for text in once.first] == ["8", "201", "202"]
    assert "is a list, not an object" in once.first[1]


@pytest.fixture
def records(tmp_path: Path) -> list[Path]:
    """Two files; records 5 and 2100 lack what the spec asks for."""
    files = []
    for part in range(2):
        files.append(tmp_path / f"{part}.tfrecord")
        with tf.io.TFRecordWriter(str(files[-1])) as writer:
            for row in range(1200):
                number = part * 1200 + row
                x = [] if number in (4, 2099) else [float(number), 0.5]
                feature = {
                    "x": tf.train.Feature(float_list=tf.train.FloatList(value=x)),
                    "t": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"word" * (number % 5)])),
                }
                writer.write(tf.train.Example(features=tf.train.Features(feature=feature)).SerializeToString())
    return files


FEATURES: dict[str, Any] = {"x": {"shape": [2], "dtype": "float32"}, "t": "string"}


def test_tfrecords_in_parts_are_the_files_at_once(records: list[Path]) -> None:
    once, parts = SkipLog(), SkipLog()
    table = read_tfrecord(records, FEATURES, None, "*", None, once)
    rows = chunk_tfrecord(records, FEATURES, "*", None, skipped=parts, size=20_000)
    assert len(rows.chunks) > 2 and rows.samples == 2398
    same(table, rows)
    assert once.first == parts.first and once.count == 2
    assert "record 5 of" in once.first[0] and "record 2,100 of" in once.first[1]
    some = rows.read_chunk(1, {"x"})
    assert list(some.fields) == ["x"]
    for reading in (lambda: read_tfrecord(records, FEATURES, None, "*", None),
                    lambda: chunk_tfrecord(records, FEATURES, "*", None)):  # fmt: skip
        with pytest.raises(DataError, match="record 5 of"):
            reading()


def test_damage_of_a_tfrecord_is_found_in_parts_too(records: list[Path]) -> None:
    content = bytearray(records[1].read_bytes())
    for damaged in (content[:-3], content[: len(content) // 2] + b"\x07" + content[len(content) // 2 + 1 :]):
        records[1].write_bytes(bytes(damaged))
        with pytest.raises(DataError, match=r"1\.tfrecord' is damaged"):
            chunk_tfrecord(records, FEATURES, "*", None, skipped=SkipLog())


def test_a_training_tells_and_records_what_it_left_out(
    csv: tuple[Path, dict[int, str]], write_spec: Callable[..., Path], tmp_path: Path
) -> None:
    text = (
        f"name: skip\ndata:\n  source: {{csv: {{path: {csv[0]}, columns: {{a: int, day: date}}}}}}\n  on_error: skip\n"
        "  inputs: {x: {fields: [a, day]}}\n  targets: {y: a}\n  cache: none\n"
        "model:\n  inputs: {x: [2]}\n  layers: [{Dense: {units: 1}, name: y}]\ncompile: {loss: mse}\n"
        "fit: {epochs: 1, batch_size: 100}\nlogs: {tensorboard: false}\n"
    )
    spec = load_spec(write_spec(text.replace("{Dense: {units: 1}, name: y}", "{Dense: 1, name: y}")))
    result = train(spec, tmp_path / "runs")
    facts = json.loads((result.folder / "run.json").read_text())["data"]
    assert facts["skipped"]["count"] == 4 and facts["samples"]["train"] == 996
