"""The batches of a split: their structure, their length, and an order that is a function of seed and pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kerascli.data.split import ArraySplit

N = 10
X = np.arange(N * 2, dtype=np.float32).reshape(N, 2)
Y = np.arange(N, dtype=np.int32)


def _split(**weights: np.ndarray) -> ArraySplit:
    return ArraySplit({"x": X}, {"y": Y}, weights)


def _rows(dataset: Any) -> list[list[int]]:
    return [batch[1].numpy().tolist() for batch in dataset]


def test_without_an_order_the_samples_come_as_they_stand() -> None:
    dataset = _split().dataset(4)
    assert _rows(dataset) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert int(dataset.cardinality()) == 3


def test_inputs_and_targets_stay_together_in_any_order() -> None:
    for x, y in _split().dataset(3, order=_split().order(5, 2)):
        np.testing.assert_array_equal(x, X[y.numpy()])


def test_the_order_is_a_function_of_seed_and_pass() -> None:
    split = _split()
    # Written out, since a resumed run must find the order of the interrupted one.
    assert split.order(1, 0).tolist() == [7, 1, 8, 0, 3, 4, 2, 9, 5, 6]
    orders = {tuple(split.order(seed, number).tolist()) for seed in (1, 2) for number in (0, 1, 2)}
    assert len(orders) == 6
    assert all(sorted(order) == list(range(N)) for order in orders)


def test_the_dataset_follows_the_order_and_can_be_read_again() -> None:
    order = _split().order(1, 4)
    dataset = _split().dataset(3, order=order)
    assert [row for batch in _rows(dataset) for row in batch] == order.tolist()
    assert _rows(dataset) == _rows(dataset)


@pytest.mark.parametrize("skipped", [0, 1, 3, 4])
@pytest.mark.parametrize("drop_remainder", [False, True])
def test_skipping_gives_the_rest_of_the_same_pass(skipped: int, drop_remainder: bool) -> None:
    order = _split().order(1, 0)
    whole = _split().dataset(3, order=order, drop_remainder=drop_remainder)
    rest = _split().dataset(3, order=order, skip_batches=skipped, drop_remainder=drop_remainder)
    assert _rows(rest) == _rows(whole)[skipped:]
    assert int(rest.cardinality()) == len(_rows(whole)[skipped:])


@pytest.mark.parametrize(
    ("batch_size", "drop_remainder", "steps"), [(3, False, 4), (3, True, 3), (5, True, 2), (11, True, 0)]
)
def test_steps_are_the_batches_of_a_pass(batch_size: int, drop_remainder: bool, steps: int) -> None:
    assert _split().steps(batch_size, drop_remainder=drop_remainder) == steps
    assert len(_rows(_split().dataset(batch_size, drop_remainder=drop_remainder))) == steps


def test_one_input_and_one_output_are_bare_tensors() -> None:
    x, y = next(iter(_split().dataset(4)))
    assert (x.shape, y.shape) == ((4, 2), (4,))
    x, y, weight = next(iter(_split(y=np.arange(N, dtype=np.float32)).dataset(4)))
    assert weight.numpy().tolist() == [0, 1, 2, 3]


def test_several_inputs_go_by_name_and_several_outputs_by_place() -> None:
    split = ArraySplit({"a": X, "b": Y}, {"p": Y, "q": Y * 2}, {"q": np.full(N, 0.5, np.float32)})
    x, y, weights = next(iter(split.dataset(4)))
    assert {name: tuple(tensor.shape) for name, tensor in x.items()} == {"a": (4, 2), "b": (4,)}
    assert [tensor.numpy().tolist() for tensor in y] == [[0, 1, 2, 3], [0, 2, 4, 6]]
    # An output without weights of its own has ones, as Keras wants all or none.
    assert [tensor.numpy().tolist() for tensor in weights] == [[1, 1, 1, 1], [0.5, 0.5, 0.5, 0.5]]


def test_without_targets_a_batch_is_the_inputs_alone() -> None:
    (x,) = next(iter(ArraySplit({"x": X}, {}, {}).dataset(4)))
    np.testing.assert_array_equal(x, X[:4])


def test_text_stays_text() -> None:
    (x,) = next(iter(ArraySplit({"x": np.array(["a", "bö", ""])}, {}, {}).dataset(3)))
    assert x.dtype == tf.string
    assert [word.decode() for word in x.numpy()] == ["a", "bö", ""]


def test_the_batches_are_read_in_order_whatever_the_threads() -> None:
    many = ArraySplit({"x": np.arange(20000, dtype=np.int32)}, {}, {})
    seen = np.concatenate([x.numpy() for (x,) in many.dataset(7, order=many.order(3, 1))])
    np.testing.assert_array_equal(seen, many.order(3, 1))
