"""Padding is that of `keras.utils.pad_sequences`, for lists in files and for words of texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kerascli.data.padding import join_sequences, pad_array, pad_ended
from kerascli.errors import DataError
from kerascli.run.evaluate import evaluate
from kerascli.run.predict import predict
from kerascli.run.train import train
from kerascli.spec.data_spec import Pad
from kerascli.spec.load import load_spec

SEQUENCES = [[1, 2, 3], [4], [5, 6, 7, 8, 9], [], [1, 1]]


def _ragged() -> np.ndarray:
    array = np.empty(len(SEQUENCES), object)
    array[:] = [np.array(sequence, np.int64) for sequence in SEQUENCES]
    return array


@pytest.mark.parametrize("side", ["pre", "post"])
@pytest.mark.parametrize("length", [None, 1, 3, 7])
@pytest.mark.parametrize("value", [0, -1])
def test_padding_is_that_of_keras(side: str, length: int | None, value: int) -> None:
    expected = keras.utils.pad_sequences(
        SEQUENCES, maxlen=length, padding=side, truncating=side, value=value, dtype="int64"
    )
    np.testing.assert_array_equal(join_sequences(_ragged(), Pad(length, side, value)), expected)
    # Words that a layer padded with zeros at their ends.
    ended = keras.utils.pad_sequences(SEQUENCES, padding="post", dtype="int64")
    if side == "pre" or value:
        np.testing.assert_array_equal(pad_ended(ended, Pad(length, side, value)), expected)
    dense = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(
        pad_array(dense, Pad(length, side, value)),
        keras.utils.pad_sequences(dense, maxlen=length, padding=side, truncating=side, value=value, dtype="int64"),
    )


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
@pytest.mark.parametrize("pad", ["", ", pad: {length: 4, side: pre}", ", pad: 2"])
def test_lists_of_a_file_become_one_array(pad: str, kind: str, prepared: Callable[..., Any], tmp_path: Path) -> None:
    with (tmp_path / "d.jsonl").open("w") as file:
        for index, sequence in enumerate(SEQUENCES):
            file.write(json.dumps({"words": sequence, "y": index}) + "\n")
    pq.write_table(pa.table({"words": SEQUENCES, "y": list(range(5))}), tmp_path / "d.parquet")
    size = {"": 5, ", pad: 2": 2}.get(pad, 4)
    found = prepared(f"source: {{{kind}: d.{kind}}}\ninputs: {{x: {{field: words{pad}}}}}\n", inputs=f"{{x: [{size}]}}")
    expected = keras.utils.pad_sequences(
        SEQUENCES, maxlen=size, padding="pre" if "pre" in pad else "post", truncating="post"
    )
    if "pre" in pad:
        expected = keras.utils.pad_sequences(SEQUENCES, maxlen=4)
    np.testing.assert_array_equal(found.train().x["x"], expected)


def test_words_of_a_text_are_padded_before(prepared: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("t,y\na b c,1\na,2\na b,3\n")
    found = prepared(
        "source: {csv: d.csv}\ninputs: {x: {field: t, transform: [TextVectorization], pad: {length: 4, side: pre}}}\n",
        inputs="{x: [4]}",
    )
    # The most frequent word has the index 2.
    assert found.train().x["x"].tolist() == [[0, 2, 3, 4], [0, 0, 0, 2], [0, 0, 2, 3]]


def test_zeros_of_sequences_are_values_where_they_are_no_words(prepared: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"s": [3, 0], "y": 1}\n{"s": [0], "y": 2}\n{"s": [1, 2, 0], "y": 3}\n')
    found = prepared(
        "source: {jsonl: d.jsonl}\n"
        "inputs: {x: {field: s, pad: {length: 3, side: pre, value: 0}, transform: [{Rescaling: 2.0}]}}\n",
        inputs="{x: [3]}",
    )
    assert found.train().x["x"].tolist() == [[0, 6, 0], [0, 0, 0], [2, 4, 0]]


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (np.zeros((2, 3), np.uint8), -1),
        (np.zeros((2, 3), np.uint8), 256),
        (np.zeros((2, 3), np.int64), 1.5),
        (np.zeros((2, 3), bool), 2),
        (np.full((2, 3), "a", object), 7),
    ],
)
def test_a_value_that_the_sequences_cannot_hold(array: np.ndarray, value: float) -> None:
    with pytest.raises(DataError, match="can't be padded with"):
        pad_array(array, Pad(5, "post", value))
    assert pad_array(array, Pad(5)).shape == (2, 5)


_TEXTS = """
seed: 1
data:
  source: {csv: d.csv}
  test: {count: 3, shuffle: false}
  cache: CACHE
  inputs: {x: {field: t, transform: [TextVectorization]MORE}}
model:
  inputs: {x: {shape: [null], dtype: int64}}
  layers: [{Embedding: {input_dim: 9, output_dim: 2}}, GlobalAveragePooling1D, {Dense: 1, name: y}]
compile: {optimizer: sgd, loss: mse}
fit: {epochs: 1, batch_size: 2}
logs: {tensorboard: false}
"""


def test_text_files_as_long_as_the_longest(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    for index in range(6):
        (tmp_path / "p" / "ab"[index % 2]).mkdir(parents=True, exist_ok=True)
        (tmp_path / "p" / "ab"[index % 2] / f"{index}.txt").write_text("a " * (1 + index // 2 + 3 * (index % 2)))
    text = _TEXTS.replace("{csv: d.csv}", "{text: p}").replace("shuffle: false", "shuffle: true")
    text = text.replace("CACHE", "auto").replace("MORE", "").replace("field: t", "field: text")
    text = text.replace("Dense: 1", "Dense: {units: 2, activation: softmax}").replace(
        "loss: mse", "loss: sparse_categorical_crossentropy"
    )
    run = train(load_spec(write_spec(text)), tmp_path / "runs")
    np.testing.assert_allclose(evaluate(run.folder).metrics["loss"], run.metrics["loss"], rtol=1e-6)


def test_texts_as_long_as_the_longest(write_spec: Callable[..., Path], tmp_path: Path) -> None:
    """Evaluating reads them at once, as training did; where that can't be, the spec has to say a length."""
    (tmp_path / "d.csv").write_text("t,y\na,1\na b c,2\na b,3\nb,4\nc b a b,5\nb a,6\na,7\n")
    run = train(load_spec(write_spec(_TEXTS.replace("CACHE", "auto").replace("MORE", ""))), tmp_path / "runs")
    evaluated = evaluate(run.folder)
    assert evaluated.samples == 3
    np.testing.assert_allclose(evaluated.metrics["loss"], run.metrics["loss"], rtol=1e-6)
    assert len(predict(run.folder, tmp_path / "d.csv").outputs["y"]) == 7
    for cache in ("none", "disk"):
        spec = load_spec(write_spec(_TEXTS.replace("CACHE", cache).replace("MORE", "")))
        with pytest.raises(DataError, match="'x' is as long as its longest sample") as caught:
            train(spec, tmp_path / "runs")
        assert "pad: {length: 200}" in str(caught.value.diagnostics[0].hint)
    spec = load_spec(write_spec(_TEXTS.replace("CACHE", "none").replace("MORE", ", pad: 4")))
    assert train(spec, tmp_path / "runs").history["loss"]
