"""What `kerascli data` finds: splits, ranges, classes, equal samples, what was skipped, and its pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kerascli.errors import UsageError
from kerascli.run.inspect_data import inspect_data
from kerascli.spec.load import load_spec
from kerascli.view.contact_sheet import draw_sheet

TABLE = """
name: table
data:
  source: {csv: d.csv}
  validation: {count: 20, shuffle: false}
  inputs:
    num: {fields: [a, b], missing: mean}
    word: {field: w, transform: [{StringLookup: {output_mode: one_hot}}]}
  targets: {y: kind}
  cache: CACHE
model:
  inputs: {num: [2], word: [4]}
  layers:
    - Concatenate:
      inputs: [num, word]
    - Dense: {units: 3, activation: softmax}
      name: y
compile: {optimizer: adam, loss: sparse_categorical_crossentropy}
fit: {batch_size: 16}
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [
        f"{row % 5},{'' if row % 10 == 3 else row * 10},{'xyz'[row % 3]},{'ant' if row % 50 else 'bee'}"
        for row in range(120)
    ]
    # The first twenty are the validation; one comes again behind, and two are equal once their gaps are filled.
    rows += [rows[4], "1,2,x,cat"]
    (tmp_path / "d.csv").write_text("a,b,w,kind\n" + "\n".join(rows) + "\n")
    (tmp_path / "table.yaml").write_text(TABLE.replace("CACHE", "auto"))
    (tmp_path / "streamed.yaml").write_text(TABLE.replace("CACHE", "none"))
    return tmp_path


@pytest.mark.parametrize("name", ["table", "streamed"])
def test_a_table(name: str, table: Path) -> None:
    report = inspect_data(load_spec(table / f"{name}.yaml"), samples=2)
    assert {split: facts["samples"] for split, facts in report.splits.items()} == {"train": 102, "validation": 20}
    assert report.splits["validation"]["drawn"] == "the first"
    num, word, kind = report.columns
    assert (num.fields, num.shape, num.dtype, num.missing) == (("a", "b"), (2,), "float32", 10)
    assert num.minimum == 0 and num.maximum == 1190
    assert (word.shape, word.through, word.mean) == ((4,), ("StringLookup",), 0.25)
    assert kind.classes == {
        "ant": {"train": 99, "validation": 19},
        "bee": {"train": 2, "validation": 1},
        "cat": {"train": 1, "validation": 0},
    }
    text = "\n".join(report.warnings)
    for said in (
        "'num' reaches 1,190",
        "'validation' has no sample of 'cat'",
        "3 different samples of 'validation' stand in 'train' too",
    ):
        assert said in text, text
    assert report.timing.whole and report.timing.samples == 102
    assert list(report.samples[0]) == ["a", "b", "w", "→ word", "target y"]
    json.dumps(report.to_json())
    assert ("read anew in each epoch" in report.cache) is (name == "streamed")


def test_an_input_that_the_model_scales_itself_is_no_doubt(table: Path) -> None:
    spec = table / "scaled.yaml"
    spec.write_text(
        "data:\n  source: {csv: d.csv}\n  inputs: {num: {fields: [a, b], missing: {value: 0}}}\n  targets: {y: a}\n"
        "model:\n  inputs: {num: [2]}\n  layers: [LAYERS{Dense: 1, name: y}]\ncompile: {loss: mse}\n"
    )
    plain = spec.read_text()
    for layers, doubts in (("", 1), ("{Rescaling: 0.001}, ", 0), ("{Normalization: {}, name: n}, ", 0)):
        spec.write_text(plain.replace("LAYERS", layers))
        found = inspect_data(load_spec(spec)).warnings
        assert sum("reaches 1,190" in one for one in found) == doubts, found


def test_the_command_prints_and_draws(table: Path) -> None:
    command = [sys.executable, "-m", "kerascli", "data", "table.yaml", "-o", "sheet.png"]
    done = subprocess.run(command, cwd=table, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    for word in ("train", "validation", "num", "a, b", "ant", "warning:", "samples/s", "sheet.png"):
        assert word in done.stdout
    with Image.open(table / "sheet.png") as picture:
        assert picture.size[0] > 300


def test_images_with_their_augmented_twins(tmp_path: Path) -> None:
    for index in range(12):
        path = tmp_path / "p" / "ab"[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.random.default_rng(index).integers(0, 255, (9, 9, 3), dtype=np.uint8)).save(path)
    (tmp_path / "p" / "a" / "bad.png").write_text("x")
    (tmp_path / "s.yaml").write_text(
        "data:\n  source: {images: {folder: p, size: [9, 9]}}\n  on_error: skip\n"
        "  inputs: {image: {field: image, augment: [{RandomBrightness: 0.5}]}}\n"
        "model:\n  inputs: {image: [9, 9, 3]}\n  layers: [Flatten, {Dense: {units: 2, activation: softmax}}]\n"
        "compile: {loss: sparse_categorical_crossentropy}\n"
    )
    report = inspect_data(load_spec(tmp_path / "s.yaml"))
    assert report.augmented is not None and report.augmented["image"].shape == (12, 9, 9, 3)
    # Brightness moves every value of an image alike: twins of the same samples, each moved by its own amount.
    moved = report.augmented["image"].astype(float) - report.pictures[0]["image"]
    assert len({round(float(np.median(one))) for one in moved}) > 6
    assert any("1 sample was left out" in warning for warning in report.warnings)
    draw_sheet(report.pictures[0], report.pictures[1], tmp_path / "sheet.png", augmented=report.augmented)
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.size[1] > 400
    with pytest.raises(UsageError, match="no input holds numbers"):
        draw_sheet({"t": np.array(["a"], object)}, (), tmp_path / "none.png")
