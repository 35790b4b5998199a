"""Predictions on what people have: block by block, from files, folders and pipes, with ids and the likeliest classes."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import kerascli
from kerascli.errors import DataError
from kerascli.run import new_data
from kerascli.run.predict import predict
from kerascli.run.train import train
from kerascli.spec.load import load_spec

sys.path.insert(0, str(Path(__file__).parent))
from small import TABLE

IMAGES = """
data:
  source: {images: {folder: photos, size: [6, 6]}}
model:
  inputs: {image: [6, 6, 3]}
  layers:
    - Flatten
    - Dense: {units: 2, activation: softmax}
      name: label
compile: {optimizer: adam, loss: sparse_categorical_crossentropy}
fit: {epochs: 1}
logs: {tensorboard: false}
"""
SERIES = """
data:
  source: {csv: s.csv}
  window: {sequence_length: 4, horizon: 2}
  inputs: {x: {fields: [v]}}
  targets: {y: v}
model:
  inputs: {x: [4, 1]}
  layers:
    - Flatten
    - Dense: 1
      name: y
compile: {optimizer: adam, loss: mse}
fit: {epochs: 1}
logs: {tensorboard: false}
"""


def _train(folder: Path, name: str, text: str) -> Path:
    (folder / f"{name}.yaml").write_text(text)
    return train(load_spec(folder / f"{name}.yaml"), folder / "runs").folder


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("room")
    rows = [f"{row % 7},{'123'[row % 3]}x,{('ant', 'bee', 'cat')[row % 3]}" for row in range(60)]
    (folder / "d.csv").write_text("a,w,kind\n" + "\n".join(rows).replace("x,", "x,") + "\n")
    (folder / "s.csv").write_text("v\n" + "\n".join(str(row) for row in range(30)) + "\n")
    for index in range(8):
        path = folder / "photos" / "ab"[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(index).integers(0, 255, (6, 6, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    _train(folder, "table", TABLE)
    _train(folder, "photo", IMAGES)
    _train(folder, "series", SERIES)
    return folder


@pytest.fixture
def new(room: Path) -> Path:
    path = room / "new.csv"
    text = "extra,w,id,a\n" + "".join(
        f"e,{'123'[row % 3]}x,{row + 100},{'' if row == 2 else row}\n" for row in range(10)
    )
    path.write_text(text)
    return path


def test_blocks_give_what_the_whole_gives(room: Path, new: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = predict("table", new, runs=room / "runs")
    assert list(whole.columns) == ["id", "kind", "kind_probability", "kind_probabilities"]
    assert whole.columns["id"].tolist() == list(range(100, 110))
    monkeypatch.setattr(new_data, "block_rows", lambda inputs, head: 3)
    parts = predict("table", new, runs=room / "runs")
    np.testing.assert_allclose(parts.outputs["kind"], whole.outputs["kind"], rtol=1e-6)
    told: list[tuple[int, int | None]] = []
    for ending in ("csv", "jsonl", "parquet", "npz"):
        told.clear()
        out = room / f"out.{ending}"
        found = predict(
            "table", new, out, runs=room / "runs", keep=False, stepped=lambda done, total: told.append((done, total))
        )
        assert found.samples == 10 and found.columns == {} and found.names == tuple(whole.columns)
        assert told == [(3, 10), (6, 10), (9, 10), (10, 10)]
    with (room / "out.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["kind"] for row in rows] == whole.columns["kind"].tolist()
    assert list(rows[0]) == [
        "id",
        "kind",
        "kind_probability",
        *(f"kind_probabilities_{name}" for name in ("ant", "bee", "cat")),
    ]
    with np.load(room / "out.npz") as arrays:
        np.testing.assert_allclose(arrays["kind_probabilities"], whole.outputs["kind"], rtol=1e-6)
        assert arrays["kind"].tolist() == whole.columns["kind"].tolist()


def test_nothing_is_left_of_an_output_whose_input_ends_badly(
    room: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(new_data, "block_rows", lambda inputs, head: 3)
    new.write_text(new.read_text().replace("1x,109", ",109"))
    (room / "kept.csv").write_text("old")
    before = set(room.iterdir())
    with pytest.raises(DataError, match="1 row has no text in 'w', the first is row 10"):
        predict("table", new, room / "kept.csv", runs=room / "runs")
    assert set(room.iterdir()) == before and (room / "kept.csv").read_text() == "old"


def test_the_likeliest_classes_and_other_ids(room: Path, new: Path) -> None:
    found = predict("table", new, runs=room / "runs", ids=["extra"], top_k=2)
    names = ["extra", "kind", "kind_probability", "kind_1", "kind_1_probability", "kind_2", "kind_2_probability"]
    assert list(found.columns) == names
    assert found.columns["kind_1"].tolist() == found.columns["kind"].tolist()
    order = np.argsort(-found.outputs["kind"], axis=1, kind="stable")
    assert found.columns["kind_2"].tolist() == np.array(["ant", "bee", "cat"])[order[:, 1]].tolist()
    with pytest.raises(DataError, match="new.csv has no column 'name'"):
        predict("table", new, runs=room / "runs", ids=["name"])


def test_a_text_column_of_digits_stays_text(room: Path) -> None:
    (room / "digits.csv").write_text("a,w\n1,7\n2,8\n")
    assert predict("table", room / "digits.csv", runs=room / "runs").samples == 2


def test_a_needed_column_that_is_missing_is_named(room: Path) -> None:
    (room / "less.csv").write_text("a,v\n1,7\n")
    with pytest.raises(DataError, match="'w'"):
        predict("table", room / "less.csv", runs=room / "runs")


def test_a_folder_of_images(room: Path) -> None:
    found = predict("photo", room / "photos", runs=room / "runs")
    assert found.columns["file"].tolist() == [f"{'ab'[index % 2]}/{index}.png" for index in (0, 2, 4, 6, 1, 3, 5, 7)]
    (room / "list.csv").write_text("image\nphotos/a/0.png\nphotos/b/1.png\n")
    listed = predict("photo", room / "list.csv", runs=room / "runs")
    np.testing.assert_allclose(listed.outputs["label"], found.outputs["label"][[0, 4]], rtol=1e-6, atol=1e-7)
    with pytest.raises(DataError, match="has no single input of files"):
        predict("table", room / "photos", runs=room / "runs")


def test_sequences_of_new_rows(room: Path) -> None:
    found = predict("series", room / "s.csv", runs=room / "runs")
    assert found.samples == 27
    run = kerascli.load("series", runs=room / "runs")
    again = run({"v": np.arange(8.0).reshape(2, 4)[:, :, np.newaxis][..., 0]})
    assert again["y"].shape == (2, 1)


def test_a_run_is_one_callable(room: Path, new: Path) -> None:
    run = kerascli.load("table", runs=room / "runs")
    found = run({"a": [1.0, np.nan], "w": ["1x", "2x"]})
    assert set(found) == {"kind", "kind_probability", "kind_probabilities"} and len(found["kind"]) == 2
    with pytest.raises(DataError, match="no field 'w'"):
        run({"a": [1.0]})


def test_json_lines_on_standard_input(room: Path, new: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [{"w": f"{'123'[row % 3]}x", "a": row, "more": [1, 2]} for row in range(5)]
    content = "".join(json.dumps(line) + "\n" for line in lines)

    class _Stdin:
        buffer = io.BytesIO(content.encode())

    monkeypatch.setattr(sys, "stdin", _Stdin())
    found = predict("table", "-", runs=room / "runs")
    (room / "same.jsonl").write_text(content)
    wanted = predict("table", room / "same.jsonl", runs=room / "runs")
    np.testing.assert_allclose(found.outputs["kind"], wanted.outputs["kind"], rtol=1e-6)
    _Stdin.buffer = io.BytesIO((content + "no json\n").encode())
    with pytest.raises(DataError, match="line 6 of 'standard input' is not JSON"):
        predict("table", "-", runs=room / "runs")


def test_a_pipe_is_answered_line_by_line_and_may_be_closed(room: Path) -> None:
    command = [sys.executable, "-m", "kerascli", "predict", "table", "-i", "-", "-o", "-"]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    piped: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process: Any
    with subprocess.Popen(command, cwd=room, env=environment, **piped) as process:
        process.stdin.write('{"w": "1x", "a": 3}\n')
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        assert first["kind"] in ("ant", "bee", "cat")
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            for _ in range(20):
                process.stdin.write('{"w": "1x", "a": 3}\n')
                process.stdin.flush()
                time.sleep(0.3)
        # It ends while its input is still open.
        assert (process.wait(timeout=60), process.stderr.read()) == (0, "")
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
