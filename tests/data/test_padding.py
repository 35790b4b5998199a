"""Padding is that of `keras.utils.pad_sequences`, for lists in files and for words of texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerascli.data.padding import join_sequences, pad_array, pad_ended
from kerascli.spec.data_spec import Pad

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


@pytest.mark.parametrize("pad", ["", ", pad: {length: 4, side: pre}", ", pad: 2"])
def test_lists_of_a_file_become_one_array(pad: str, prepared: Callable[..., Any], tmp_path: Path) -> None:
    with (tmp_path / "d.jsonl").open("w") as file:
        for index, sequence in enumerate(SEQUENCES):
            file.write(json.dumps({"words": sequence, "y": index}) + "\n")
    size = {"": 5, ", pad: 2": 2}.get(pad, 4)
    found = prepared(f"source: {{jsonl: d.jsonl}}\ninputs: {{x: {{field: words{pad}}}}}\n", inputs=f"{{x: [{size}]}}")
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
