"""Equal inputs in two splits are found, whatever they are made of; different ones are not taken for equal."""

from __future__ import annotations

import numpy as np
import pytest

from kerascli.data.equal_samples import equal_samples, sample_hashes


@pytest.mark.parametrize(
    "rows",
    [
        np.arange(20_000, dtype=np.float32).reshape(-1, 1),
        np.arange(5000, dtype=np.int64),
        np.eye(700, dtype=np.uint8),
        np.eye(300, dtype=np.float32).reshape(300, 30, 10),
        np.array([f"word {index}" for index in range(3000)], object),
        np.array([["a", str(index)] for index in range(500)], object),
    ],
    ids=["floats", "ints", "bytes", "images", "texts", "two texts"],
)
def test_different_rows_have_different_hashes(rows: np.ndarray) -> None:
    assert len(np.unique(sample_hashes({"x": rows}))) == len(rows)
    assert np.array_equal(sample_hashes({"x": rows})[::7], sample_hashes({"x": rows[::7]}))


def test_a_value_that_moves_to_another_input_counts() -> None:
    one, two = np.array([[1.0], [2.0]], np.float32), np.array([[2.0], [1.0]], np.float32)
    assert len(np.unique(sample_hashes({"a": one, "b": two}))) == 2


def test_the_sentences() -> None:
    train, test = np.arange(10.0), np.array([3.0, 3.0, 4.0, 99.0])
    hashes = {"train": sample_hashes({"x": train}), "test": sample_hashes({"x": test})}
    assert list(equal_samples(hashes)) == ["2 different samples of 'test' stand in 'train' too, with equal inputs"]
    hashes["validation"] = sample_hashes({"x": np.array([7.0, 100.0])})
    assert next(equal_samples(hashes)) == "1 sample of 'validation' stands in 'train' too, with equal inputs"
    assert not list(equal_samples({"train": hashes["train"]}))
