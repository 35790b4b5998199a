"""Synthetic fields are what their distribution says, and depend on the seed and their own name alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kerascli.data.synthetic import draw
from kerascli.errors import DataError, SourceText, SpecError

SPAN = SourceText("spec.yaml", "fields: {}").span(1, 9)


def _draw(facts: dict[str, Any], *, samples: int = 4000, seed: int = 1) -> np.ndarray:
    return draw(samples, {"a": facts}, seed).fields["a"]


def test_the_seed_decides_every_number() -> None:
    facts = {"shape": [3], "uniform": [0, 1]}
    np.testing.assert_array_equal(_draw(facts), _draw(facts))
    assert not np.array_equal(_draw(facts), _draw(facts, seed=2))


def test_the_numbers_are_the_same_on_every_machine() -> None:
    assert _draw({"integers": [0, 100]}, samples=6, seed=7).tolist() == [27, 61, 83, 41, 30, 29]
    expected = np.array([0.617264748, 0.412276655, 0.293066025], np.float32)
    np.testing.assert_array_equal(_draw({"uniform": [0, 1]}, samples=3, seed=7), expected)


def test_a_field_does_not_depend_on_its_neighbours() -> None:
    alone = draw(50, {"a": {"uniform": [0, 1]}}, 1)
    together = draw(50, {"b": {"integers": [0, 9]}, "a": {"uniform": [0, 1]}}, 1)
    np.testing.assert_array_equal(alone.fields["a"], together.fields["a"])
    assert not np.array_equal(together.fields["a"], together.fields["b"])


def test_more_samples_begin_with_the_fewer() -> None:
    np.testing.assert_array_equal(_draw({"uniform": [0, 1]}, samples=100)[:10], _draw({"uniform": [0, 1]}, samples=10))


def test_the_upper_end_is_excluded() -> None:
    assert set(np.unique(_draw({"integers": [0, 2]}))) == {0, 1}
    numbers = _draw({"uniform": [1.0, 1.0000002]}, samples=10000)
    assert (numbers >= 1.0).all() and (numbers < np.float32(1.0000002)).all()


@pytest.mark.parametrize(
    ("facts", "shape", "dtype"),
    [
        ({}, (), "float32"),
        ({"shape": [], "integers": [0, 2]}, (), "int32"),
        ({"shape": [2, 3], "integers": [0, 2**40]}, (2, 3), "int64"),
        ({"shape": [2], "normal": [5, 2]}, (2,), "float32"),
        ({"one_hot": 5}, (5,), "float32"),
        ({"shape": [4], "one_hot": 5}, (4, 5), "float32"),
        ({"choice": ["cat", "dog"]}, (), "object"),
        ({"choice": [True, False]}, (), "bool"),
        ({"choice": [1, 2.5]}, (), "float64"),
    ],
)
def test_shapes_and_dtypes(facts: dict[str, Any], shape: tuple[int, ...], dtype: str) -> None:
    array = _draw(facts, samples=7)
    assert array.shape == (7, *shape)
    assert array.dtype == dtype


def test_one_hot_vectors_have_one_one() -> None:
    array = _draw({"shape": [2], "one_hot": 5})
    assert (array.sum(axis=-1) == 1).all() and set(np.unique(array)) == {0, 1}
    assert set(np.unique(array.argmax(axis=-1))) == set(range(5))


def test_the_moments_are_those_of_the_distribution() -> None:
    normal = _draw({"normal": [5, 2]}, samples=20000)
    assert abs(normal.mean() - 5) < 0.1 and abs(normal.std() - 2) < 0.1


def test_samples_that_do_not_fit_into_memory_are_refused_before_they_are_drawn() -> None:
    with pytest.raises(DataError, match=r"'a' takes .* GiB") as caught:
        draw(10**12, {"a": {"shape": [1000]}}, 0, SPAN)
    assert caught.value.diagnostics[0].span == SPAN


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"choice": ["cat", 1]}, "not of one kind"),
        ({"choice": [["a"], ["b", "c"]]}, "not of one kind"),
        ({"choice": [10**30]}, "not of one kind"),
        ({"integers": [0, 10**30]}, "64 bits"),
        ({"uniform": [0, float("inf")]}, "32 bits"),
        ({"normal": [float("nan"), 1]}, "32 bits"),
    ],
)
def test_what_can_not_be_drawn_is_a_fault_of_the_spec(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError, match=said) as caught:
        draw(3, {"a": facts}, 0, SPAN)
    assert caught.value.diagnostics[0].span == SPAN
